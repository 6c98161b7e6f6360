"""Reads GGUF files as convert.py and models/train write them."""

import math
import pathlib
import struct

import numpy as np

import convert
import reference

# Types of tensors, and the bytes that 32 weights take.
F32, Q4_0, Q8_0 = 0, 2, 8
BLOCK_BYTES = {F32: 128, Q4_0: 18, Q8_0: 34}
BLOCK = 32


def read(path):
    """Return (metadata, {name: (shape, type, bytes)}); shapes have the slowest dimension first."""
    view = memoryview(pathlib.Path(path).read_bytes())
    tensors, keys = struct.unpack_from("<QQ", view, 8)
    at = 24

    def string():
        nonlocal at
        length, = struct.unpack_from("<Q", view, at)
        at += 8 + length
        return bytes(view[at - length:at]).decode()

    metadata = {}
    for _ in range(keys):
        key = string()
        kind, = struct.unpack_from("<I", view, at)
        at += 4
        if kind == 8:
            metadata[key] = string()
        else:
            metadata[key], = struct.unpack_from("<f" if kind == 6 else "<I", view, at)
            at += 4
    directory = []
    for _ in range(tensors):
        name = string()
        dimensions, = struct.unpack_from("<I", view, at)
        shape = struct.unpack_from(f"<{dimensions}Q", view, at + 4)[::-1]
        at += 4 + 8 * dimensions
        kind, offset = struct.unpack_from("<IQ", view, at)
        at += 12
        directory.append((name, shape, kind, offset))
    start = at + -at % convert.GGUF_ALIGNMENT
    found = {}
    for name, shape, kind, offset in directory:
        size = math.prod(shape) * BLOCK_BYTES[kind] // BLOCK
        found[name] = (shape, kind, bytes(view[start + offset:start + offset + size]))
    return metadata, found


def floats(shape, kind, data):
    """The numbers of one tensor as read."""
    if kind == F32:
        flat = np.frombuffer(data, "<f4")
    elif kind == Q4_0:
        flat = reference.dequantise(data)
    else:
        blocks = np.frombuffer(data, np.uint8).reshape(-1, 34)
        scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
        flat = (blocks[:, 2:].copy().view(np.int8).astype(np.float32) * scale).reshape(-1)
    return flat.reshape(shape)
