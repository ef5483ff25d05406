"""Requests to a place: what can be asked over its control socket, and what comes back.

A request carries an id; it is executed between handlers and always answered. The command line, the console
and the supervisor use this one way.
"""

from typing import TYPE_CHECKING

import msgspec
import zmq

from sutura.errors import SuturaError
from sutura.messages import MessageSchema, describe
from sutura.nodes import Event, RequestRefused, changed_params, param_infos
from sutura.nodes.parameters import ParamInfo
from sutura.runtime.config import PROTOCOL
from sutura.runtime.errors import NodeCrashed
from sutura.runtime.status import PlaceStatus, place_status
from sutura.runtime.zmq_bus import is_readable

if TYPE_CHECKING:
    from sutura.runtime.host import Host

Argument = str | int | float | bool | None


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One request. what: `status`, `go`, `quiesce`, `stop`, `command`, `get_params`, `set_params`, `inject`.

    take_events: the answer to `status` brings the events, which are then forgotten here; only the supervisor takes
    them, whoever else looks leaves them to it. with_buckets: it also brings the buckets of latencies.
    """

    id: str
    what: str
    node: str = ""
    command: str = ""
    start: int = 0
    params: dict[str, object] = {}
    data: bytes = b""
    take_events: bool = False
    with_buckets: bool = False


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to the request of the same id; `refused` says why it was not carried out."""

    id: str
    refused: str = ""
    text: str = ""
    phase: str = ""
    status: PlaceStatus | None = None
    schemas: dict[str, MessageSchema] = {}
    boot_id: str = ""
    protocol: int = PROTOCOL
    params: dict[str, object] = {}
    infos: tuple[ParamInfo, ...] = ()
    events: tuple[Event, ...] = ()


encode_request = msgspec.msgpack.Encoder().encode
decode_request = msgspec.msgpack.Decoder(Request).decode
encode_reply = msgspec.msgpack.Encoder().encode
decode_reply = msgspec.msgpack.Decoder(Reply).decode


class PlaceControl:
    """Answers the requests to one place. phase: `waiting`, `ready`, `running`, `quiet`, `stopping`."""

    def __init__(self, host: "Host", router: "zmq.Socket[bytes]", boot_id: str) -> None:
        self.phase = "waiting"
        self.start = 0
        self._host = host
        self._router = router
        self._boot_id = boot_id

    def serve(self) -> None:
        """Answer all requests that wait."""
        while is_readable(self._router):
            peer, *rest = self._router.recv_multipart()
            reply = self._answer(rest[-1] if rest else b"")
            self._router.send_multipart([peer, encode_reply(reply)], zmq.NOBLOCK)

    def _answer(self, data: bytes) -> Reply:
        try:
            request = decode_request(data)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            return Reply(id="", refused=f"expected a request, came {len(data)} bytes: {error}")
        try:
            return self._carry_out(request)
        except NodeCrashed:
            raise
        except SuturaError as error:
            return Reply(id=request.id, refused=str(error), phase=self.phase)

    def _carry_out(self, request: Request) -> Reply:
        match request.what:
            case "status":
                return self._status(request)
            case "go":
                self.start, self.phase = request.start, "running"
            case "quiesce":
                self.phase = "quiet"
            case "stop":
                self.phase = "stopping"
            case "command":
                return self._command(request)
            case "get_params" | "set_params":
                return self._params(request)
            case "inject":
                self._host.inject(request.data)
            case _:
                raise RequestRefused(f"unknown request {request.what!r}")
        return Reply(id=request.id, phase=self.phase)

    def _status(self, request: Request) -> Reply:
        host = self._host
        events = tuple(host.events) if request.take_events else ()
        if request.take_events:
            host.events.clear()
        schemas: dict[str, MessageSchema] = {}
        if self.phase in ("waiting", "ready"):
            for node in host.nodes.values():
                for name, message in node.declaration.messages().items():
                    schemas[f"{node.name}.{name}"] = describe(message)
        return Reply(
            id=request.id,
            phase=self.phase,
            status=place_status(host, with_buckets=request.with_buckets),
            schemas=schemas,
            boot_id=self._boot_id,
            events=events,
        )

    def _command(self, request: Request) -> Reply:
        node = self._host.node(request.node)
        text = self._host.command(node, request.command)
        return Reply(id=request.id, text=text, phase=self.phase)

    def _params(self, request: Request) -> Reply:
        node = self._host.node(request.node)
        if request.what == "set_params":
            params = changed_params(node.name, node.params, request.params)
            self._host.set_params(node, params)
        values: dict[str, object] = msgspec.to_builtins(node.params)
        return Reply(id=request.id, params=values, infos=param_infos(type(node.params)), phase=self.phase)
