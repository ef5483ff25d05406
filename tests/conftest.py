"""What holds for all tests."""

from hypothesis import HealthCheck, settings

# How long examples take depends on what else the machine does; speed is a matter of `bench/`.
settings.register_profile("sutura", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("sutura")
