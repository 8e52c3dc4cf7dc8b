"""The table of all models: headings, words and files. Every number comes from a measurement."""

from collections.abc import Callable
from typing import Any

from ..traces import DrawCostSettings, DrawCostTrace, abilities_of
from ..words import Say, english
from .energy_files import Files, table

Row = dict[str, Any]  # as `row` makes them
Cell = tuple[str, str | int | float | None]  # what is shown, and what it is exactly
NOTHING = "–"


EVALUATED = {
    "nats": "nll_nats",
    "standard_error": "nll_standard_error",
    "log_partition": "log_partition",
    "log_partition_error": "log_partition_error",
}  # column → what `evaluate` calls it
TIGHTER = {"iwae": "nats", "iwae_standard_error": "standard_error", "iwae_draws": "draws"}


def row(loaded: Any, title: str, found: dict[str, Any]) -> Row:
    """One row of the table, numbers as they were measured, None where there is none.

    loaded: a checkpoint as the engine has it. found: what `evaluate` wrote of it.

    checkpoint, title, data (set); density, complete, encode, score: as `Abilities` has them. evaluated: how the nats
    were found, as `evaluate` says ("exact", "elbo", "ais", …). nats, standard_error: mean −log p, or a bound of it.
    log_partition, log_partition_error: of an energy. iwae, iwae_standard_error, iwae_draws: the tighter bound of a
    latent-variable model. parameters: counted.
    """
    able, tighter = abilities_of(loaded.model), found.get("iwae") or {}
    return {
        "checkpoint": loaded.name,
        "title": title,
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


def columns(rows: list[Row], trace: DrawCostTrace | None, many: int, t: Say = english) -> dict[str, tuple]:
    """Name → (heading, one cell a model). trace: the measured seconds, None before there are any. many: samples
    together."""

    def words(heading: str, say: Callable[[Row], str]) -> tuple[str, list[Cell]]:
        return heading, [(say(row), say(row)) for row in rows]

    return {
        "model": words(t("Model"), lambda row: row["title"]),
        "density": words("log p(x)", lambda row: density(row, t)),
        "nats": (t("−log p, nats"), [nats(row) for row in rows]),
        "one": (t("1 sample, s"), [seconds(row, trace, 0) for row in rows]),
        "many": (t("{count} samples, s", count=many), [seconds(row, trace, 1) for row in rows]),
        "parameters": (t("Parameters"), [(f"{row['parameters']:,}", row["parameters"]) for row in rows]),
        "completes": words(t("Completes"), lambda row: complete(row, t)),
        "encodes": words(t("Encodes"), lambda row: encode(row, t)),
        "scores": words(t("Scores by"), score),
        "data": words(t("Data"), lambda row: row["data"] or NOTHING),
    }


def nats(row: Row) -> Cell:
    """Mean −log p, or its bound, with its standard error."""
    if row["nats"] is None:
        return NOTHING, None
    error = "" if row["standard_error"] is None else f" ± {row['standard_error']:.2f}"
    return f"{row['nats']:.2f}{error}", row["nats"]


def seconds(row: Row, trace: DrawCostTrace | None, which: int) -> Cell:
    """The time of one (0) or of many (1) samples; ≈ where a stretch of a chain was measured and scaled."""
    found = trace and trace.of(row["checkpoint"])
    if not found:
        return NOTHING, None
    value, share = found[which]
    return f"{'≈ ' * (share < 1)}{value:.4f}", value


def density(row: Row, t: Say = english) -> str:
    """What is known of log p, and how the nats were found."""
    kind = row["density"]
    if kind == "exact":
        return t("exact")
    if kind == "bound":
        return t("bound (−ELBO)")
    if kind == "unnormalised":
        return t("unnormalised, log Z by AIS") if row["evaluated"] == "ais" else t("unnormalised")
    return t("none")


def complete(row: Row, t: Say = english) -> str:
    """How a part of a picture is filled in."""
    words = {"conditionals": t("conditionals"), "clamped": t("clamped chain"), "search": t("latent search")}
    return words.get(row["complete"], NOTHING)


def encode(row: Row, t: Say = english) -> str:
    """What stands for a picture."""
    return {"code": t("code"), "hidden": t("hidden units")}.get(row["encode"], NOTHING)


def score(row: Row) -> str:
    """What judges a picture."""
    words = {"log_prob": "log p", "elbo": "ELBO", "energy": "E", "reconstruction": "log p(x|z)", "discriminate": "D"}
    return words.get(row["score"], NOTHING)


def python(rows: list[Row], settings: DrawCostSettings | None) -> str:
    """The rows, and the measurement where it was made, as a few lines of Python."""
    first = settings.python() if settings else "from playground.engine import Engine\n\nengine = Engine()\n"
    named = "".join(f"    ({line['checkpoint']!r}, {line['title']!r}),\n" for line in rows)
    made = "figures.comparison.row(engine.load(name), title, engine.validation(name))"
    return f"{first}rows = [{made} for name, title in (\n{named})]\n"


def files(rows: list[Row], trace: DrawCostTrace | None, many: int) -> Files:
    """CSV: every column with every digit; npz: the measurement, once there is one."""
    found: Files = {"CSV": ("csv", lambda: to_csv(rows, trace, many))}
    return found | ({"npz": ("npz", trace.to_bytes)} if trace else {})


def to_csv(rows: list[Row], trace: DrawCostTrace | None, many: int) -> str:
    """One row per model; what was not measured is empty."""
    cells = [[seconds(row, trace, which)[1] for which in (0, 1)] for row in rows]
    names = [*rows[0], "seconds_1", f"seconds_{many}"]
    lines = ([*row.values(), *here] for row, here in zip(rows, cells, strict=True))
    return table(names, (["" if value is None else value for value in line] for line in lines))


def words(rows: list[Row], trace: DrawCostTrace | None, t: Say = english) -> dict[str, str]:
    """The numbers that the lesson names."""
    exact = [row for row in rows if row["evaluated"] == "exact" and row["data"] == "mnist"]
    bound = [row for row in rows if row["evaluated"] == "elbo" and row["iwae"] is not None]
    annealed = next((row for row in rows if row["evaluated"] == "ais"), None)
    best = min(exact, key=lambda row: row["nats"], default=None)
    tight = min(bound, key=lambda row: row["iwae"], default=None)

    def told(row: Row | None, name: str, error: str) -> str:
        return f"{row[name]:.2f} ± {row[error]:.2f}" if row else NOTHING

    return {
        "models": str(len(rows)),
        "exact": str(sum(row["density"] == "exact" for row in rows)),
        "best": best["title"] if best else NOTHING,
        "best_nats": told(best, "nats", "standard_error"),
        "bound": tight["title"] if tight else NOTHING,
        "bound_nats": told(tight, "nats", "standard_error"),
        "iwae_nats": told(tight, "iwae", "iwae_standard_error"),
        "draws": f"{tight['iwae_draws']:,}" if tight else NOTHING,
        "log_partition": told(annealed, "log_partition", "log_partition_error"),
        "gain": gain(rows, trace, t),
    }


def gain(rows: list[Row], trace: DrawCostTrace | None, t: Say = english) -> str:
    """Which model gains most from drawing many samples together."""
    if trace is None:
        return t("Press **Measure** to see it on this machine.")
    titles = {row["checkpoint"]: row["title"] for row in rows}
    ratios = trace.seconds[:, 1] / trace.seconds[:, 0]
    at = int(ratios.argmin())
    name = str(trace.checkpoints[at])
    return t(
        "Here {model} gained most: {many} samples took {ratio:.1f} times as long as one.",
        model=titles.get(name, name),
        many=int(trace.counts[1]),
        ratio=float(ratios[at]),
    )
