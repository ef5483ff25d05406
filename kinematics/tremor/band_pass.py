"""A band-pass for one number, by which a filter hears the tremor alone."""

import math


class BandPass:
    """Second order, centred between the edges of a band [Hz], as wide as the band. rate [Hz]."""

    __slots__ = ("_a1", "_a2", "_b", "_x1", "_x2", "_y1", "_y2")

    def __init__(self, band: tuple[float, float], rate: float) -> None:
        centre = 2.0 * math.pi * math.sqrt(band[0] * band[1]) / rate
        alpha = math.sin(centre) * (band[1] - band[0]) / (2.0 * math.sqrt(band[0] * band[1]))
        self._b = alpha / (1.0 + alpha)
        self._a1 = -2.0 * math.cos(centre) / (1.0 + alpha)
        self._a2 = (1.0 - alpha) / (1.0 + alpha)
        self.begin(0.0)

    def begin(self, value: float) -> None:
        """Rest at a value: nothing passes."""
        self._x1 = self._x2 = value
        self._y1 = self._y2 = 0.0

    def step(self, value: float) -> float:
        """One sample in, one out."""
        y = self._b * (value - self._x2) - self._a1 * self._y1 - self._a2 * self._y2
        self._x2, self._x1 = self._x1, value
        self._y2, self._y1 = self._y1, y
        return y
