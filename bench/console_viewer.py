"""A browser that draws nothing: it connects to a console as a page does, says where its camera is, and reads.

`python -m bench.console_viewer URL` until it is ended.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import viser
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.sync.connection import Connection
from websockets.typing import Subprotocol

_CAMERA = {
    "type": "ViewerCameraMessage",
    "wxyz": (1.0, 0.0, 0.0, 0.0),
    "position": (0.0, -0.2, 0.1),
    "fov": 1.3,
    "near": 0.01,
    "far": 10.0,
    "image_height": 480,
    "image_width": 640,
    "look_at": (0.0, 0.0, 0.0),
    "up_direction": (0.0, 0.0, 1.0),
}


@contextmanager
def viewer(url: str) -> Iterator[Connection]:
    """A connection that the console takes for a page's; `url` as the command line prints it."""
    address = url.partition("websocket=")[2] or url.replace("http", "ws", 1)
    protocol = Subprotocol(f"viser-v{viser.__version__}")
    with connect(address, subprotocols=[protocol], max_size=None, compression=None) as connection:
        connection.send(msgspec.msgpack.encode(_CAMERA))
        yield connection


def main() -> None:
    """Read until the console goes."""
    with viewer(sys.argv[1]) as connection:
        try:
            for _ in connection:
                pass
        except ConnectionClosed:
            return


if __name__ == "__main__":
    main()
