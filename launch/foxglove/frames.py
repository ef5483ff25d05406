"""In which frame the poses of a topic are, as the ports that write them declare it."""

from sutura.launch.blueprint import known_kinds
from sutura.launch.check_wiring import frame_of
from sutura.launch.errors import TopologyError
from sutura.launch.replay_cast import recorded_topology
from sutura.launch.topology import Topology
from sutura.launch.wiring import wiring_of
from sutura.messages import Pose
from sutura.record import Recording


def frames_of(recording: Recording) -> dict[str, str]:
    """By pose topic, as far as the recorded topology and the classes known here tell."""
    if recording.facts is None or not recording.topology:
        return {}
    try:
        return topology_frames(recorded_topology(recording.topology, recording.facts.topology))
    except TopologyError:
        return {}  # of another version of Sutura: its messages can be shown all the same


def topology_frames(topology: Topology) -> dict[str, str]:
    """By pose topic, of a whole topology."""
    wiring = wiring_of(topology, known_kinds(topology))
    writers = [w for found in wiring.writers.values() for w in found if issubclass(w.declared.message, Pose)]
    return {writer.topic: frame_of(writer, topology) for writer in writers}
