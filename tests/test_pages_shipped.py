"""Every view of sequences opens with what is shipped: where a model is not there yet, it says so in words."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages import APP, open_page

OPEN = (
    *("recurrent/window", "recurrent/cell", "recurrent/through_time", "recurrent/write", "recurrent/rows"),
    *("attention/hand", "attention/position", "attention/translate", "attention/cost"),
)
NEED_A_TRANSFORMER = ("attention/heads", "attention/pixels")


@pytest.fixture(autouse=True)
def _shipped(fresh_engine: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLAYGROUND_CHECKPOINTS", raising=False)


@pytest.mark.parametrize("page", OPEN)
def test_a_view_opens_with_the_shipped_checkpoints(page):
    app = open_page(page, {})
    assert any(element.value.startswith("###") for element in app.markdown)  # its lesson


@pytest.mark.parametrize("page", NEED_A_TRANSFORMER)
def test_a_view_whose_model_is_not_there_says_so(page):
    app = AppTest.from_file(APP, default_timeout=300).run()
    app.switch_page(f"pages/{page}.py").run()
    assert not app.exception
    words = "\n".join(element.value for element in (*app.markdown, *app.info, *app.warning, *app.error))
    assert "Traceback" not in words
    assert "###" in words or "No such checkpoint is here yet" in words


def test_the_home_page_leads_to_every_family_in_one_click():
    app = AppTest.from_file(APP, default_timeout=300).run()
    linked = {element.proto.page for element in app.get("page_link")}
    for folder in {path.parent.name for path in (APP.parent / "pages").glob("*/*.py")}:
        assert any(page.startswith(folder.replace("_", "-")) for page in linked), folder
