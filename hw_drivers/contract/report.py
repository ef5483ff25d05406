"""What a driver's contract check found, to keep, to read, and to be required by a topology."""

from __future__ import annotations

import platform
from pathlib import Path

import msgspec

from sutura.hw_drivers.contract.clause import Finding
from sutura.hw_drivers.errors import BadReport

_MARKS = {"pass": "pass", "fail": "**FAIL**", "skip": "skipped", "measured": "measured"}


class ContractReport(msgspec.Struct, frozen=True, kw_only=True):
    """One check. driver: as a topology names it; version: of the package it comes from; made: wall time, for
    people; emulated: the kind of emulator, empty on hardware or where the driver simulates by itself."""

    driver: str
    package: str
    version: str
    options: dict[str, object]
    joints: tuple[str, ...]
    emulated: str
    simulated: bool
    rate_hz: float
    made: str
    machine: str
    findings: tuple[Finding, ...]
    format: int = 1

    @property
    def passed(self) -> bool:
        """Whether no clause failed and some passed."""
        verdicts = {finding.verdict for finding in self.findings}
        return "fail" not in verdicts and "pass" in verdicts

    @property
    def failed(self) -> tuple[str, ...]:
        """The clauses that failed."""
        return tuple(finding.clause for finding in self.findings if finding.verdict == "fail")


def this_machine() -> str:
    """Where a check ran, in words."""
    return f"{platform.platform()}, Python {platform.python_version()}"


def markdown(report: ContractReport) -> str:
    """The report for people."""
    where = "simulated" if report.simulated else "on hardware"
    where = f"on the emulator `{report.emulated}`" if report.emulated else where
    lines = [
        f"# Driver `{report.driver}`: {'keeps its contract' if report.passed else 'breaks its contract'}",
        "",
        f"{report.package} {report.version}, {where}, {report.rate_hz:g} Hz, joints {', '.join(report.joints)}. "
        f"{report.made}, {report.machine}.",
        "",
        f"Options: `{msgspec.json.encode(report.options).decode()}`",
        "",
        "| clause | promise | verdict | measured | allowed | |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| `{f.clause}` | {f.promise} | {_MARKS[f.verdict]} "
        f"| {_figure(f.value, f.unit)} | {_figure(f.bound, f.unit)} | {f.text.replace('|', '/')} |"
        for f in report.findings
    ]
    return "\n".join([*lines, ""])


def write_json(report: ContractReport, file: Path) -> None:
    """Keep a report. Raises OSError."""
    file.write_bytes(msgspec.json.format(msgspec.json.encode(report)) + b"\n")


def read_report(file: Path) -> ContractReport:
    """A kept report. Raises BadReport."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=ContractReport)
    except OSError as error:
        raise BadReport(file, error.strerror or str(error)) from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadReport(file, f"it is no contract report: {error}") from error


def _figure(value: float | None, unit: str) -> str:
    return "" if value is None else f"{value:.4g} {unit}"
