"""Recipes for whatever table of 0/1 rows a person has."""

from .recipe import Recipe


def table_recipe(name: str, model: str, config: dict, summary: str, *candidates: dict, **more: object) -> Recipe:
    """A recipe for whatever table of 0/1 rows it is given: Adam, float32, early stopping, and settings to choose from.

    The first candidate is the recipe as it is.
    """
    title = f"{model} on a table"
    settings = {"muon_lr": 0.0, "adam_lr": 3e-3, "ema": 0.99, "warmup": 20, "evaluate_every": 100, "half": False}
    settings |= {"weight_decay": 0.0, "batch": 100, "steps": 20_000, "candidates": ({}, *candidates)} | more
    return Recipe(name, model, config, "table", title, summary, **settings)


TABLES = (
    table_recipe(
        "fvsbn",
        "FVSBN",
        {},
        "A logistic regression for each column on the columns before it.",
        {"prior": 0.3},
        {"prior": 4.0, "adam_lr": 1e-2},
    ),
    table_recipe(
        "nade",
        "NADE",
        {"hidden": 200},
        "One hidden layer, shared by all columns and updated by one column at a time.",
        {"hidden_prior": 0.3, "muon_lr": 0.0},
        {"hidden_prior": 0.3},
        {"hidden_prior": 3.0},
        muon_lr=1e-2,
    ),
    table_recipe(
        "nade-agnostic",
        "OrderAgnosticNADE",
        {"hidden": (300,)},
        "One network for every ordering of the columns; its figures average eight orderings.",
        {"muon_lr": 0.0, "adam_lr": 1e-3, "batch": 100},
        {"hidden_prior": 0.3},
        {"hidden_prior": 3.0},
        muon_lr=5e-3,
        batch=200,
        ema=0.998,
        orderings=8,
    ),
    table_recipe(
        "made",
        "MADE",
        {"hidden": (300,)},
        "A masked autoencoder with direct connections; one set of masks or sixteen, as the table asks.",
        {"hidden_prior": 0.2, "config": {"mask_sets": 16}, "orderings": 16},
        {"hidden_prior": 1.0, "prior": 4.0, "muon_lr": 1e-2},
        {"hidden_prior": 0.1},
        {"hidden_prior": 0.1, "prior": 0.3},
        hidden_prior=0.2,
    ),
)
