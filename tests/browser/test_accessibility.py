"""What axe-core finds on a view: nothing serious, nothing critical, in light and in dark."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import ROOT
from tests.browser.views import settle

pytestmark = pytest.mark.browser
CHECKED = ("",)  # views that are held to it, by their addresses; `tests.views.addresses()` has all
SEVERE = {"serious", "critical"}


def found(page: Page) -> list[str]:
    """Each serious or critical violation in a line: rule, element, what is wrong."""
    lines = []
    for violation in Axe().run(page).response["violations"]:
        for node in violation["nodes"] if violation["impact"] in SEVERE else ():
            checks = [*node["any"], *node["all"], *node["none"]]
            lines.append(f"{violation['id']}: {node['html'][:160]} – {checks[0]['message'] if checks else ''}")
    return lines


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", CHECKED)
def test_a_view_has_no_serious_violation(
    view: str, scheme: str, serve: Callable[..., str], new_page: Callable[..., Page]
) -> None:
    page = new_page(color_scheme=scheme)
    page.goto(f"{serve(ROOT / 'app.py')}/{view}", timeout=120_000)
    settle(page)
    assert found(page) == []


def test_a_violation_is_found(page: Page) -> None:
    page.set_content('<html lang="en"><title>x</title><main><button></button><img src="data:,"></main></html>')
    assert {line.split(":")[0] for line in found(page)} == {"button-name", "image-alt"}
