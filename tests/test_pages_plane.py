"""The view of two latent planes from the entry script: it opens, answers, and refuses bad input in words."""

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from playground import ui
from playground.traces import PlaneSettings, compute
from playground.traces.codes import format_code
from tests.pages import canvases, in_link, lesson_of, notices, open_page, payload, sound
from tests.small_latent import codes_for, shelve_latent, small_models

pytestmark = pytest.mark.usefixtures("fresh_engine")
torch.set_num_threads(1)
VIEW = "autoencoders-plane"
NAMES = ("autoencoder-mnist-2d", "vae-mnist-2d")
FAST = {"tiles": "4"}
CODES = [codes_for(small_models()[name]).mean.astype(np.float16).astype(np.float32) for name in NAMES]


@pytest.fixture(scope="module", autouse=True)
def _stocked(shelf):
    shelve_latent(shelf)


def opened(**link: str) -> AppTest:
    """The view, as a link opens it."""
    return open_page("autoencoders/plane", {**FAST, **link})


def say(app: AppTest, edit: int, **changes: object) -> AppTest:
    """The browser's message: what it was given, changed."""
    meta = payload(app)[1]
    view = {**meta["state"], "revision": meta["revision"], "edit": edit, **changes}
    app.session_state[f"{VIEW}:stage"] = {"view": view}
    app.run()
    assert sound(app)
    return app


def test_it_opens_with_its_lesson_a_digit_and_all_that_the_browser_needs():
    app = opened()
    assert [title.value for title in app.title] == ["The plane"]
    lesson = lesson_of(app)
    assert "{count}" not in lesson
    assert notices(app) == ""
    arrays, meta = payload(app)
    models = small_models()
    for n, name in enumerate(NAMES):
        assert np.array_equal(arrays[f"{n}_codes"], CODES[n])
        window = meta["sides"][n]["window"]
        centre, reach = format_code([sum(window[:2]) / 2, sum(window[2:]) / 2]), (window[1] - window[0]) / 2
        trace = compute(PlaneSettings(checkpoint=name, centre=centre, reach=round(reach, 3), tiles=4), models[name])
        assert np.abs(arrays[f"{n}_decoder"].astype(np.float32) - trace.decoder).max() < 1e-3
        tiles = arrays[f"{n}_tiles"].astype(int) - np.rint(255 * trace.tiles.astype(np.float32)).astype(int)
        assert np.abs(tiles).max() <= 1
    assert "1_deviation" in arrays
    assert "0_deviation" not in arrays
    assert meta["linked"] is True
    digit = meta["state"]["digit"]
    assert meta["state"]["points"] == [format_code(code[digit]) for code in CODES]
    assert in_link(app, "digit") == str(digit)


def test_a_link_opens_the_exact_points():
    app = opened(z_autoencoder="0.125,-3.5", z_vae="1.000,0.001", digit="7", show="tiles", classes="135")
    expected = {"points": ["0.125,-3.500", "1.000,0.001"], "digit": 7, "classes": "135", "show": "tiles"}
    assert payload(app)[1]["state"] == expected
    again = {name: in_link(app, name) for name in ("z_autoencoder", "z_vae", "digit", "show", "classes")}
    assert again == {
        "z_autoencoder": "0.125,-3.500",
        "z_vae": "1.000,0.001",
        "digit": "7",
        "show": "tiles",
        "classes": "135",
    }
    assert payload(opened(**again))[1]["state"] == expected
    assert payload(opened(z_vae="1,2"))[1]["state"]["digit"] is None


WRONG = {
    "z_autoencoder": "1,2,3",
    "z_vae": "nan,0",
    "digit": "300",
    "tiles": "999",
    "show": "**all**",
    "classes": "12a",
    "autoencoder": "vae-mnist-2d",
    "vae": "../../etc/passwd",
}


