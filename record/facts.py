"""What ran: written into the run's directory by the launcher, and into the recording by the recorder."""

import json
from pathlib import Path

import msgspec

from sutura.messages import FieldSchema, Frame, Message, describe

REALTIME = "monotonic"
VIRTUAL = "virtual"
FACTS_FILE = "facts.json"
TOPOLOGY_FILE = "topology.yaml"
REPORT_FILE = "report.json"


class TopicFacts(msgspec.Struct, frozen=True):
    """Who publishes a topic, in which place, and as which message type."""

    type: str
    node: str
    place: str


class TypeFacts(msgspec.Struct, frozen=True):
    """A message type: its fields in order, and the JSON schema of a frame with it (empty where nobody knows it)."""

    fields: tuple[FieldSchema, ...]
    json_schema: str = ""


class RunFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A run as it was launched.

    arguments, settings: of its topology; params: of every node, defaults included; versions: of Sutura, Python and
    libraries; clock: `monotonic` or `virtual`; started: wall time, for people only; places: nodes by place, in the
    order in which they run; topics and types: by name.
    """

    topology: str
    run: str = ""
    arguments: dict[str, object] = {}
    settings: tuple[str, ...] = ()
    params: dict[str, dict[str, object]] = {}
    versions: dict[str, str] = {}
    seed: int = 0
    clock: str = REALTIME
    boot_id: str = ""
    started: str = ""
    places: dict[str, tuple[str, ...]] = {}
    topics: dict[str, TopicFacts] = {}
    types: dict[str, TypeFacts] = {}

    @property
    def is_virtual(self) -> bool:
        """Whether time was a value, so that the same inputs give the same outputs to the nanosecond."""
        return self.clock == VIRTUAL


class LinkFigures(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    """One topic from its writer to one reader, as the reader counted it."""

    topic: str
    from_: str
    to: str
    sent: int
    received: int
    lost: int
    overwritten: int
    stale: int
    rejected: int


class Missed(msgspec.Struct, frozen=True):
    """What the recorder itself did not get to write, of one topic."""

    lost: int
    overwritten: int
    rejected: int


def type_facts(message: type[Message] | None) -> TypeFacts:
    """What is known of a message type in this process."""
    if message is None:
        return TypeFacts(())
    schema = msgspec.json.schema(Frame[message])  # type: ignore[valid-type]
    return TypeFacts(describe(message).fields, json.dumps(schema))


def write_facts(folder: Path, facts: RunFacts, topology: str) -> None:
    """Lay down, in a run's directory, what its recorder writes at the beginning. topology: resolved, as YAML."""
    (folder / TOPOLOGY_FILE).write_text(topology)
    (folder / FACTS_FILE).write_bytes(msgspec.json.encode(facts))


def read_facts(folder: Path) -> tuple[RunFacts, str] | None:
    """What `write_facts` laid down; None where nobody did."""
    try:
        data, topology = (folder / FACTS_FILE).read_bytes(), (folder / TOPOLOGY_FILE).read_text()
    except FileNotFoundError:
        return None
    return msgspec.json.decode(data, type=RunFacts), topology
