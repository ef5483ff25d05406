"""A time code in the picture: black and white blocks that survive lossy video, for measuring from glass to glass.

64 blocks, row by row from the top left corner: 48 bits of the time in microseconds, then 16 bits of CRC, so that a
code that a codec has damaged is not read as another time.
"""

import binascii

import numpy as np
from numpy.typing import NDArray

BLOCK = 8  # pixels; half of a macroblock
_TIME_BYTES, _BITS = 6, 64
_MARGIN = BLOCK // 4
_BLACK, _WHITE = 16, 235  # what video calls black and white


def draw_time_code(pixels: NDArray[np.uint8], stamp: int) -> None:
    """Draw a time [ns] into a picture, height × width × 3, at least 64 × 64 pixels; it keeps the microseconds."""
    time = (stamp // 1000 % (1 << 8 * _TIME_BYTES)).to_bytes(_TIME_BYTES)
    code = time + binascii.crc_hqx(time, 0xFFFF).to_bytes(2)
    columns = pixels.shape[1] // BLOCK
    bits = np.unpackbits(np.frombuffer(code, np.uint8))
    for row, start in enumerate(range(0, _BITS, columns)):
        part = bits[start : start + columns]
        blocks = np.where(np.repeat(part, BLOCK), _WHITE, _BLACK).astype(np.uint8)
        pixels[row * BLOCK : (row + 1) * BLOCK, : len(blocks)] = blocks[None, :, None]


def read_time_code(pixels: NDArray[np.uint8]) -> int | None:
    """The time [ns] that is drawn into a picture; None where there is none, or a damaged one."""
    columns = pixels.shape[1] // BLOCK
    rows = -(-_BITS // columns) if columns else 0
    if not rows or pixels.shape[0] < rows * BLOCK:
        return None
    corner = pixels[: rows * BLOCK, : columns * BLOCK].astype(np.float32).mean(axis=2)
    blocks = corner.reshape(rows, BLOCK, columns, BLOCK)
    inner = blocks[:, _MARGIN:-_MARGIN, :, _MARGIN:-_MARGIN].mean(axis=(1, 3))
    code = np.packbits(inner.reshape(-1)[:_BITS] > (_BLACK + _WHITE) / 2).tobytes()
    time, check = code[:_TIME_BYTES], code[_TIME_BYTES:]
    if binascii.crc_hqx(time, 0xFFFF).to_bytes(2) != check:
        return None
    return int.from_bytes(time) * 1000
