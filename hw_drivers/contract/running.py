"""Looks at every clause of the contract, whatever a driver does."""

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from importlib.metadata import entry_points

from sutura import __version__
from sutura.hw_drivers.contract import failing, life, moving, stopping, timing
from sutura.hw_drivers.contract.clause import Broken, Clause, Figure, Finding, NotApplicable
from sutura.hw_drivers.contract.report import ContractReport, this_machine
from sutura.hw_drivers.contract.rig import Rig
from sutura.hw_drivers.errors import DriverError
from sutura.hw_drivers.table import ENTRY_POINT_GROUP, OPERATOR_GROUP

CLAUSES: tuple[Clause, ...] = (
    *life.CLAUSES,
    *moving.CLAUSES,
    *stopping.CLAUSES,
    *failing.CLAUSES,
    *timing.CLAUSES,
)


def run_contract(
    rig: Rig, clauses: Iterable[Clause] = CLAUSES, progress: Callable[[Finding], None] = lambda finding: None
) -> ContractReport:
    """The whole contract. Raises UnknownDriver, BadDriver, BadOptions: what keeps a driver from being made."""
    rig.make()
    findings = []
    for clause in clauses:
        findings.append(look_at(rig, clause))
        progress(findings[-1])
    return report_of(
        rig.driver,
        findings,
        options=rig.options,
        joints=rig.joints.names,
        emulated=rig.device.kind if rig.device is not None else "",
        simulated=rig.kind.capabilities.simulated,
        rate_hz=1.0 / rig.period,
    )


def report_of(
    driver: str,
    findings: Iterable[Finding],
    *,
    options: Mapping[str, object],
    joints: tuple[str, ...] = (),
    emulated: str = "",
    simulated: bool,
    rate_hz: float,
) -> ContractReport:
    """What was found here and now."""
    package, number = origin(driver)
    return ContractReport(
        driver=driver,
        package=package,
        version=number,
        options=dict(options),
        joints=joints,
        emulated=emulated,
        simulated=simulated,
        rate_hz=rate_hz,
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        machine=this_machine(),
        findings=tuple(findings),
    )


def look_at(rig: Rig, clause: Clause) -> Finding:
    """One clause. What a driver raises of its own is a broken clause, in words."""
    begun = time.monotonic()

    def found(verdict: str, text: str = "", figure: Figure | None = None) -> Finding:
        value, bound, unit = figure or (None, None, "")
        return Finding(
            clause=clause.id,
            promise=clause.promise,
            verdict=verdict,  # type: ignore[arg-type]
            text=text,
            value=value,
            bound=bound,
            unit=unit,
            seconds=round(time.monotonic() - begun, 3),
        )

    if clause.moves and not rig.may_move:
        return found("skip", "the device may not be moved")
    if clause.by_device and rig.device is None:
        return found("skip", "needs an emulated device, that can be pulled out and broken")
    is_told = clause.is_timed and not rig.judges_time
    try:
        figure = clause.check(rig)
    except NotApplicable as reason:
        return found("skip", str(reason))
    except Broken as broken:
        return found("measured" if is_told and broken.figure else "fail", str(broken), broken.figure)
    except DriverError as error:
        return found("fail", f"{type(error).__name__}: {error}")
    except Exception as error:  # noqa: BLE001 (whatever a driver raises that is no DriverError is a broken promise)
        return found("fail", f"raised {type(error).__name__}, which is no DriverError: {error}")
    return found("measured" if is_told else "pass", figure=figure)


def origin(driver: str) -> tuple[str, str]:
    """The package a driver comes from, and its version."""
    for group in (ENTRY_POINT_GROUP, OPERATOR_GROUP):
        for point in entry_points(group=group):
            if point.name == driver and point.dist is not None:
                return point.dist.name, point.dist.version
    if ":" in driver:
        return driver.partition(":")[0], "unversioned"
    return "sutura", __version__
