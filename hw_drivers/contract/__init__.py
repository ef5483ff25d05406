"""The contract that every driver keeps, and the kit that says whether one does."""

from sutura.hw_drivers.contract.clause import Broken, Clause, Figure, Finding, NotApplicable
from sutura.hw_drivers.contract.reader_rig import ReaderRig
from sutura.hw_drivers.contract.readers import READER_CLAUSES, check_reader
from sutura.hw_drivers.contract.report import ContractReport, markdown, read_report, write_json
from sutura.hw_drivers.contract.rig import Rig
from sutura.hw_drivers.contract.running import CLAUSES, look_at, origin, report_of, run_contract

__all__ = [
    "CLAUSES",
    "READER_CLAUSES",
    "Broken",
    "Clause",
    "ContractReport",
    "Figure",
    "Finding",
    "NotApplicable",
    "ReaderRig",
    "Rig",
    "check_reader",
    "look_at",
    "markdown",
    "origin",
    "read_report",
    "report_of",
    "run_contract",
    "write_json",
]
