"""What a topology expects of a run: the entries of `expect`, read before it and judged after it."""

from sutura.launch.expect.errors import CannotJudge
from sutura.launch.expect.evidence import Evidence
from sutura.launch.expect.expectation import Expectation
from sutura.launch.expect.finding import Finding
from sutura.launch.expect.kinds import KINDS, read_expectation, read_expectations
from sutura.launch.expect.names import Names
from sutura.launch.expect.path import PathExpectation

__all__ = [
    "KINDS",
    "CannotJudge",
    "Evidence",
    "Expectation",
    "Finding",
    "Names",
    "PathExpectation",
    "read_expectation",
    "read_expectations",
]
