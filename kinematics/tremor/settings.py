"""What a person sets on a tremor filter, in words of hands and tremor."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from sutura.kinematics.errors import TremorSettingError

FilterName = Literal["fir", "butterworth", "one_euro", "wflc", "bmflc", "kalman", "none"]

_SAMPLES_PER_TREMOR = 4.0  # samples that the fastest tremor needs in one swing


class TremorSettings(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Which filter, and what it is told; each description names the filters that it is for."""

    filter: Annotated[FilterName, Meta(description="which filter")] = "fir"
    rate: Annotated[float, Meta(gt=0.0, le=2000.0, description="of the hand's samples [Hz]")] = 1000.0
    voluntary_band: Annotated[
        float, Meta(ge=0.1, le=5.0, description="movement up to here passes undelayed: fir, kalman [Hz]")
    ] = 1.0
    tremor_low: Annotated[float, Meta(ge=2.0, le=30.0, description="tremor begins here [Hz]")] = 8.0
    tremor_high: Annotated[float, Meta(ge=2.0, le=40.0, description="tremor ends here [Hz]")] = 12.0
    attenuation: Annotated[float, Meta(ge=3.0, le=60.0, description="of tremor, at least: fir [dB]")] = 27.0
    allowed_gain: Annotated[
        float, Meta(ge=0.5, le=12.0, description="by which motion between the bands may grow: fir [dB]")
    ] = 3.5
    memory: Annotated[float, Meta(ge=0.2, le=3.0, description="length of the filter: fir [s]")] = 1.2
    deliberate: Annotated[
        float,
        Meta(ge=0.0, le=0.05, description="movement that no tremor makes fades fir out; 0 for never [m]"),
    ] = 2e-4
    cutoff: Annotated[float, Meta(gt=0.0, le=100.0, description="of butterworth [Hz]")] = 5.0
    rest_cutoff: Annotated[float, Meta(gt=0.0, le=100.0, description="of one_euro, for a hand at rest [Hz]")] = 2.0
    speed_gain: Annotated[
        float, Meta(ge=0.0, le=1e4, description="by which one_euro's cutoff rises with speed [Hz per m/s]")
    ] = 15.0
    adaptation: Annotated[
        float, Meta(ge=0.02, le=10.0, description="how long wflc, bmflc and kalman take to learn a tremor [s]")
    ] = 0.5

    def __post_init__(self) -> None:
        """Settings must fit one another."""
        _check_bands(self)
        _check_rate(self)

    @property
    def tremor_band(self) -> tuple[float, float]:
        """[Hz]"""
        return self.tremor_low, self.tremor_high


def check_settings(settings: TremorSettings) -> None:
    """Refuse settings that are out of range or do not fit one another.

    Raises:
        TremorSettingError: says what was expected and what came.
    """
    try:
        msgspec.convert(msgspec.to_builtins(settings), type(settings))
    except msgspec.ValidationError as error:
        raise TremorSettingError(str(error)) from None


def _refuse(expected: str, came: str) -> None:
    raise TremorSettingError(f"expected {expected}, came {came}")


def _check_bands(s: TremorSettings) -> None:
    if s.tremor_low >= s.tremor_high:
        _refuse("tremor_low below tremor_high", f"{s.tremor_low:g} and {s.tremor_high:g} Hz")
    if s.voluntary_band >= s.tremor_low:
        _refuse("voluntary_band below tremor_low", f"{s.voluntary_band:g} and {s.tremor_low:g} Hz")


def _check_rate(s: TremorSettings) -> None:
    half, least = 0.5 * s.rate, _SAMPLES_PER_TREMOR * s.tremor_high
    if s.filter == "butterworth" and s.cutoff >= half:
        _refuse(f"a cutoff between 0 and {half:g} Hz", f"{s.cutoff:g}")
    if s.filter == "one_euro" and s.rest_cutoff >= half:
        _refuse(f"a rest_cutoff between 0 and {half:g} Hz", f"{s.rest_cutoff:g}")
    if s.filter in ("fir", "wflc", "bmflc", "kalman") and s.rate < least:
        _refuse(f"a rate of at least {least:g} Hz for tremor of up to {s.tremor_high:g} Hz", f"{s.rate:g}")
