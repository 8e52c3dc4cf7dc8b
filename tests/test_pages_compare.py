"""The pages that compare families, without a browser, on one small model of each."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from playground import ui
from playground.checkpoints import catalogue
from playground.traces import GrowthSettings, compute
from tests.pages import each_is_named, in_link, lesson_of, notices, open_page, payload, press, sound, trace_of
from tests.small_checkpoints import shelve
from tests.small_energy import small_energy
from tests.small_latent import codes_for, shelve_latent, small_models
from tests.small_sequences import shelve_sequences
from tests.test_models import randomised

NADE, RBM = "nade-mnist", "rbm-mnist"
SIZE = {"height": 6, "width": 6}
SHELVED = [NADE, "lstm-mnist", "transformer-mnist", RBM, "ebm-mnist", "vae-mnist", "autoencoder-mnist-2d", "gan-mnist"]
TEXT = "lstm-shakespeare"
NATS = {"kind": "exact", "nll_nats": 12.3456789, "nll_standard_error": 0.123456, "parameters": 1}
ANNEALED = {**NATS, "kind": "ais", "log_partition": 3.5, "log_partition_error": 0.25}


def small_nade() -> object:
    return randomised({"model": "NADE", "config": {**SIZE, "hidden": 8}})


def stock(folder: Path) -> None:
    """One small model of each family, and one that writes text."""
    shelve_latent(folder)
    shelve(folder, "ebm-mnist", small_energy())
    shelve_sequences(folder, "lstm-mnist", "transformer-mnist", TEXT)
    shelve(folder, NADE, small_nade())
    shelve(folder, RBM, randomised({"model": "RBM", "config": {**SIZE, "hidden": 9}}))
    for name, found in ((NADE, NATS), (RBM, ANNEALED)):
        catalogue.write(dataclasses.replace(catalogue.read()[name], validation=found))


@pytest.fixture(scope="module", autouse=True)
def _stocked(shelf):
    stock(shelf)
    ui.engine.clear()
    yield
    ui.engine.clear()


def samples(**link: str) -> AppTest:
    return open_page("compare/samples", link)


def test_samples_of_one_model_of_each_family_stand_in_the_order_of_the_course():
    app = samples(count="1")
    assert [title.value for title in app.title] == ["Samples, side by side"]
    arrays, meta = payload(app)
    assert [model["name"] for model in meta["models"]] == SHELVED
    assert [model["way"] for model in meta["models"]] == ["pixels"] * 3 + ["sweeps", "langevin"] + ["shot"] * 3
    assert [model["name"] for model in meta["models"] if not model["prior"]] == ["autoencoder-mnist-2d"]
    assert notices(app) == ""
    prose = lesson_of(app).replace("\\tfrac{\\varepsilon^2}{2}", "")
    assert "{models}" not in prose
    assert f"{len(SHELVED)} models" in prose
    assert "36 draws" not in prose, "the longest of the pixel models is named"
    model = small_models()["vae-mnist"]
    expected = compute(GrowthSettings(checkpoint="vae-mnist", count=1), (model, codes_for(model))).expected
    shown = arrays[f"{SHELVED.index('vae-mnist')}.expected"]
    assert np.abs(shown.astype(int) - expected).max() <= 2, "the shelf holds half precision"


def test_a_link_opens_the_same_samples_at_the_same_moment():
    link = {
        "checkpoints": f"{RBM},{NADE}",
        "count": "9",
        "seed": "3",
        "step": "250",
        "axis": "passes",
        "face": "expected",
    }
    app = samples(**link)
    _, meta = payload(app)
    assert [model["name"] for model in meta["models"]] == [NADE, RBM], "in the order of the course"
    assert meta["start"] == {"step": 250, "focus": 3}
    for name, value in link.items():
        assert in_link(app, name) == (value if name != "checkpoints" else f"{NADE},{RBM}")
    assert trace_of(samples(**link)) == trace_of(app)


def test_where_the_browser_stands_is_in_the_link_and_outlives_a_new_seed():
    app = samples(checkpoints=NADE, count="1", step="0")
    app.session_state["compare-samples:stage"] = {"view": {"trace": trace_of(app), "step": 400, "focus": 1}}
    app.run()
    assert (in_link(app, "step"), in_link(app, "axis"), in_link(app, "face")) == ("400", "passes", "drawn")
    app.number_input(key="compare-samples:seed").set_value(8).run()
    assert sound(app)
    assert payload(app)[1]["start"] == {"step": None, "focus": 1}


def test_temperature_makes_no_new_samples_of_what_has_none():
    cold = samples(checkpoints=f"{NADE},{RBM}", temperature="0.2")
    warm = samples(checkpoints=f"{NADE},{RBM}", temperature="2.5")
    (first, _), (second, _) = payload(cold), payload(warm)
    assert np.array_equal(first["1.drawn"], second["1.drawn"])
    assert not np.array_equal(first["0.drawn"], second["0.drawn"])


def test_models_are_chosen_and_none_chosen_is_one_of_each():
    app = samples(checkpoints=NADE, count="1")
    app.pills[0].set_value([RBM, "gan-mnist"]).run()
    assert sound(app)
    assert [model["name"] for model in payload(app)[1]["models"]] == [RBM, "gan-mnist"]
    assert in_link(app, "checkpoints") == f"{RBM},gan-mnist"
    app.pills[0].set_value([]).run()
    assert [model["name"] for model in payload(app)[1]["models"]] == SHELVED
    assert "checkpoints" not in app.query_params


WRONG = {"checkpoints": f"{NADE},{TEXT},nothing", "count": "0", "temperature": "nan", "seed": "x", "step": "1001"}
WRONG |= {"axis": "hours", "face": "**bold**"}


def test_each_wrong_value_of_a_link_is_named():
    app = samples(**WRONG)
    each_is_named(app, WRONG)
    assert [model["name"] for model in payload(app)[1]["models"]] == [NADE], "the known one of the names"
    assert (in_link(app, "count"), in_link(app, "axis"), in_link(app, "face")) == ("4", "share", "drawn")


def table(**link: str) -> AppTest:
    return open_page("compare/table", link)


def cells_of(app: AppTest, column: str) -> dict[str, list]:
    """Title of a model → [shown, exact] in a column of the table."""
    columns = {each["name"]: each for each in sorted_table(app)["columns"]}
    titles = [shown for shown, _ in columns["model"]["cells"]]
    return dict(zip(titles, columns[column]["cells"], strict=True))


def sorted_table(app: AppTest) -> dict:
    """What the canvas of the table was given."""
    found = [json.loads(element.proto.json) for element in app.get("bidi_component") if element.proto.json]
    return next(data for data in found if "columns" in data)


def test_the_table_has_a_row_for_every_model_that_draws_pictures():
    app = table()
    assert [title.value for title in app.title] == ["A table, measured"]
    shown = cells_of(app, "density")
    assert len(shown) == len(SHELVED) + 2  # another VAE, and a PixelCNN that every shelf has
    assert shown["NADE"][0] == "exact"
    assert shown["RBM"][0] == "unnormalised, log Z by AIS"
    assert cells_of(app, "nats")["NADE"] == ["12.35 ± 0.12", NATS["nll_nats"]]
    assert cells_of(app, "nats")["GAN"] == ["–", None]
    assert cells_of(app, "parameters")["NADE"][1] == sum(p.numel() for p in small_nade().parameters())
    assert {exact for _, exact in cells_of(app, "one").values()} == {None}, "nothing is measured before a press"
    assert "{" not in "".join(part for n, part in enumerate(lesson_of(app).split("$")) if n % 2 == 0)


def test_a_press_measures_and_the_seconds_stay():
    app = press(table(many="2"), "Measure")
    for column in ("one", "many"):
        assert all(exact > 0 for _, exact in cells_of(app, column).values())
    assert any("Measured on this machine" in element.value for element in app.caption)
    before = cells_of(app, "one")
    app.run()
    assert cells_of(app, "one") == before
    app.slider(key="compare-table:many").set_value(5).run()
    assert cells_of(app, "one") == before
    assert any("have changed since" in element.value for element in app.caption)
    assert next(c for c in sorted_table(app)["columns"] if c["name"] == "many")["heading"] == "2 samples, s"


def test_a_link_opens_the_table_sorted_and_the_browsers_order_is_in_the_link():
    app = table(sort="nats", down="yes")
    assert (sorted_table(app)["sort"], sorted_table(app)["down"]) == ("nats", True)
    app.session_state["compare-table:table"] = {"order": {"sort": "parameters", "down": False}}
    app.run()
    assert in_link(app, "sort") == "parameters"
    assert "down" not in app.query_params
    app.session_state["compare-table:table"] = {"order": {"sort": "<b>", "down": 3}}
    app.run()
    assert in_link(app, "sort") == "parameters", "what is no order is not heard"


def test_each_wrong_value_of_the_tables_link_is_named():
    wrong = {"many": "65", "seed": "-1", "sort": "beauty", "down": "maybe"}
    app = table(**wrong)
    each_is_named(app, wrong)
    assert in_link(app, "many") == "64"


@pytest.mark.parametrize(("view", "link"), [("samples", {"checkpoints": NADE, "count": "1"}), ("table", {})])
def test_a_view_opens_in_korean(view, link):
    app = open_page(f"compare/{view}", {"lang": "ko", **link})
    assert lesson_of(app).startswith("### ")
    assert any("가" <= letter <= "힣" for letter in app.title[0].value)
