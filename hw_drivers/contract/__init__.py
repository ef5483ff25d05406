"""The contract that every driver keeps, and the kit that says whether one does."""

from sutura.hw_drivers.contract.clause import Broken, Clause, Figure, Finding, NotApplicable
from sutura.hw_drivers.contract.report import ContractReport, markdown, read_report, write_json
from sutura.hw_drivers.contract.rig import Rig
from sutura.hw_drivers.contract.running import CLAUSES, look_at, run_contract

__all__ = [
    "CLAUSES",
    "Broken",
    "Clause",
    "ContractReport",
    "Figure",
    "Finding",
    "NotApplicable",
    "Rig",
    "look_at",
    "markdown",
    "read_report",
    "run_contract",
    "write_json",
]
