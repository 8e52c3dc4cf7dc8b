"""A follower's session goes where the lecturer stands, from the entry script, without a browser."""

import pytest
from streamlit.testing.v1 import AppTest

from playground.widgets.room import KEY
from tests.pages import in_link, open_page, sound

VIEWS = {  # none of them needs a checkpoint
    "made-graph": "made/graph",
    "made-masks": "made/masks",
    "made-break": "made/break_it",
    "chains-walk": "chains/walk",
    "gan-game": "gan/game",
}
pytestmark = pytest.mark.usefixtures("bare_shelf")


def go(app: AppTest, page: str, query: str) -> None:
    """The follower's browser asks for this place."""
    app.session_state[KEY] = {"go": {"id": "1", "page": page, "query": query}}
    app.run()
    assert sound(app)


def settings(app: AppTest) -> dict[str, str]:
    return {name: in_link(app, name) for name in app.query_params}


@pytest.mark.parametrize("view", VIEWS)
def test_another_page_is_opened_as_its_link_says(view):
    app = open_page("chains/modes", {})
    go(app, view, "seed=3")
    assert settings(app)["seed"] == "3"
    assert settings(app) == settings(open_page(VIEWS[view], {"seed": "3"}))


@pytest.mark.parametrize("view", VIEWS)
def test_other_settings_of_the_same_page_are_taken_over(view):
    app = open_page(VIEWS[view], {"seed": "3"})
    link = {**settings(app), "seed": "8"}
    go(app, view, "&".join(f"{name}={value}" for name, value in link.items()))
    assert settings(app) == link


@pytest.mark.parametrize(
    "asked", [7, {"id": "1"}, {"id": "1", "page": "no-such-page", "query": ""}, {"id": "1", "page": "../x", "query": 3}]
)
def test_what_is_no_place_leads_nowhere(asked):
    app = open_page("made/graph", {"seed": "3"})
    before = settings(app)
    app.session_state[KEY] = {"go": asked}
    app.run()
    assert sound(app)
    assert settings(app) == before
