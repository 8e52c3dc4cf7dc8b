"""The words in which a small MADE is described: one vocabulary for the laboratory's views, their links and Python.

Positions and units count from 0, as in the exported arrays; hidden layers from 1, as layer 0 is the inputs. Lists are
joined by dots, and lists of lists by underscores, so that a link stays readable: `degrees=1.2.3_1.3`.
"""

import zlib
from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, ValidationError, model_validator

from ..errors import InvalidInput
from ..models.orderings import permutation
from .base import Settings, _words

INPUTS, LAYERS, UNITS, FLIPS = (2, 12), (1, 3), (1, 16), 64
ORDERINGS, DEGREES = ("raster", "reverse", "random"), ("drawn", "spread")


class MadeLabSettings(Settings):
    """A network of a few units, its masks, and what is done to them.

    A mask entry is named layer.row.column: mask `layer` from 1 (into the first hidden layer) up to the one into the
    outputs; row is the unit above, column the unit below. Layer 0 names the direct connections, [output, input].
    """

    kind: ClassVar[str] = "made-lab"
    inputs: int = Field(6, ge=INPUTS[0], le=INPUTS[1], description="D")
    hidden: str = Field("8.8", max_length=20, description="units of each hidden layer, joined by dots")
    ordering: str = Field("raster", max_length=60, description="raster, reverse, random (from the seed), or positions")
    degrees: str = Field("drawn", max_length=200, description="drawn (from the seed), spread, or a list for each layer")
    hidden_rule: Literal["loose", "strict"] = Field("loose", description="degree below ≤ degree above, or <")
    output_rule: Literal["strict", "loose"] = Field("strict", description="degree below < degree of the output, or ≤")
    direct: bool = Field(False, description="direct connections from inputs to outputs")
    flips: str = Field("", max_length=640, description="flipped mask entries, layer.row.column, joined by underscores")
    x: str = Field("", max_length=12, description="one bit for each input; none: drawn from the seed")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        """Whether the lists fit the sizes: ValueError names field, layer and unit."""
        self.sizes()
        self.order()
        self.degree_lists()
        self.flipped()
        if self.x and (len(self.x) != self.inputs or set(self.x) - {"0", "1"}):
            raise ValueError(f"x={self.x!r} is not allowed: {self.inputs} characters, each 0 or 1")
        return self

    def sizes(self) -> tuple[int, ...]:
        """Units of each hidden layer."""
        found = _whole_numbers(self.hidden, "hidden")
        if not LAYERS[0] <= len(found) <= LAYERS[1] or not all(UNITS[0] <= units <= UNITS[1] for units in found):
            raise ValueError(
                f"hidden={_cut(self.hidden)} is not allowed: {LAYERS[0]} to {LAYERS[1]} layers of {UNITS[0]} to "
                f"{UNITS[1]} units, joined by dots"
            )
        return found

    def order(self) -> tuple[int, ...] | None:
        """The positions, if they were given one by one; None for an ordering that has a name."""
        if self.ordering in ORDERINGS:
            return None
        try:
            return tuple(permutation(_whole_numbers(self.ordering, "ordering"), self.inputs).tolist())
        except ValueError as error:
            words = str(error).removeprefix("ordering holds ").removeprefix("ordering=")
            raise ValueError(
                f"ordering={_cut(self.ordering)} is not allowed: {', '.join(ORDERINGS)}, or each position from 0 to "
                f"{self.inputs - 1} once, joined by dots ({words})"
            ) from error

    def degree_lists(self) -> tuple[tuple[int, ...], ...] | None:
        """The degrees of each hidden layer, if they were given one by one; None for a rule that has a name."""
        if self.degrees in DEGREES:
            return None
        sizes, top = self.sizes(), self.inputs - 1
        found = [_whole_numbers(part, "degrees") for part in self.degrees.split("_")]
        if len(found) != len(sizes):
            raise ValueError(
                f"degrees={_cut(self.degrees)} is not allowed: {', '.join(DEGREES)}, or {len(sizes)} lists, one for "
                "each hidden layer, joined by underscores"
            )
        for layer, (given, units) in enumerate(zip(found, sizes, strict=True), 1):
            if len(given) != units:
                raise ValueError(f"degrees: hidden layer {layer} has {units} units, but {len(given)} degrees are given")
            for unit, degree in enumerate(given):
                if not 1 <= degree <= top:
                    raise ValueError(
                        f"degrees: layer {layer}, unit {unit} has degree {degree}; allowed are 1 to D − 1 = {top}"
                    )
        return tuple(found)

    def flipped(self) -> tuple[tuple[int, int, int], ...]:
        """The flipped entries (layer, row, column), each once."""
        if not self.flips:
            return ()
        parts, widths = self.flips.split("_"), (self.inputs, *self.sizes(), self.inputs)
        if len(parts) > FLIPS:
            raise ValueError(f"flips names {len(parts)} entries: at most {FLIPS} are allowed")
        found = []
        for part in parts:
            entry = _whole_numbers(part, "flips")
            if len(entry) != 3 or entry[0] >= len(widths):
                raise ValueError(
                    f"flips: {_cut(part)} is no mask entry: layer.row.column with a layer from 0 (direct) to "
                    f"{len(widths) - 1}"
                )
            layer, row, column = entry
            rows, columns = (widths[layer], widths[layer - 1]) if layer else (self.inputs, self.inputs)
            if row >= rows or column >= columns:
                raise ValueError(f"flips: {part} is outside mask {layer}, which has {rows} rows and {columns} columns")
            if layer == 0 and not self.direct:
                raise ValueError(f"flips: {part} is a direct connection, and this network has none")
            if entry in found:
                raise ValueError(f"flips: {part} is named twice")
            found.append(entry)
        return tuple(found)

    @classmethod
    def from_link(
        cls, values: Mapping[str, Any], defaults: Mapping[str, Any] | None = None
    ) -> tuple[dict[str, Any], list[str]]:
        """As of any settings; but a list is judged by the sizes that the same link gives, not by the defaults'."""
        good, notices = {}, []
        for name in cls.model_fields:
            if name not in values:
                continue
            try:
                good[name] = getattr(cls(**{**good, name: values[name]}), name)
            except ValidationError as error:
                default = (defaults or {}).get(name, cls.model_fields[name].default)
                shown = f"; using {default} instead" if default != "" else ""
                notices.append(_words(error.errors()[0]) + shown)
        return good, notices

    def fitted(self, **values: Any) -> tuple[Self, list[str]]:
        """These settings with other `values`, and words for what had to give way where the old lists do not fit.

        InvalidInput if `values` themselves are not allowed.
        """
        wanted = {**self.model_dump(), **values}
        sizes = type(self).checked(**{k: wanted[k] for k in ("inputs", "hidden")}).sizes()
        inputs, words = wanted["inputs"], []
        if "ordering" not in values and (order := self.order()) and inputs != self.inputs:
            kept = [p for p in order if p < inputs]
            wanted["ordering"] = dotted([*kept, *range(len(kept), inputs)])
        if "degrees" not in values and (lists := self.degree_lists()):
            fitting = [_resized(lists[n] if n < len(lists) else (), units, inputs - 1) for n, units in enumerate(sizes)]
            wanted["degrees"] = "_".join(map(dotted, fitting))
        if "x" not in values and self.x and len(self.x) != inputs:
            wanted["x"] = self.x[:inputs].ljust(inputs, "0")
        if "flips" not in values and self.flips:
            kept = []
            for part in self.flips.split("_"):
                try:
                    type(self)(**{**wanted, "flips": part})
                    kept.append(part)
                except ValidationError:
                    words.append(part)
            wanted["flips"] = "_".join(kept)
        return type(self).checked(**wanted), [f"flips: {part} has no place in this network" for part in words]

    def stem(self) -> str:
        """A file name: sizes, ordering and seed in words, all the rest as a checksum."""
        ordering = self.ordering if self.ordering in ORDERINGS else "by-hand"
        rest = zlib.crc32(self.model_dump_json().encode())
        return f"{self.kind}_{self.inputs}-inputs_hidden-{self.hidden}_{ordering}_seed-{self.seed}_{rest:08x}"

    def python(self) -> str:
        """The same network as a few lines of Python."""
        return super().python() + (
            "for number in range(1, len(trace.hidden) + 2):\n"
            "    print(f'mask {number}', trace.mask(number).astype(int), sep='\\n')\n"
            "print('paths [output, input]', trace.paths, sep='\\n')\n"
            "print('strictly triangular under the ordering:', trace.triangular)\n"
            "print(f'total probability of all states: {trace.total:.6f}')\n"
        )


def dotted(numbers: Any) -> str:
    """Numbers joined by dots."""
    return ".".join(str(int(number)) for number in numbers)


def _resized(degrees: tuple[int, ...], units: int, top: int) -> list[int]:
    """The same degrees, as far as they are allowed, for another number of units; a new unit has the top degree."""
    return [min(degrees[n], top) if n < len(degrees) else top for n in range(units)]


def _whole_numbers(text: str, name: str) -> tuple[int, ...]:
    parts = text.split(".")
    if not all(part.isascii() and part.isdecimal() and len(part) <= 6 for part in parts):
        words = f"{name}={_cut(text)} is not allowed: whole numbers joined by dots"
        named = {"ordering": ORDERINGS, "degrees": DEGREES}.get(name)
        raise InvalidInput(f"{words}, or one of {', '.join(named)}" if named else words)
    return tuple(map(int, parts))


def _cut(text: str) -> str:
    return repr(text if len(text) <= 40 else f"{text[:40]}…")
