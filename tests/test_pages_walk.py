"""The page of the walk from the entry script, without a browser: it opens, answers, and refuses bad input in words."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from playground.traces import ChainSettings, compute, pack_starts
from playground.widgets.payload import unpack
from tests.pages import canvases, in_link, lesson_of, notices, open_page, sound

VIEW = "chains-walk"
STAGE = f"{VIEW}:stage"
QUICK = {"steps": "30", "chains": "3", "seed": "5"}
WINDOW = (-4.0, 4.0, -4.0, 4.0)  # of the correlated Gaussian, a formula and a drawing


def opened(**link: str) -> AppTest:
    """The view, as a link opens it."""
    return open_page("chains/walk", QUICK | link)


def payload(app: AppTest) -> tuple[dict, dict]:
    """(arrays, meta) that the stage was given."""
    stages = (unpack(e.proto.bytes) for e in canvases(app))
    return next((arrays, meta) for arrays, meta in stages if "sides" in meta)


def place(app: AppTest, points: list, edit: int = 1, **message: object) -> AppTest:
    """What the browser reports when starting points were placed."""
    revision = payload(app)[1]["revision"]
    wanted = {"revision": revision, "edit": edit, "starts": points} | message
    app.session_state[STAGE] = {"view": None, "wanted": wanted}
    app.run()
    return app


def test_it_opens_with_its_numbers_and_its_lesson():
    app = opened()
    assert [title.value for title in app.title] == ["Step by step"]
    lesson = lesson_of(app)
    assert "{logz}" not in lesson
    assert "{accepted}" not in lesson
    assert notices(app) == ""
    arrays, meta = payload(app)
    trace = compute(ChainSettings(steps=30, chains=3, seed=5), None)
    assert np.array_equal(arrays["0:proposals"], trace.proposals)
    assert np.array_equal(arrays["0:origin"], trace.positions[:, 0])
    assert np.array_equal(arrays["0:accepted"], trace.accepted)
    assert len(meta["levels"]) == 4
    assert meta["levels"] == sorted(meta["levels"], reverse=True)


@pytest.mark.parametrize("kernel", ["metropolis", "independent", "ula", "mala", "hmc", "gibbs", "tempering"])
def test_what_the_browser_rebuilds_is_the_trace(kernel):
    app = opened(kernel=kernel, warmup="10")
    arrays, meta = payload(app)
    trace = compute(ChainSettings(steps=30, warmup=10, chains=3, seed=5, kernel=kernel), None)
    if "0:positions" in arrays:
        positions = arrays["0:positions"]
    else:
        positions = [arrays["0:origin"]]
        for k in range(40):
            kept = arrays["0:accepted"][:, k, None] == 1
            positions.append(np.where(kept, arrays["0:proposals"][:, k], positions[-1]))
        positions = np.stack(positions, 1)
    assert np.array_equal(positions, trace.positions)
    side = meta["sides"][0]
    assert side["warmup"] == 10
    assert side["tested"] == (kernel not in ("ula", "gibbs"))
    assert bool(side["formula"]) == side["tested"]
    assert ("0:path" in arrays) == (kernel == "hmc")
    assert ("0:swaps" in arrays) == (kernel == "tempering")


def test_two_kernels_share_their_starts():
    app = opened(kernel2="hmc", step_size2="0.3")
    arrays, meta = payload(app)
    assert [side["kernel"] for side in meta["sides"]] == ["metropolis", "hmc"]
    assert np.array_equal(arrays["0:origin"], arrays["1:origin"])
    assert in_link(app, "kernel2") == "hmc"
    assert in_link(app, "step_size2") == "0.3"
    app.toggle(key=f"{VIEW}:compare").set_value(False).run()
    assert len(payload(app)[1]["sides"]) == 1
    assert "kernel2" not in app.query_params
    app.toggle(key=f"{VIEW}:compare").set_value(True).run()
    assert sound(app)
    assert len(payload(app)[1]["sides"]) == 2
    app.selectbox(key=f"{VIEW}:kernel2").set_value("metropolis").run()
    app.slider(key=f"{VIEW}:step_size2").set_value(0.5).run()
    assert sound(app)
    assert len(payload(app)[1]["sides"]) == 2, "the same kernel twice is two sides too"


def test_placed_starts_are_those_of_the_chains_and_of_the_link():
    app = place(opened(), [[1.0, 2.0], [-3.0, 0.5]])
    assert sound(app)
    arrays, meta = payload(app)
    assert meta["edit"] == 1
    assert np.allclose(arrays["0:origin"], [[1, 2], [-3, 0.5]], atol=8 / 255)
    assert in_link(app, "chains") == "2"
    again = opened(starts=in_link(app, "starts"), chains="2")
    assert np.array_equal(payload(again)[0]["0:origin"], arrays["0:origin"])
    app = place(app, [[1.0, 2.0], [-3.0, 0.5], [0.0, 0.0]], edit=3)
    assert len(payload(app)[0]["0:origin"]) == 3
    assert payload(app)[1]["edit"] == 3
    late = place(app, [[0.0, 0.0]], edit=2)
    assert len(payload(late)[0]["0:origin"]) == 3, "an older message comes too late"


@pytest.mark.parametrize(
    "points",
    [[], "x", [[1, 2, 3]], [[None, 1]], [[float("nan"), 0]], [[0, 0]] * 17, [["1", 2]], {"a": 1}, [[1e300, 0]]],
)
def test_starts_that_are_none_change_nothing(points):
    app = opened()
    before = payload(app)[0]["0:origin"]
    place(app, points)
    assert sound(app)
    assert np.array_equal(payload(app)[0]["0:origin"], before)


def test_the_reported_place_is_in_the_link():
    app = opened(step="12", event="2", chain="3")
    assert payload(app)[1]["start"] == {"step": 12, "event": 2, "focus": 2, "opening": 0}
    assert (in_link(app, "step"), in_link(app, "event"), in_link(app, "chain")) == ("12", "2", "3")
    app.session_state[STAGE] = {"view": {"step": 7, "event": 0, "focus": 0}, "wanted": None}
    app.run()
    assert (in_link(app, "step"), in_link(app, "chain")) == ("7", "1")
    assert "event" not in app.query_params
    app.session_state[STAGE] = {"view": {"step": "7", "event": 9, "focus": None}, "wanted": None}
    app.run()
    assert sound(app)
    assert in_link(app, "step") == "7"


WRONG = {
    "target": "nothing", "kernel": "gradient", "kernel2": "none", "step_size": "99", "step_size2": "x", "leapfrog": "0",
    "chains": "17", "steps": "1e9", "warmup": "-1", "seed": "abc", "step": "99999", "event": "4", "chain": "0",
}  # fmt: skip


def test_each_wrong_value_of_a_link_is_named_and_the_default_is_used():
    app = opened(**WRONG)
    for name in WRONG:
        assert f"{name}=" in notices(app), name
    right = opened(**{name: str(value) for name, value in {"steps": 500, "chains": 4, "seed": 0}.items()})
    assert np.array_equal(payload(app)[0]["0:origin"], payload(right)[0]["0:origin"])


@pytest.mark.parametrize("starts", ["!!", "AAAA", "é", "A" * 44, "A" * 5000])
def test_broken_starts_of_a_link_are_named_and_the_seed_draws_them(starts):
    app = opened(starts=starts)
    assert "starts" in notices(app)
    assert np.array_equal(payload(app)[0]["0:origin"], payload(opened())[0]["0:origin"])
    assert "starts" not in app.query_params


def test_a_start_where_there_is_no_density_is_named_and_the_starts_before_stay():
    disc = "where(x**2 + y**2 < 4, 0, -1/0)".replace("-1/0", "log(0)")
    app = place(opened(target="formula", formula=disc), [[0.5, 0.5]])
    assert notices(app) == ""
    app = place(app, [[0.5, 0.5], [3.5, 3.5]], edit=2)
    assert sound(app)
    assert "Chain 2 cannot start" in notices(app)
    assert np.allclose(payload(app)[0]["0:origin"][0], [0.5, 0.5], atol=8 / 255)
    assert payload(app)[1]["revision"] > 1, "the browser is told what is shown"


ATTACKS = ["__import__('os')", "10**10**10", "x" * 100_000, "1/0", "log(-1)", "x*y", "().__class__", "", "x +"]


@pytest.mark.parametrize("text", ATTACKS, ids=lambda text: text[:12])
def test_a_formula_that_is_none_gets_a_sentence_and_nothing_is_lost(text):
    app = place(opened(target="formula"), [[1.0, 1.0], [2.0, -1.0]])
    before = payload(app)
    app.text_input(key=f"{VIEW}:formula").set_value(text).run()
    assert sound(app)
    assert "kept" in notices(app) or "density" in notices(app), notices(app)
    assert np.array_equal(payload(app)[0]["0:origin"], before[0]["0:origin"])
    assert payload(app)[1]["trace"] == before[1]["trace"]
    app.text_input(key=f"{VIEW}:formula").set_value("-x**2 - y**2").run()
    assert notices(app) == ""
    assert np.array_equal(payload(app)[0]["0:origin"], before[0]["0:origin"])


def test_packed_starts_are_those_that_were_placed():
    points = np.array([[-4, -4], [4, 4], [0.5, -2]], np.float32)
    trace = compute(ChainSettings(starts=pack_starts(points, WINDOW), chains=3, steps=1), None)
    assert np.allclose(trace.positions[:, 0], points, atol=8 / 255)
