"""The start is a handshake, not a sleep: every place is ready, and all of them understand one another."""

from collections.abc import Mapping

from sutura.launch.run_errors import StartFailed
from sutura.launch.wiring import Wiring
from sutura.messages import MessageSchema, require_compatible
from sutura.runtime.config import PROTOCOL
from sutura.runtime.control import Reply

_ANY = "RawMessage"


def require_agreement(wiring: Wiring, replies: Mapping[str, Reply], boot_id: str) -> None:
    """Compare what all places say before the start: protocol, boot, and the field lists of every topic.

    Raises StartFailed, SchemaMismatch.
    """
    for place, reply in replies.items():
        if reply.protocol != PROTOCOL:
            raise StartFailed(f"place {place!r} speaks protocol {reply.protocol}, this supervisor {PROTOCOL}")
        if reply.boot_id != boot_id:
            raise StartFailed(f"place {place!r} runs under another boot: its times mean nothing here; use link")
    schemas = {name: schema for reply in replies.values() for name, schema in reply.schemas.items()}
    for topic, readers in wiring.readers.items():
        for reader in readers:
            for writer in wiring.writers.get(topic, []):
                _compare(topic, str(writer), str(reader), schemas)


def _compare(topic: str, writer: str, reader: str, schemas: Mapping[str, MessageSchema]) -> None:
    if schemas[reader].name != _ANY:
        require_compatible(topic, writer, schemas[writer], reader, schemas[reader])
