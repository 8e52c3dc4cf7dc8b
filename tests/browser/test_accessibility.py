"""Every view, in light and in dark: axe-core finds nothing serious or critical, the keyboard reaches everything and
one sees where it is, nothing that a pointer does lacks a key, and with reduced motion nothing moves. Present mode,
Korean and the middle of a trace on some of them."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import ROOT
from tests.browser.keyboard import LISTENERS, lacking
from tests.browser.views import settle
from tests.views import addresses

pytestmark = pytest.mark.browser
SEVERE = {"serious", "critical"}
COLOURS = {"runOnly": ["color-contrast"]}  # what another scheme can change
LOOK = "() => getComputedStyle(document.querySelector('.stApp')).backgroundColor"
# The gallery, a drawing with charts beside it, a canvas with a plane, and one with tables and text.
SOME = ("", "foundations-graph", "chains-walk", "recurrent-window")
# Views where text looks otherwise in the middle of a trace than at its end, which reduced motion shows.
MIDDLES = (
    "recurrent-cell?step=7", "recurrent-write?step=9", "recurrent-window?step=9", "recurrent-rows?step=12",
    "attention-heads?step=9", "attention-hand?step=5", "attention-translate?step=4", "chains-walk?step=7",
    "belief-networks-fvsbn?step=60", "compare-samples?step=20",
)  # fmt: skip


def found(page: Page, options: dict | None = None) -> list[str]:
    """Each serious or critical violation in a line: rule, element, what is wrong."""
    lines = []
    wanted = {"resultTypes": ["violations"], **(options or {})}
    for violation in Axe().run(page, options=wanted).response["violations"]:
        for node in violation["nodes"] if violation["impact"] in SEVERE else ():
            checks = [*node["any"], *node["all"], *node["none"]]
            lines.append(f"{violation['id']}: {node['html'][:160]} – {checks[0]['message'] if checks else ''}")
    return lines


def opened(page: Page, address: str) -> Page:
    """A view whose canvases have drawn, or none is there."""
    page.goto(address, timeout=120_000)
    settle(page)
    page.wait_for_timeout(300)  # a first frame, a chart's layout
    return page


def darkened(page: Page) -> Page:
    """The same page after the visitor's system went dark."""
    before = page.evaluate(LOOK)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"before => ({LOOK})() !== before", arg=before)
    page.wait_for_timeout(200)  # the canvases follow
    return page


def moving(page: Page) -> list[str]:
    """What is said of a page of which no two pictures a second apart are equal; a last element may still settle."""
    before = page.screenshot()
    for _ in range(4):
        page.wait_for_timeout(1000)
        after = page.screenshot()
        if after == before:
            return []
        before = after
    return ["another picture each second"]


@pytest.fixture
def calm(new_page: Callable[..., Page]) -> Page:
    """A visitor who does not want motion: nothing changes while it is looked at."""
    page = new_page(reduced_motion="reduce")
    page.add_init_script(LISTENERS)
    return page


@pytest.mark.parametrize("view", addresses())
def test_a_view_has_no_serious_violation_and_keys_for_everything(
    view: str, serve: Callable[..., str], calm: Page
) -> None:
    page = opened(calm, f"{serve(ROOT / 'app.py')}/{view}")
    light = found(page)
    playing = page.locator("[data-playing=true]").count() * ["it plays by itself"]
    broken = [element.get_attribute("title") for element in page.locator(".katex-error").all()]
    seen = {
        "light": light,
        "formulas": broken,
        "moves": playing + moving(page),
        **lacking(page),
        "dark": found(darkened(page), COLOURS),
    }
    assert {kind: lines for kind, lines in seen.items() if lines} == {}


@pytest.mark.parametrize("link", MIDDLES)
def test_a_step_in_the_middle_has_no_serious_violation(link: str, serve: Callable[..., str], calm: Page) -> None:
    page = opened(calm, f"{serve(ROOT / 'app.py')}/{link}")
    assert found(page) == []
    assert found(darkened(page), COLOURS) == []


@pytest.mark.parametrize("mode", ["present=1", "lang=ko"])
@pytest.mark.parametrize("view", SOME)
def test_present_mode_and_korean_have_no_serious_violation(
    view: str, mode: str, serve: Callable[..., str], calm: Page
) -> None:
    page = opened(calm, f"{serve(ROOT / 'app.py')}/{view}?{mode}")
    assert found(page) == []
    assert found(darkened(page), COLOURS) == []
    assert page.locator("html").get_attribute("lang") == ("ko" if mode == "lang=ko" else "en")


def test_the_sidebar_and_the_sheet_of_keys(serve: Callable[..., str], calm: Page) -> None:
    page = opened(calm, f"{serve(ROOT / 'app.py')}/foundations-graph")
    page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_role("button", name="Open a room").wait_for()
    page.mouse.move(900, 650)  # what only shows under the pointer is not there
    seen = {"sidebar": found(page), **lacking(page)}
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keys").wait_for()
    seen["sheet"] = found(page)
    page.keyboard.press("Escape")
    seen["dark"] = found(darkened(page), COLOURS)
    assert {kind: lines for kind, lines in seen.items() if lines} == {}


def test_without_reduced_motion_the_same_page_moves(page: Page, serve: Callable[..., str]) -> None:
    page.goto(f"{serve(ROOT / 'app.py')}/foundations-bernoulli", timeout=120_000)
    page.wait_for_selector("[data-playing=true]", timeout=120_000)
    assert moving(page)


def test_a_violation_is_found(page: Page) -> None:
    page.set_content('<html lang="en"><title>x</title><main><button></button><img src="data:,"></main></html>')
    assert {line.split(":")[0] for line in found(page)} == {"button-name", "image-alt"}


def test_what_the_keyboard_lacks_is_found(page: Page) -> None:
    page.add_init_script(LISTENERS)
    page.goto("about:blank")
    page.set_content(
        """<style>.dim { outline: none; border: 0 }</style>
        <main><button>seen</button><button class="dim">dim</button><button tabindex="-1">lost</button>
        <div role="group"><button>first</button><button tabindex="-1">by arrows</button></div>
        <div class="pg"><canvas id="pointed" width="9" height="9"></canvas><canvas class="curve" width="9"></canvas>
        <canvas id="keyed" tabindex="0" width="9"></canvas></div></main>
        <script>
          for (const canvas of document.querySelectorAll("canvas")) canvas.addEventListener("click", () => {});
        </script>"""
    )
    lacks = lacking(page)
    assert [line.split(">")[-1] for line in lacks["not reached"]] == ["lost"]
    assert [line.split(">")[-1] for line in lacks["focus not seen"]] == ["dim"]
    assert len(lacks["pointer only"]) == 1
    assert "pointed" in lacks["pointer only"][0]
