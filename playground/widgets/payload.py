"""How arrays travel to a canvas: one block of bytes that the browser reads without parsing numbers.

Layout: uint32 length of the header (little-endian), the header as JSON, then the raw arrays, each at a multiple
of 8 bytes so that JavaScript can lay typed arrays over them. `common.js` holds the reader of the browser's side.
"""

import json
from typing import Any

import numpy as np

ALIGNMENT = 8
DTYPES = ("uint8", "int8", "uint16", "int16", "uint32", "int32", "float16", "float32", "float64")


def halved(array: np.ndarray) -> np.ndarray:
    """The array as float16 where that changes no number, which is so for the weights of a checkpoint; else as it is."""
    with np.errstate(over="ignore"):
        half = array.astype(np.float16)
    return half if np.array_equal(half.astype(array.dtype), array) else array


def _aligned(size: int) -> int:
    return -(-size // ALIGNMENT) * ALIGNMENT


def pack(arrays: dict[str, np.ndarray], **meta: Any) -> bytes:
    """Arrays and JSON-able `meta` as one block of bytes.

    Booleans travel as uint8; float16 arrives in the browser as float32. Raises `TypeError` for a dtype that JavaScript
    has no typed array for.
    """
    blocks: list[bytes] = []
    described: list[dict[str, Any]] = []
    offset = 0
    for name, array in arrays.items():
        dtype = "uint8" if array.dtype == np.bool_ else array.dtype.name
        if dtype not in DTYPES:
            raise TypeError(f"array {name!r} has dtype {array.dtype}; allowed: {', '.join(DTYPES)} and bool")
        little = np.ascontiguousarray(array, dtype=np.dtype(dtype).newbyteorder("<"))
        block = little.tobytes()
        described.append({"name": name, "dtype": dtype, "shape": list(array.shape), "offset": offset})
        blocks.append(block.ljust(_aligned(len(block)), b"\0"))
        offset += len(blocks[-1])
    header = json.dumps({"arrays": described, "meta": meta}, separators=(",", ":")).encode()
    header = header.ljust(_aligned(4 + len(header)) - 4)  # JSON allows trailing blanks
    return b"".join([len(header).to_bytes(4, "little"), header, *blocks])


def unpack(payload: bytes) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """What `pack` was given: (arrays, meta). Booleans come back as uint8."""
    length = int.from_bytes(payload[:4], "little")
    header = json.loads(payload[4 : 4 + length])
    base = 4 + length
    arrays = {}
    for entry in header["arrays"]:
        dtype = np.dtype(entry["dtype"]).newbyteorder("<")
        count = int(np.prod(entry["shape"], dtype=np.int64))
        flat = np.frombuffer(payload, dtype=dtype, count=count, offset=base + entry["offset"])
        arrays[entry["name"]] = flat.reshape(entry["shape"])
    return arrays, header["meta"]
