"""The rules that a topology is checked by, as data for the checker, `sutura check --rules` and docs/checks.md."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """One rule: its id, what it finds, and whether a topology may silence it with a reason."""

    id: str
    finds: str
    silenceable: bool = False


_LOADING = (
    Rule("unknown-topology", "no file and no shipped topology of that name"),
    Rule("unreadable-file", "a file that cannot be opened, or is not the YAML that is read here"),
    Rule("bad-value", "a value of the wrong type or out of bounds"),
    Rule("missing-value", "a required key or argument that is not given"),
    Rule("unknown-name", "a key, node, place or setting that nothing knows"),
    Rule("unknown-argument", "an argument that the topology does not declare"),
    Rule("include-cycle", "a file that includes itself, over others or not"),
    Rule("node-clash", "a file that gives a node of another file another class"),
    Rule("bad-place", "places that overlap, or whose names collide"),
)
_NODES = (
    Rule("unknown-node", "a node class that cannot be found"),
    Rule("bad-node", "a node class that cannot be loaded, or is declared wrongly"),
    Rule("unknown-port", "a port that the node does not have"),
    Rule("bad-param", "a parameter that is unknown, missing, of the wrong type or out of bounds"),
    Rule("missing-driver", "a node that needs a driver and names none"),
    Rule("needless-driver", "a driver for a node that takes none", silenceable=True),
    Rule("unknown-driver", "a driver that is not installed"),
    Rule("bad-driver", "a driver that cannot be loaded, is of the wrong kind, or lacks something"),
    Rule("bad-driver-option", "a driver's option that is unknown, missing, of the wrong type or out of bounds"),
    Rule("bare-tcp", "a TCP address outside loopback without keys beside it", silenceable=True),
)
_WIRING = (
    Rule("unconnected-input", "a required input that is not wired", silenceable=True),
    Rule("several-topics", "several topics wired to an input that takes one"),
    Rule("two-writers", "a topic with more than one writer"),
    Rule("unwritten-topic", "a topic that an input reads and nobody writes", silenceable=True),
    Rule("near-miss-topic", "two topics whose names differ as a slip of the fingers does", silenceable=True),
    Rule("type-mismatch", "a topic whose writer and reader mean different message types"),
    Rule("unit-mismatch", "a topic whose writer and reader mean the same fields in different units"),
    Rule("frame-mismatch", "a topic whose writer and reader mean different frames", silenceable=True),
    Rule("bad-frame", "a port whose frame names no port of its node"),
    Rule("silent-heartbeat", "a watchdog that waits for a node which sends no heartbeat", silenceable=True),
    Rule("endless-loop", "a cycle without a timer or a feedback input: it never comes to rest", silenceable=True),
)
_TIME = (
    Rule("max-age-too-short", "an input whose `max_age` its writer's rate can never meet", silenceable=True),
    Rule("valid-for-too-short", "an output whose `valid_for` ends before its next message", silenceable=True),
    Rule("aliasing-rates", "a signal looked at with a rate that beats against its own", silenceable=True),
    Rule("bad-expectation", "an entry of `expect` that is of no known kind, or is not as its kind takes it"),
    Rule("no-path", "an `expect` path between nodes where nothing flows"),
    Rule("late-by-design", "a latency budget that the periods along its path already exceed", silenceable=True),
)
_FAULTS = (
    Rule(
        "bad-fault", "an entry of `faults` that is of no known kind, not as its kind takes it, or strikes nothing"
    ),
    Rule("shared-fault", "a fault of one node that would strike others beside it"),
)
_SAFETY = (
    Rule("latched-level", "a level (clutch, presence, emergency stop, permit) at a latched port"),
    Rule("unsupervised-actuator", "an actuator that no watchdog covers"),
    Rule("unwatched-node", "a supervised node whose heartbeat no watchdog takes", silenceable=True),
    Rule("no-permit", "an actuator whose permit no node writes"),
    Rule("no-safe-silence", "a hardware driver that neither stops by itself in silence nor has a rescue"),
    Rule(
        "report-required",
        "a required contract report that is missing, failed, old, or of another driver or version",
    ),
    Rule("driver-too-slow", "an actuator that is commanded or read faster than its driver takes"),
    Rule("armed-at-start", "arming at start where hardware moves"),
    Rule("watchdog-with-actuator", "a watchdog in one process with an actuator"),
    Rule("world-not-alone", "a simulated world that shares its process", silenceable=True),
)
_SILENCES = (
    Rule("bad-silence", "an entry of `silence` without a reason, or of a rule that is unknown or must be heard"),
    Rule("idle-silence", "an entry of `silence` that silences nothing"),
)

RULES: Mapping[str, Rule] = {
    rule.id: rule for group in (_LOADING, _NODES, _WIRING, _TIME, _FAULTS, _SAFETY, _SILENCES) for rule in group
}
