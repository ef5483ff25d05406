"""The root of every error that Sutura raises on purpose."""


class SuturaError(Exception):
    """Raised, as one of its subclasses, for every mistake that Sutura can name.

    Each package draws its own tree below this class in its `errors.py`. A message says what was
    expected, what came, from whom, and what is available; the command line prints it without a traceback.
    """
