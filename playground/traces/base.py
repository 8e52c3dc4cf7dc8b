"""What every trace and every settings object can do."""

import base64
import binascii
import io
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..errors import InvalidInput

MAX_SEED = 2**31 - 1
LONGEST_SHOWN = 60  # characters of a refused value that its notice repeats


class Settings(BaseModel):
    """Frozen, hashable settings of one trace. Bounds live in the fields, so the page, the link and the command line
    refuse the same values with the same words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ClassVar[str] = ""
    cached: ClassVar[bool] = True  # False for a measurement, which is not a pure function of its settings
    with_codes: ClassVar[bool] = False  # True: the trace is made from the model and the codes beside it, as a pair
    seed: int = Field(0, ge=0, le=MAX_SEED, description="start of the random numbers")

    @property
    def model_name(self) -> str:
        """The checkpoint that takes part, "" for none: the trace is then made from nothing but its settings."""
        return ""

    @property
    def model_names(self) -> tuple[str, ...]:
        """The checkpoints of a trace that several take part in: it is made from a dictionary, name → model."""
        return ()

    @classmethod
    def checked(cls, **values: Any) -> Self:
        """Settings from values that a person chose; InvalidInput names each argument, its value and what is allowed."""
        try:
            return cls(**values)
        except ValidationError as error:
            raise InvalidInput("; ".join(_words(e) for e in error.errors())) from error

    @classmethod
    def from_link(
        cls, values: Mapping[str, Any], defaults: Mapping[str, Any] | None = None
    ) -> tuple[dict[str, Any], list[str]]:
        """The allowed ones among a link's values, as field values, and one notice for each that is not.

        Names that are no field of these settings are left alone. The notices name the value that is used instead:
        that of `defaults`, else the field's own.
        """
        good, notices = {}, []
        for name, text in values.items():
            if name not in cls.model_fields:
                continue
            try:
                good[name] = _converted(cls, name, text)
            except ValidationError as error:
                default = (defaults or {}).get(name, cls.model_fields[name].default)
                shown = f"; using {default} instead" if isinstance(default, int | float | str) and default != "" else ""
                notices.append("; ".join(_words(e) for e in error.errors()[:1]) + shown)
        return good, notices

    @classmethod
    def bounds(cls, name: str) -> tuple[Any, Any]:
        """Lowest and highest allowed value of a bounded numeric field, for a slider."""
        rules = cls.model_fields[name].metadata
        low = next(rule.ge for rule in rules if hasattr(rule, "ge"))
        high = next(rule.le for rule in rules if hasattr(rule, "le"))
        return low, high

    def python(self) -> str:
        """The same trace as a few lines of Python."""
        return in_python(trace=self)

    def stem(self) -> str:
        """A file name for what was made with these settings; long packed pictures are shortened to a checksum."""
        values = self.model_dump()
        name = values.pop("checkpoint", "")
        words = [f"{n}-{v}" for n, v in values.items() if len(str(v)) < 12]
        packed = "".join(str(v) for v in (name, *values.values()) if len(str(v)) >= 12)
        return "_".join([*filter(None, [name]), self.kind, *words, f"{zlib.crc32(packed.encode()):08x}"])

    def key(self) -> str:
        """A text that is equal exactly when the settings are: the cache key."""
        return f"{type(self).__name__}:{self.model_dump_json()}"


class ModelSettings(Settings):
    """Settings of a trace that a trained checkpoint takes part in; without one, the trace is made from nothing else."""

    checkpoint: str = Field(max_length=200)

    @property
    def model_name(self) -> str:
        """The checkpoint."""
        return self.checkpoint


def in_python(**wanted: Settings | Sequence[Settings]) -> str:
    """Traces as a few lines of Python: a name and the settings of its trace, or those of a list of traces of one kind.

    What differs among the settings of a list stands beside one another in a loop, everything else once.
    """
    kinds = sorted({type(one).__name__ for given in wanted.values() for one in _listed(given)})
    lines = ["from playground.engine import Engine", f"from playground.traces import {', '.join(kinds)}", ""]
    lines.append("engine = Engine()")
    for name, given in wanted.items():
        each = _listed(given)
        dumps = [one.model_dump() for one in each]
        differ = [field for field in dumps[0] if any(dump[field] != dumps[0][field] for dump in dumps)]
        shown = dumps[0] | {field: _Word(field) for field in differ}
        call = "".join(f"    {field}={value!r},\n" for field, value in shown.items())
        call = f"engine.run({type(each[0]).__name__}(\n{call}))"
        if differ:
            rows = [", ".join(repr(dump[field]) for field in differ) for dump in dumps]
            rows = "".join(f"    ({row}),\n" if len(differ) > 1 else f"    {row},\n" for row in rows)
            call = f"[{call} for {', '.join(differ)} in (\n{rows})]"
        elif each is given:
            call = f"[{call}]" + (f" * {len(each)}" if len(each) > 1 else "")
        lines.append(f"{name} = {call}")
    return "\n".join(lines) + "\n"


class _Word(str):
    """A name in a line of Python."""

    __repr__ = str.__str__


def _listed(given: Settings | Sequence[Settings]) -> Sequence[Settings]:
    return [given] if isinstance(given, Settings) else given


def _converted(cls: type[Settings], name: str, text: Any) -> Any:
    """The value of one field that a link's text stands for; ValidationError if the field does not allow it."""
    probe = cls.model_construct()
    fresh = cls.__pydantic_validator__.validate_assignment(probe, name, text)
    return fresh[0][name] if isinstance(fresh, tuple) else getattr(fresh, name)


