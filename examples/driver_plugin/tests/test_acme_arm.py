"""The contract of Sutura's drivers, clause by clause."""

from acme_arm.driver import AcmeArm  # type: ignore[import-not-found, unused-ignore]

from sutura.hw_drivers.contract.pytest_contract import DriverContract


class TestAcmeArm(DriverContract):
    """Name a `device` too (see DriverContract) when there is an emulator of yours."""

    driver = AcmeArm
    options = {"stiffness": 0.9}  # noqa: RUF012
    duration = 1.0
