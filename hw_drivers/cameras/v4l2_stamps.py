"""When a picture was taken, by what the kernel wrote on its buffer."""

from fractions import Fraction

_LONGEST_AGE_NS = 2_000_000_000  # a camera keeps a handful of buffers


def capture_time(pts: int | None, unit: Fraction | None, now: int) -> tuple[int, bool]:
    """The time [ns] of a picture, and whether it is that of its capture.

    pts: the packet's, in units of `unit` [s]. V4L2 buffers carry CLOCK_MONOTONIC (the kernel's flag
    V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC), which is the host's clock; a time that is not of the last two seconds is of
    another clock, as drivers had them before Linux 3.9, and the picture has the time at which it came.
    """
    if pts is None or unit is None:
        return now, False
    stamp = round(pts * unit * 1_000_000_000)
    return (stamp, True) if now - _LONGEST_AGE_NS < stamp <= now else (now, False)
