"""The lecture room without a browser: what the link keeps from page to page, and what it hides."""

import inspect
import re

import pytest
from streamlit.testing.v1 import AppTest

from playground.ui.frame import sections
from tests.pages import APP, in_link, notices, open_page, sound

PAGE = "made/masks"  # quick, with several controls
VIEW = "made-masks"
pytestmark = pytest.mark.usefixtures("bare_shelf")


def styles(app: AppTest) -> str:
    """All styles that the page holds."""
    return "\n".join(element.proto.body for element in app.get("html"))


def switch(app: AppTest, name: str, view: str = VIEW):
    return next(toggle for toggle in app.toggle if toggle.key == f"hide:{view}:{name}")


def lecture_data(app: AppTest) -> str:
    """What the script of the lecture keys was given, as JSON."""
    return next(
        e.proto.json for e in app.get("bidi_component") if '"languages"' in e.proto.json and '"done"' in e.proto.json
    )


def test_present_mode_stays_from_page_to_page_and_goes() -> None:
    app = open_page(PAGE, {"present": "1"})
    assert in_link(app, "present") == "1"
    assert '"present": true' in re.sub(r":\s*", ": ", lecture_data(app))
    app.switch_page("pages/made/graph.py").run()
    assert in_link(app, "present") == "1"
    app.session_state["lecture"] = {"wish": {"number": "0.1", "present": False}}
    app.run()
    assert sound(app)
    assert "present" not in app.query_params
    app.run()
    assert "present" not in app.query_params


def test_the_button_begins_present_mode() -> None:
    app = open_page(PAGE, {})
    assert "present" not in app.query_params
    next(button for button in app.button if button.key == "present").click().run()
    assert in_link(app, "present") == "1"


def test_a_key_leads_to_the_next_view() -> None:
    app = open_page(PAGE, {})
    app.session_state["lecture"] = {"wish": {"number": "0.1", "go": -1}}
    app.run()
    assert sound(app)
    assert app.title[0].value == "Network"


def test_hidden_controls_keep_their_value_and_stay_hidden() -> None:
    plain = open_page(PAGE, {})
    assert f".st-key-{VIEW}-seed" not in styles(plain)
    app = open_page(PAGE, {"hide": "seed", "seed": "7"})
    assert f'.st-key-{VIEW}-seed, [class*="st-key-{VIEW}-seed-"] {{display: none !important;}}' in styles(app)
    assert in_link(app, "hide") == "seed"
    assert in_link(app, "seed") == "7"
    assert not notices(app)
    app.switch_page("pages/made/graph.py").run()
    assert in_link(app, "hide") == "seed"
    assert ".st-key-made-graph-seed" in styles(app)


def test_the_panel_makes_the_link() -> None:
    app = open_page(PAGE, {})
    assert switch(app, "seed").value is False
    switch(app, "seed").set_value(True).run()
    assert sound(app)
    assert in_link(app, "hide") == "seed"
    assert f".st-key-{VIEW}-seed" in styles(app)
    switch(app, "seed").set_value(False).run()
    assert "hide" not in app.query_params
    assert f".st-key-{VIEW}-seed" not in styles(app)


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ({"hide": "sead"}, "hide='sead' names no control of this page: known are"),
        ({"hide": "seed,</style>"}, "hide holds"),
        ({"present": "yes"}, "present='yes'"),
    ],
)
def test_wrong_names_and_values_become_notices(link: dict[str, str], words: str) -> None:
    app = open_page(PAGE, link)
    assert words in notices(app).replace("\\", "")
    assert "seed,<" not in styles(app)


@pytest.mark.parametrize(
    "wish", [{"number": "0.1", "go": 700}, {"number": "0.1", "present": "yes"}, {"number": []}, "x"]
)
def test_a_forged_wish_changes_nothing(wish: object) -> None:
    app = open_page(PAGE, {})
    before = dict(app.query_params)
    app.session_state["lecture"] = {"wish": wish}
    app.run()
    assert sound(app)
    assert dict(app.query_params) == before


def test_every_view_has_the_name_of_its_address() -> None:
    """Controls are hidden by `view:name`, and the view's name is read off its address."""
    app = AppTest.from_file(APP, default_timeout=300).run()
    assert sound(app)
    pages = [path for path in (APP.parent / "pages").rglob("*.py") if path.name != "home.py"]
    source = "\n".join(path.read_text("utf-8") for path in pages)
    addresses = re.findall(r'view_page\("([a-z_/]+)", t\("[^"]+"\)(?:, "([a-z-]+)")?\)', inspect.getsource(sections))
    assert len(addresses) == len(pages)
    for path, url in addresses:
        assert f'VIEW = "{url or re.sub("[/_]", "-", path)}"' in source
