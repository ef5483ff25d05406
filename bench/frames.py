"""What the bare chains carry: an envelope and a pose of the same fields and size as the project's, unchecked."""

import msgspec


class BarePose(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """position: (3,) [m]; orientation: (4,) x, y, z, w."""

    position: tuple[float, float, float]
    orientation: tuple[float, float, float, float]


class BareFrame(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One message. seq: from 1; stamp, origin [ns] of CLOCK_MONOTONIC."""

    topic: str
    type: str
    writer: str
    seq: int
    stamp: int
    origin: int
    expires: int
    payload: BarePose


encode = msgspec.msgpack.Encoder().encode
decode = msgspec.msgpack.Decoder(BareFrame).decode
SOME_POSE = BarePose((0.0123456, -0.0234567, -0.1345678), (0.1, -0.2, 0.3, 0.9273618495495704))
PROBE = b"probe"  # goes down the chain until the last stage has heard one: then nothing is lost at the start
END = b"end"
