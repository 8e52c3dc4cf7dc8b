"""What a model can do, read off the methods that it offers and nothing else: no name of a model stands here."""

from dataclasses import dataclass
from typing import Any

DENSITIES = {"log_prob": "exact", "elbo": "bound", "energy": "unnormalised"}  # method → what is known of log p
SCORES = ("log_prob", "elbo", "energy", "reconstruction", "discriminate")  # methods that judge a picture, best first


@dataclass(frozen=True)
class Abilities:
    """density: what is known of log p(x): "exact", "bound", "unnormalised" or "none". complete: how a part of a picture
    can be filled in: "conditionals" (drawn position by position), "clamped" (a chain in which the given pixels stay),
    "search" (for a code whose picture fits) or "". encode: "code" (an encoder), "hidden" (hidden units given x) or "".
    score: the method that judges a picture, of `SCORES`, or ""."""

    density: str
    complete: str
    encode: str
    score: str


def abilities_of(model: Any) -> Abilities:
    """What the methods of a model allow. An attribute that cannot be called, such as a matrix, is no method."""

    def offers(*names: str) -> bool:
        return all(callable(getattr(model, name, None)) for name in names)

    ways = {
        "conditionals": offers("begin", "step"),
        "clamped": offers("energy"),
        "search": offers("decode") or offers("generate"),
    }
    codes = {"code": offers("encode"), "hidden": offers("hidden_given")}
    return Abilities(
        next((words for name, words in DENSITIES.items() if offers(name)), "none"),
        next((way for way, there in ways.items() if there), ""),
        next((code for code, there in codes.items() if there), ""),
        next((name for name in SCORES if offers(name)), ""),
    )
