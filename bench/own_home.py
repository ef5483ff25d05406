"""A home for runs that goes away with them."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def own_home() -> Iterator[None]:
    """Keep the directories of runs out of the user's."""
    before = os.environ.get("SUTURA_HOME")
    with tempfile.TemporaryDirectory(prefix="bench-") as home:
        os.environ["SUTURA_HOME"] = home
        try:
            yield
        finally:
            if before is None:
                del os.environ["SUTURA_HOME"]
            else:
                os.environ["SUTURA_HOME"] = before
