"""Errors of expectations.

LaunchError
├── CannotJudge   what an expectation speaks of was not measured
└── NotInHistory  nobody has said anything on a topic, or something of another type (see `sutura.launch.history`)
"""

from sutura.launch.errors import LaunchError


class CannotJudge(LaunchError):
    """Raised while an expectation is evaluated, when what it speaks of was not measured; that is never a pass."""
