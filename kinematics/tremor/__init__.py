"""Tremor filters: one interface, several ways, so that a user compares and chooses. See docs/tremor.md."""

from sutura.kinematics.tremor.fir_design import FirDesign, design_fir, is_designed
from sutura.kinematics.tremor.pose_filter import PoseFilter
from sutura.kinematics.tremor.position_filter import PositionFilter
from sutura.kinematics.tremor.response import FirResponse, fir_response
from sutura.kinematics.tremor.sample_grid import SampleGrid
from sutura.kinematics.tremor.settings import FilterName, TremorSettings, check_settings
from sutura.kinematics.tremor.table import FILTERS, fir_wanted, make_filter

__all__ = [
    "FILTERS",
    "FilterName",
    "FirDesign",
    "FirResponse",
    "PoseFilter",
    "PositionFilter",
    "SampleGrid",
    "TremorSettings",
    "check_settings",
    "design_fir",
    "fir_response",
    "fir_wanted",
    "is_designed",
    "make_filter",
]
