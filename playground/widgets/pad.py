"""The drawing pad: draw a small grey picture, and choose which of its pixels are given to the model.

The browser owns what is drawn while the page is open; it sends the picture when the pen is lifted. A picture that
Python pushes (an upload, an example, a centred digit) replaces what is there, and can be undone.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Literal

import numpy as np
import streamlit as st

from playground.errors import InvalidInput
from playground.widgets.assets import script, style
from playground.widgets.payload import pack

HTML = '<div class="pg pg-pad" role="group" aria-label="Drawing pad"></div>'
_component = st.components.v2.component("generative_playground_pad", html=HTML, css=style("pad"), js=script("pad"))


@dataclass(frozen=True)
class PadState:
    """What is on the pad."""

    picture: np.ndarray  # (H, W) uint8, 0 paper … 255 ink
    keep: np.ndarray  # (H, W) bool, true where the pixel is given to the model
    revision: int  # grows whenever picture or keep changed
    problem: InvalidInput | None = field(default=None, compare=False)  # why the browser's last message was refused


def drawing_pad(
    *,
    key: str,
    shape: tuple[int, int] = (28, 28),
    value: np.ndarray | None = None,
    keep: np.ndarray | None = None,
    mode: Literal["draw", "complete"] = "draw",
    height: int = 420,
) -> PadState:
    """Mount a drawing pad and return what is on it.

    `value` (H, W) is what the pad opens with: uint8 0 … 255, or floats 0 … 1. Passing another `value` or `keep`
    later replaces what is drawn; passing the same again changes nothing. `mode="complete"` adds the mask `keep`
    of given pixels: brushes, a rectangle, and a hand-over marker in raster order. `height` is in CSS pixels.

    A message from the browser that cannot be read is refused: the last valid picture stays, and `problem` says why.
    Raises `InvalidInput` when `value` or `keep` has another shape, or on an unknown mode.
    """
    if mode not in ("draw", "complete"):
        raise InvalidInput(f"mode={mode!r}; allowed: 'draw' and 'complete'")
    pushed = (as_levels(value, shape), _as_mask(keep, shape))
    digest = blake2b(pushed[0].tobytes() + pushed[1].tobytes() + repr(shape).encode(), digest_size=8).hexdigest()
    memory = st.session_state.setdefault(f"{key}:pad", {"pushes": 0, "digest": None})
    if memory["digest"] != digest:
        memory.update(digest=digest, picture=pushed[0], keep=pushed[1])
        memory.update(pushes=memory["pushes"] + 1, edit=0, payload=None)
    if _drawing(key) is None and memory.get("payload") and memory["edit"]:
        memory["payload"] = None  # the visitor left the page and came back: open with what was drawn
    meta = {"shape": list(shape), "mode": mode, "height": height, "push": memory["pushes"]}
    if memory.get("payload") is None or memory["meta"] != meta:
        memory["meta"] = meta
        memory["payload"] = pack({"picture": memory["picture"], "keep": memory["keep"]}, edit=memory["edit"], **meta)
    result = _component(
        key=key,
        data=memory["payload"],
        default={"drawing": None},
        on_drawing_change=_nothing,
        on_centre_change=lambda: _centre(key, shape),
    )
    problem = _adopt(memory, result.get("drawing"), shape)
    revision = memory["pushes"] * 1_000_000 + memory["edit"]
    return PadState(memory["picture"].copy(), memory["keep"].copy(), revision, problem)


def parse_drawing(raw: Any, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray, int, int]:
    """(picture, keep, push, edit) from the browser's message.

    Raises `InvalidInput` when the message is not what the pad sends: which field, and what was expected.
    """
    if not isinstance(raw, Mapping):
        raise InvalidInput(f"drawing: expected an object, got {type(raw).__name__}")
    numbers = []
    for name in ("push", "edit"):
        if type(raw.get(name)) is not int or not 0 <= raw[name] < 1_000_000:
            raise InvalidInput(f"drawing.{name}: expected a whole number from 0 to 999999, got {raw.get(name)!r:.40}")
        numbers.append(raw[name])
    picture, keep = (_decode(raw.get(name), name, shape) for name in ("picture", "keep"))
    return picture, keep != 0, numbers[0], numbers[1]


def _decode(text: Any, name: str, shape: tuple[int, int]) -> np.ndarray:
    if not isinstance(text, str):
        raise InvalidInput(f"drawing.{name}: expected base64 text, got {type(text).__name__}")
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInput(f"drawing.{name}: not base64 ({error})") from error
    if len(data) != shape[0] * shape[1]:
        raise InvalidInput(f"drawing.{name}: {len(data)} bytes, expected {shape[0]} × {shape[1]}")
    return np.frombuffer(data, dtype=np.uint8).reshape(shape)


def as_levels(value: np.ndarray | None, shape: tuple[int, int]) -> np.ndarray:
    """A picture as uint8 0 … 255: None is an empty one, booleans and floats 0 … 1 are scaled."""
    if value is None:
        return np.zeros(shape, dtype=np.uint8)
    value = np.asarray(value)
    if value.shape != tuple(shape):
        raise InvalidInput(f"value has shape {value.shape}, expected {tuple(shape)}")
    if value.dtype == np.bool_ or np.issubdtype(value.dtype, np.floating):
        return np.rint(np.clip(np.nan_to_num(value.astype(np.float64)), 0, 1) * 255).astype(np.uint8)
    return np.clip(value, 0, 255).astype(np.uint8)


def _as_mask(keep: np.ndarray | None, shape: tuple[int, int]) -> np.ndarray:
    if keep is None:
        return np.zeros(shape, dtype=bool)
    keep = np.asarray(keep)
    if keep.shape != tuple(shape):
        raise InvalidInput(f"keep has shape {keep.shape}, expected {tuple(shape)}")
    return keep.astype(bool)


def _drawing(key: str) -> Any:
    """What the browser last sent; None when the pad is not on the page yet."""
    state = st.session_state.get(key)
    return state.get("drawing") if isinstance(state, Mapping) else None


def _nothing() -> None:
    """Streamlit knows a state or trigger by its callback, so each has one."""


def _adopt(memory: dict[str, Any], raw: Any, shape: tuple[int, int]) -> InvalidInput | None:
    """Take over what the browser drew on top of the latest push; say what was wrong with it instead."""
    if raw is None:
        return None
    try:
        picture, keep, push, edit = parse_drawing(raw, shape)
    except InvalidInput as problem:
        return problem
    if push == memory["pushes"]:
        memory.update(picture=picture, keep=keep, edit=edit)
    return None


def _centre(key: str, shape: tuple[int, int]) -> None:
    """The visitor pressed Centre: push the centred picture. Runs before the script, so that one rerun shows it."""
    memory = st.session_state.get(f"{key}:pad")
    if not memory:
        return
    _adopt(memory, _drawing(key), shape)
    memory.update(picture=centred(memory["picture"]), pushes=memory["pushes"] + 1, edit=0, payload=None)


def centred(picture: np.ndarray) -> np.ndarray:
    """A picture (H, W) uint8, centred as MNIST's digits are: scaled to fit a box of 20/28 of the side, keeping its
    aspect, and its centre of mass moved to the middle (LeCun, Cortes, Burges). An empty picture stays as it is.
    """
    rows, columns = np.flatnonzero(picture.any(1)), np.flatnonzero(picture.any(0))
    if not rows.size:
        return picture.copy()
    ink = picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float64)
    height, width = picture.shape
    scale = min(height, width) * (20 / 28) / max(ink.shape)
    mass = ink / ink.sum()
    centre = (mass.sum(1) @ np.arange(ink.shape[0]), mass.sum(0) @ np.arange(ink.shape[1]))
    down = _resampling(height, ink.shape[0], scale, centre[0])
    across = _resampling(width, ink.shape[1], scale, centre[1])
    return np.rint(np.clip(down @ ink @ across.T, 0, 255)).astype(np.uint8)


def _resampling(target: int, source: int, scale: float, centre: float) -> np.ndarray:
    """(target, source) weights by area, that put the source's `centre` at the middle of the target."""
    edges = (np.arange(target + 1) - target / 2) / scale + centre + 0.5  # (target + 1,) in the source's pixels
    low, high = edges[:-1, None], edges[1:, None]
    cells = np.arange(source)
    return np.clip(np.minimum(high, cells + 1) - np.maximum(low, cells), 0, None) * scale
