"""What holds for all tests."""

from hypothesis import settings

# How long an example takes depends on what else the machine does; speed is a matter of `bench/`.
settings.register_profile("sutura", deadline=None)
settings.load_profile("sutura")
