"""`sutura doctor`: whether this machine can do what Sutura asks of it."""

from typing import Annotated

import typer

from sutura.cli.options import AsJson
from sutura.cli.output import example, say, show_json

EXAMPLE = example("sutura doctor", "sutura doctor --json")


def doctor(
    as_json: AsJson = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="Leave out what takes time: timer, ZeroMQ, physics.")
    ] = False,
) -> None:
    """Check Python, libraries, realtime permissions, timer, sockets and physics; exit code 1 if one fails."""
    from sutura.cli.probes import probes

    findings = []
    for probe in probes(quick=quick):
        finding = probe()
        findings.append(finding)
        if not as_json:
            say(f"{finding.state.value:<7} {finding.name:<16} {finding.detail}")
            if finding.hint:
                say(f"{'':<25}{finding.hint}")
    failed = [finding.name for finding in findings if finding.state.value == "fail"]
    if as_json:
        show_json({"ok": not failed, "findings": findings})
    else:
        say(f"missing: {', '.join(failed)}" if failed else "everything that is needed works")
    if failed:
        raise typer.Exit(1)
