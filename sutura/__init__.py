"""Sutura: realtime middleware between a surgeon's hands and a robot's motors."""

from sutura.errors import SuturaError

__version__ = "0.1.0"

__all__ = ["SuturaError", "__version__"]
