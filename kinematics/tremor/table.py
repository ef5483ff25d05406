"""The filters by name."""

from collections.abc import Callable, Mapping

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


def fir_wanted(s: TremorSettings) -> FirDesign:
    """What the settings ask of the FIR."""
    return FirDesign(s.voluntary_band, s.tremor_low, s.tremor_high, s.attenuation, s.allowed_gain, s.memory, s.rate)


FILTERS: Mapping[FilterName, Callable[[TremorSettings], PositionFilter]] = {
    "fir": lambda s: Fir(design_fir(fir_wanted(s))),
    "butterworth": lambda s: Butterworth(s.cutoff, s.rate),
    "one_euro": lambda s: OneEuro(s.rest_cutoff, s.speed_gain, s.rate),
    "wflc": lambda s: Wflc(s.tremor_band, s.adaptation, s.rate),
    "bmflc": lambda s: Bmflc(s.tremor_band, s.adaptation, s.rate),
    "kalman": lambda s: Kalman(s.tremor_band, s.voluntary_band, s.adaptation, s.rate),
    "none": lambda s: Unfiltered(),
}


def make_filter(settings: TremorSettings) -> PositionFilter:
    """A fresh filter for positions [m], bare: it neither fades in nor out.

    Raises:
        TremorSettingError: a setting is out of range, or two do not fit.
        TremorDesignError: no FIR keeps the limits that are set.
    """
    check_settings(settings)
    return FILTERS[settings.filter](settings)
