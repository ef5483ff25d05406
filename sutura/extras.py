"""What needs a library that only an extra installs says which, instead of failing in its midst."""

from collections.abc import Iterator
from contextlib import contextmanager

from sutura.errors import SuturaError


class MissingExtra(SuturaError):
    """Raised when a library that comes with an extra is not installed."""

    def __init__(self, purpose: str, extra: str, library: str) -> None:
        super().__init__(f"{purpose} needs {library}, which is not installed: pip install 'sutura[{extra}]'")


@contextmanager
def extra(name: str, purpose: str) -> Iterator[None]:
    """Around the imports of what comes with an extra. Raises MissingExtra."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise MissingExtra(purpose, name, error.name or name) from error
