"""What a topology silences: problems that somebody has looked at and answers for, by rule and with a reason."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sutura.launch.errors import BadValue, MissingValue, TopologyError, UnknownName
from sutura.launch.marks import Mark
from sutura.launch.problems import Findings, Problem, Silenced
from sutura.launch.rules import RULES
from sutura.launch.shape import as_text, keyed
from sutura.launch.topology import Topology
from sutura.launch.yaml_source import Located

_KEYS = ("rule", "reason", "node", "topic")


@dataclass(frozen=True)
class Silence:
    """One entry of `silence`; without node and topic it holds for all of the topology."""

    mark: Mark
    rule: str
    reason: str
    node: str = ""
    topic: str = ""

    def covers(self, problem: Problem) -> bool:
        """Whether it speaks of this problem."""
        return self.rule == problem.rule and self.node in ("", problem.node) and self.topic in ("", problem.topic)


def read_silence(tree: Located, nodes: Iterable[str]) -> Silence:
    """One entry of `silence`. Raises TopologyError."""
    entries = keyed(tree, "entry of silence", _KEYS)
    for key in ("rule", "reason"):
        if key not in entries:
            raise MissingValue(tree.mark, f"entry of silence: `{key}`")
    said = {key: as_text(entry, f"{key} of silence") for key, entry in entries.items()}
    if said["rule"] not in RULES:
        raise UnknownName(entries["rule"].mark, "rule in silence:", said["rule"], RULES)
    if not RULES[said["rule"]].silenceable:
        expected = f"a rule that may be silenced ({', '.join(r.id for r in RULES.values() if r.silenceable)})"
        raise BadValue(entries["rule"].mark, "rule of silence", expected, repr(said["rule"]))
    if not said["reason"].strip():
        raise BadValue(entries["reason"].mark, "reason of silence", "why it is no problem", repr(said["reason"]))
    if "node" in said and said["node"] not in (nodes := tuple(nodes)):
        raise UnknownName(entries["node"].mark, "node in silence:", said["node"], nodes)
    return Silence(tree.mark, **said)


def heard(topology: Topology, problems: Sequence[Problem], is_whole: bool) -> Findings:
    """The problems that are not silenced, those that are, and what is wrong with the silences themselves.

    is_whole: every node class is known, so that what could be found has been found.
    """
    silences: list[Silence] = []
    left = list(problems)
    for tree in topology.said.get("silence", ()):
        try:
            silences.append(read_silence(tree, topology.nodes))
        except TopologyError as error:
            left.append(Problem.of(error, "bad-silence"))
    silenced = []
    for silence in silences:
        covered = [problem for problem in problems if silence.covers(problem)]
        silenced += [Silenced(problem, silence.reason) for problem in covered if problem in left]
        left = [problem for problem in left if problem not in covered]
        if is_whole and not covered:
            left.append(_idle(silence, problems))
    return Findings(sorted(left), sorted(silenced))


def _idle(silence: Silence, problems: Sequence[Problem]) -> Problem:
    about = " and ".join(
        f"{key} {name!r}" for key, name in (("node", silence.node), ("topic", silence.topic)) if name
    )
    found = {p.topic if silence.topic else p.node for p in problems if p.rule == silence.rule}
    reason = f"{silence.rule} finds nothing{f' about {about}' if about else ''}; delete this entry of silence"
    if found:
        reason += f", or correct it (found about: {', '.join(sorted(found))})"
    return Problem.at(silence.mark, "idle-silence", reason, node=silence.node, topic=silence.topic)