def _words(error: Mapping[str, Any]) -> str:
    name = ".".join(str(part) for part in error["loc"])
    message = error["msg"].removeprefix("Value error, ")
    if not name:  # several fields do not fit one another: the message names them
        return message
    given = repr(error["input"])
    shown = given if len(given) <= LONGEST_SHOWN else f"{given[:LONGEST_SHOWN]}…"
    return f"{name}={shown} is not allowed: {message[0].lower()}{message[1:]}"


@dataclass(frozen=True)
class Trace:
    """Base of all traces: read-only NumPy arrays and a few plain numbers."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                value.flags.writeable = False

    @property
    def nbytes(self) -> int:
        """Bytes held by all arrays."""
        return sum(v.nbytes for v in vars(self).values() if isinstance(v, np.ndarray))

    def save(self, path: str | Path | io.BytesIO) -> None:
        """Write every field to a compressed `.npz`; text and numbers become zero-dimensional arrays."""
        np.savez_compressed(path, **{f.name: np.asarray(getattr(self, f.name)) for f in fields(self)})

    def to_bytes(self) -> bytes:
        """The `.npz` as bytes, for a download."""
        buffer = io.BytesIO()
        self.save(buffer)
        return buffer.getvalue()


def pack_picture(picture: np.ndarray, levels: int) -> str:
    """A picture of levels 0 … levels − 1, any shape, as URL-safe text: the bits of each pixel, packed, base64."""
    bits = max(1, (levels - 1).bit_length())
    flat = picture.reshape(-1, 1).astype(np.uint8)
    packed = np.packbits((flat >> np.arange(bits, dtype=np.uint8)) & 1)
    return base64.urlsafe_b64encode(packed.tobytes()).rstrip(b"=").decode()


def unpack_picture(text: str, shape: tuple[int, ...], levels: int, name: str = "picture") -> np.ndarray:
    """The reverse of `pack_picture`: uint8 array of `shape`. InvalidInput where the text is not of that size."""
    bits = max(1, (levels - 1).bit_length())
    count = int(np.prod(shape))
    try:
        raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise InvalidInput(f"{name}={text[:20]!r}… is not a packed picture ({error})") from error
    if len(raw) != -(-count * bits // 8):
        raise InvalidInput(
            f"{name} holds {len(raw)} bytes; {'×'.join(map(str, shape))} pixels of {levels} levels take "
            f"{-(-count * bits // 8)}"
        )
    planes = np.unpackbits(np.frombuffer(raw, np.uint8), count=count * bits).reshape(count, bits)
    values = (planes << np.arange(bits, dtype=np.uint8)).sum(1).astype(np.uint8)
    if values.max(initial=0) >= levels:
        raise InvalidInput(f"{name} holds level {values.max()}; allowed are 0 to {levels - 1}")
    return values.reshape(shape)
