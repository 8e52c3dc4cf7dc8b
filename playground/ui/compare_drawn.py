"""Which models complete or judge a picture that the visitor draws, and why the others do not."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import streamlit as st

from ..traces import completing_way, no_completion, scoring_kind
from .compared import FAMILIES, title_of
from .resources import engine
from .words import t


def of_one_size(able: Callable[[Any], str]) -> tuple[tuple[str, ...], tuple[int, int]]:
    """The checkpoints that are `able`, all of the size that most of them have, and that size (H, W).

    Where there is none the page says so and ends here.
    """
    shared = engine()
    found = [name for name in shared.names() if able(shared.load(name).model)]
    if not found:
        st.info(t("No model of pictures is here; `python -m playground list` shows what is there."))
        st.stop()
    sizes = Counter(tuple(shared.load(name).model.event_shape) for name in found)
    shape = sizes.most_common(1)[0][0]
    kept = [name for name in found if tuple(shared.load(name).model.event_shape) == shape]
    return tuple(sorted(kept, key=lambda n: FAMILIES.index(n) if n in FAMILIES else len(FAMILIES))), shape


def completers() -> tuple[tuple[str, ...], tuple[int, int]]:
    """The checkpoints that complete pictures, and the size of these."""
    return of_one_size(completing_way)


def judging_models() -> tuple[tuple[str, ...], tuple[int, int]]:
    """The checkpoints that have something to say of a picture, and its size."""
    return of_one_size(scoring_kind)


def who_cannot(shape: tuple[int, int]) -> str:
    """Which checkpoints do not complete pictures of this size, and why, in one line of Markdown."""
    shared = engine()
    reasons = {name: no_completion(shared.load(name).model, shape) for name in shared.names()}
    words = {
        "no prior": t("an autoencoder, with no distribution over its codes: nothing says which completion is likely"),
        "labels": t("answers with the probability of a label, not of pixels"),
    }
    parts = [f"**{title_of(name)}**: {words[why]}" for name, why in reasons.items() if why in words]
    if others := sum(why == "other data" for why in reasons.values()):
        size = "×".join(map(str, shape))
        parts.append(
            t("**{count} other checkpoints**: they make no pictures of {size} pixels", count=others, size=size)
        )
    return t("Not here: {who}.", who="; ".join(parts)) if parts else ""


def averaged(names: tuple[str, ...]) -> str:
    """The checkpoints as `CompareScoreSettings` has them: with as many orderings as their figures of real digits."""
    shared = engine()
    counts = {name: shared.load(name).description.get("orderings", 1) for name in names}
    return ",".join(f"{name}*{count}" if count > 1 else name for name, count in counts.items())


def real_figures(name: str) -> Any:
    """What a model says of real digits, (N,) float32, or None: of an RBM its F(v), without the estimated log Z."""
    shared = engine()
    found, log_z = shared.reference(name), shared.validation(name).get("log_partition")
    if scoring_kind(shared.load(name).model) != "free energy":
        return found
    return None if found is None or log_z is None else found - log_z
