"""The rows of the table of all models: what `evaluate` wrote of each, and what its own methods say."""

from typing import Any

from ..traces import abilities_of
from .compared import title_of
from .resources import engine

EVALUATED = {
    "nats": "nll_nats",
    "standard_error": "nll_standard_error",
    "log_partition": "log_partition",
    "log_partition_error": "log_partition_error",
}  # column → what `evaluate` calls it
TIGHTER = {"iwae": "nats", "iwae_standard_error": "standard_error", "iwae_draws": "draws"}


def rows_of(names: tuple[str, ...]) -> list[dict[str, Any]]:
    """One row per checkpoint, numbers as they were measured, None where there is none.

    checkpoint, title, data (set); density, complete, encode, score: as `Abilities` has them. evaluated: how the nats
    were found, as `evaluate` says ("exact", "elbo", "ais", …). nats, standard_error: mean −log p, or a bound of it.
    log_partition, log_partition_error: of an energy. iwae, iwae_standard_error, iwae_draws: the tighter bound of a
    latent-variable model. parameters: counted.
    """
    return [_row(name) for name in names]


def _row(name: str) -> dict[str, Any]:
    loaded, found = engine().load(name), engine().validation(name)
    able, tighter = abilities_of(loaded.model), found.get("iwae") or {}
    return {
        "checkpoint": name,
        "title": title_of(name),
        "data": loaded.description.get("dataset", ""),
        "density": able.density,
        "evaluated": found.get("kind"),
        **{column: found.get(theirs) for column, theirs in EVALUATED.items()},
        **{column: tighter.get(theirs) for column, theirs in TIGHTER.items()},
        "parameters": sum(p.numel() for p in loaded.model.parameters()),
        "complete": able.complete,
        "encode": able.encode,
        "score": able.score,
    }
