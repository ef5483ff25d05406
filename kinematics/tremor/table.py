"""The filters by name."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from sutura.kinematics.tremor.bmflc import Bmflc
from sutura.kinematics.tremor.butterworth import Butterworth
from sutura.kinematics.tremor.fir import Fir
from sutura.kinematics.tremor.fir_design import FirDesign, design_fir
from sutura.kinematics.tremor.kalman import Kalman
from sutura.kinematics.tremor.one_euro import OneEuro
from sutura.kinematics.tremor.position_filter import PositionFilter
from sutura.kinematics.tremor.settings import FilterName, TremorSettings, check_settings
from sutura.kinematics.tremor.unfiltered import Unfiltered
from sutura.kinematics.tremor.wflc import Wflc


class Entry(NamedTuple):
    """How a filter is made, and whether it differs from the hand by a tremor alone, not by a delay as well."""

    make: Callable[[TremorSettings], PositionFilter]
    takes_tremor_off: bool


def fir_wanted(s: TremorSettings) -> FirDesign:
    """What the settings ask of the FIR."""
    return FirDesign(s.voluntary_band, s.tremor_low, s.tremor_high, s.attenuation, s.allowed_gain, s.memory, s.rate)


FILTERS: Mapping[FilterName, Entry] = {
    "fir": Entry(lambda s: Fir(design_fir(fir_wanted(s))), True),
    "butterworth": Entry(lambda s: Butterworth(s.cutoff, s.rate), False),
    "one_euro": Entry(lambda s: OneEuro(s.rest_cutoff, s.speed_gain, s.rate), False),
    "wflc": Entry(lambda s: Wflc(s.tremor_band, s.adaptation, s.rate), True),
    "bmflc": Entry(lambda s: Bmflc(s.tremor_band, s.adaptation, s.rate), True),
    "kalman": Entry(lambda s: Kalman(s.tremor_band, s.voluntary_band, s.adaptation, s.rate), True),
    "none": Entry(lambda s: Unfiltered(), False),
}


def make_filter(settings: TremorSettings) -> PositionFilter:
    """A fresh filter for positions [m], bare: it neither fades in nor out.

    Raises:
        TremorSettingError: a setting is out of range, or two do not fit.
        TremorDesignError: no FIR keeps the limits that are set.
    """
    check_settings(settings)
    return FILTERS[settings.filter].make(settings)