def test_each_wrong_value_of_a_link_is_named_and_the_default_is_used():
    app = opened(**WRONG)
    for name in WRONG:
        assert f"{name}=" in notices(app), f"{name}: {notices(app)}"
    assert "has 3 coordinates: the latent space has 2" in notices(app)
    assert "'nan' is not allowed" in notices(app)
    right = opened(z_autoencoder="0,0", z_vae="0,0")
    for name in ("tiles", "show", "classes", "z_autoencoder", "z_vae"):
        assert in_link(app, name) == (in_link(right, name) if name != "tiles" else "20"), name


def test_what_the_browser_chose_is_in_the_link_and_in_the_fields():
    app = opened()
    identity = canvases(app)[-1].proto.bytes
    say(app, 1, points=["1.500,-0.250", "0.100,0.200"], digit=None, classes="0123", show="tiles")
    assert in_link(app, "z_autoencoder") == "1.500,-0.250"
    assert in_link(app, "z_vae") == "0.100,0.200"
    assert in_link(app, "classes") == "0123"
    assert in_link(app, "show") == "tiles"
    assert "digit" not in app.query_params
    assert [field.value for field in app.text_input] == ["1.500,-0.250", "0.100,0.200"]
    assert app.number_input[0].value is None
    assert canvases(app)[-1].proto.bytes == identity, "what the browser knows is not sent again"


def test_a_typed_point_and_a_typed_digit_move_the_planes_and_wrong_ones_are_refused():
    app = opened()
    app.text_input[1].set_value("0.5, 1.25").run()
    assert sound(app)
    assert payload(app)[1]["state"]["points"][1] == "0.500,1.250"
    assert in_link(app, "z_vae") == "0.500,1.250"
    for typed, words in [("nan,1", "is not allowed"), ("1", "1 coordinates"), ("**x**,2", "is not a number")]:
        app.text_input[1].set_value(typed).run()
        assert sound(app)
        assert words in notices(app)
        assert in_link(app, "z_vae") == "0.500,1.250"
    app.number_input[0].set_value(42).run()
    assert sound(app)
    assert notices(app) == ""
    state = payload(app)[1]["state"]
    assert state["digit"] == 42
    assert state["points"] == [format_code(code[42]) for code in CODES]
    assert [field.value for field in app.text_input] == state["points"]
    say(app, 1, points=["1.000,1.000", state["points"][1]])
    assert app.text_input[0].value == "1.000,1.000"


@pytest.mark.parametrize(
    "changes",
    [{"points": ["1,2"]}, {"points": ["1,2,3", "0,0"]}, {"points": ["nan,0", "0,0"]}, {"points": [1, 2]},
     {"points": None}, {"digit": 300}, {"digit": True}, {"digit": "1"}, {"classes": "x"}, {"classes": None},
     {"show": "x"}, {"revision": 99}],
)  # fmt: skip
def test_a_message_that_is_none_changes_nothing(changes):
    app = opened(z_vae="1,1")
    say(app, 1, **changes)
    assert payload(app)[1]["state"]["points"] == ["0.000,0.000", "1.000,1.000"]
    assert in_link(app, "z_vae") == "1.000,1.000"


def test_more_tiles_keep_the_points():
    app = opened()
    say(app, 1, points=["1.500,-0.250", "0.100,0.200"])
    app.slider[0].set_value(6).run()
    assert sound(app)
    arrays, meta = payload(app)
    assert arrays["0_tiles"].shape[:2] == (6, 6)
    assert meta["state"]["points"] == ["1.500,-0.250", "0.100,0.200"]
    assert meta["edit"] == 1
    assert in_link(app, "tiles") == "6"


def test_checkpoints_without_codes_still_have_planes(tmp_path, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_CHECKPOINTS", str(tmp_path))
    shelve_latent(tmp_path, codes=False)
    ui.engine.clear()
    app = opened(digit="3")
    assert any("No codes" in info.value for info in app.info)
    arrays, meta = payload(app)
    assert arrays["0_codes"].shape == (0, 2)
    assert meta["linked"] is False
    assert meta["state"]["points"] == ["0.000,0.000", "0.000,0.000"]
