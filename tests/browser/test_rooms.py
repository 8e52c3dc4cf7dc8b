"""A room of a lecture in real browsers: one leads, others follow; they wander off, lose the network, and come back."""

import json
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, WebSocketRoute, expect

from tests.shelf import stock
from tests.small_checkpoints import shelve_mades

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet_and_at_home")]
APP = Path(__file__).parents[2] / "app.py"
OWN = {"room", "lang", "present", "embed"}
NADE, FVSBN, WALK = "belief-networks-nade", "belief-networks-fvsbn", "chains-walk"
STAGES = {NADE: ".pg-nade", FVSBN: ".pg-fvsbn", WALK: ".pg-chains"}


@pytest.fixture(scope="module")
def url(serve: Callable[..., str], shelf: Path) -> str:
    """A server below a path, as a proxy would have it, with small random checkpoints."""
    stock("nade-mnist", "fvsbn-mnist")
    shelve_mades(shelf)
    return serve(APP, "--server.baseUrlPath", "play/ground")


def stage(page: Page, view: str) -> Locator:
    root = page.locator(f"{STAGES[view]}[data-first-paint]")
    expect(root).to_be_visible(timeout=60_000)
    return root


def panel(page: Page) -> Locator:
    """The room's panel, with the sidebar folded out."""
    root = page.locator(".pg-room")
    expect(root).to_be_attached(timeout=60_000)
    opener = page.get_by_test_id("stExpandSidebarButton")
    if opener.is_visible():
        opener.click()
    expect(root).to_be_in_viewport()
    return root


def open_room(page: Page) -> str:
    root = panel(page)
    root.get_by_role("button", name="Open a room").click()
    expect(root).to_have_attribute("data-role", "leader")
    code = root.get_attribute("data-code")
    assert re.fullmatch("[A-Z2-9]{5}", code)
    return code


def bar(page: Page) -> Locator:
    return page.locator(".pg-roombar .bar")


def following(page: Page, code: str) -> None:
    expect(bar(page)).to_have_attribute("data-state", "following")
    expect(bar(page)).to_contain_text(code)


def settings(page: Page) -> tuple[str, dict[str, list[str]]]:
    """The page and the settings of the link, without what is everybody's own."""
    parts = urlsplit(page.url)
    return parts.path, {k: v for k, v in parse_qs(parts.query, keep_blank_values=True).items() if k not in OWN}


def in_step(leader: Page, *followers: Page) -> None:
    """All of them are on the same page, with the same settings and the same step in the link."""
    for page in followers:
        for _ in range(300):
            if settings(page) == settings(leader):
                break
            page.wait_for_timeout(100)
        assert settings(page) == settings(leader)


def show(leader: Page, view: str, query: str, url: str) -> Locator:
    leader.goto(f"{url}/{view}?{query}")
    return stage(leader, view)


def test_a_hundred_changes_by_mouse_and_key_are_followed(new_page: Callable[..., Page], url: str) -> None:
    leader, one, two = new_page(), new_page(), new_page(color_scheme="dark", viewport={"width": 390, "height": 844})
    root = show(leader, NADE, "seed=3&step=5", url)
    code = open_room(leader)
    one.goto(f"{url}/?room={code.lower()}")  # by the link, from the first page
    two.goto(f"{url}/{WALK}")  # by the code, from another page
    field = panel(two).get_by_label("Code of the room")
    field.fill(f" {code.lower()} ")
    field.press("Enter")
    for page in (one, two):
        following(page, code)
        expect(stage(page, NADE)).to_have_attribute("data-step", "5")
    expect(panel(leader)).to_contain_text("2 follow you")
    in_step(leader, one, two)

    changes = 0
    seed = leader.get_by_role("spinbutton", name="Seed")
    for turn in range(5):
        for view in (FVSBN, NADE):
            leader.get_by_test_id("stTopNavSection").filter(has_text="Belief networks").click()
            leader.get_by_test_id("stTopNavDropdownLink").filter(has_text=view.split("-")[-1].upper()).first.click()
            root = stage(leader, view)
            changes += 1
            for number in range(3):
                before = root.get_attribute("data-trace")
                seed.fill(str(10 * turn + number + 1))
                seed.press("Enter")
                expect(leader).to_have_url(re.compile(f"seed={10 * turn + number + 1}(&|$)"))
                expect(root).not_to_have_attribute("data-trace", before)
                changes += 1
                keys = (("End", "36"), ("ArrowLeft", "35"), ("Home", "0"), ("ArrowRight", "1"))
                for key, step in keys[: 2 if number else 4]:
                    root.locator("canvas").first.focus()
                    root.locator("canvas").first.press(key)
                    changes += 1
                    for page in (leader, one, two):
                        expect(stage(page, view)).to_have_attribute("data-step", step)
            in_step(leader, one, two)
            for page in (one, two):
                assert stage(page, view).get_attribute("data-trace") == root.get_attribute("data-trace")
                expect(page.get_by_role("spinbutton", name="Seed")).to_have_value(seed.input_value())
    assert changes >= 100


def test_a_link_right_after_a_step_leads_away_and_the_step_is_kept(page: Page, url: str) -> None:
    """What a canvas still had to report used to call the visitor back from the page the link led to."""
    root = show(page, NADE, "seed=3&step=5", url)
    for wait in (0, 60, 120):
        for view in (FVSBN, NADE):
            root.locator("canvas").first.press("End")
            root.locator("canvas").first.press("ArrowLeft")
            page.wait_for_timeout(wait)
            page.get_by_test_id("stTopNavSection").filter(has_text="Belief networks").click()
            page.get_by_test_id("stTopNavDropdownLink").filter(has_text=view.split("-")[-1].upper()).first.click()
            root = stage(page, view)
            expect(page).to_have_url(re.compile(f"/{view}\\?"))
            page.wait_for_timeout(500)
            assert f"/{view}?" in page.url
    expect(root).to_have_attribute("data-step", "35")


def test_a_follower_wanders_off_and_comes_back(new_page: Callable[..., Page], url: str) -> None:
    leader, page = new_page(), new_page()
    show(leader, NADE, "seed=3&step=5", url)
    code = open_room(leader)
    page.goto(f"{url}/?room={code}")
    own = stage(page, NADE)
    following(page, code)
    in_step(leader, page)

    own.locator("canvas").first.focus()
    own.locator("canvas").first.press("End")  # a step of one's own
    expect(bar(page)).to_have_attribute("data-state", "away")
    away = own.get_attribute("data-step")
    root = stage(leader, NADE)
    root.locator("canvas").first.press("ArrowRight")
    expect(leader).to_have_url(re.compile(r"step=6(&|$)"))
    page.wait_for_timeout(500)
    assert own.get_attribute("data-step") == away, "nothing is moved under the hands of who wandered off"

    page.goto(f"{url}/{WALK}?seed=9&step=3")  # further off, even loaded anew
    expect(stage(page, WALK)).to_have_attribute("data-at", "3")
    expect(bar(page)).to_have_attribute("data-state", "away")
    bar(page).get_by_role("button", name="Follow again").click()
    expect(stage(page, NADE)).to_have_attribute("data-step", "6")
    following(page, code)
    in_step(leader, page)

    seed = page.get_by_role("spinbutton", name="Seed")  # another setting
    seed.fill("77")
    seed.press("Enter")
    expect(bar(page)).to_have_attribute("data-state", "away")
    bar(page).get_by_role("button", name="Follow again").click()
    expect(page.get_by_role("spinbutton", name="Seed")).to_have_value("3")
    in_step(leader, page)

    page.reload()
    following(page, code)
    bar(page).get_by_role("button", name="Leave").click()
    expect(bar(page)).to_be_hidden()
    expect(panel(leader)).to_contain_text("Nobody follows yet")
    root.locator("canvas").first.press("Home")
    page.wait_for_timeout(500)
    expect(stage(page, NADE)).to_have_attribute("data-step", "6")


def test_a_lecturers_reload_keeps_the_room_and_closing_ends_it(new_page: Callable[..., Page], url: str) -> None:
    leader, page = new_page(), new_page()
    show(leader, NADE, "seed=3&step=5", url)
    code = open_room(leader)
    page.goto(f"{url}/?room={code}")
    following(page, code)
    expect(stage(page, NADE)).to_have_attribute("data-step", "5")

    leader.reload()
    root = stage(leader, NADE)
    expect(leader.locator(".pg-room")).to_have_attribute("data-role", "leader", timeout=60_000)
    assert leader.locator(".pg-room").get_attribute("data-code") == code
    expect(panel(leader)).to_contain_text("1 follows you")
    root.locator("canvas").first.press("ArrowRight")
    expect(stage(page, NADE)).to_have_attribute("data-step", "6")

    panel(leader).get_by_role("button", name="Close the room").click()
    expect(bar(page)).to_contain_text("The lecture is over")
    bar(page).get_by_role("button", name="Leave").click()
    expect(bar(page)).to_be_hidden()
    field = panel(page).get_by_label("Code of the room")
    field.fill(code)
    field.press("Enter")
    expect(bar(page)).to_contain_text("No room has this code")


def test_a_follower_without_a_network_catches_up(
    new_page: Callable[..., Page], url: str, console_errors: list[str]
) -> None:
    leader, page = new_page(), new_page()
    sockets: list[WebSocketRoute] = []

    def passed_on(socket: WebSocketRoute) -> None:
        socket.connect_to_server()
        sockets.append(socket)

    page.context.route_web_socket("**/follow", passed_on)
    page.context.route_web_socket("**/_stcore/stream", passed_on)
    root = show(leader, NADE, "seed=3&step=5", url)
    code = open_room(leader)
    page.goto(f"{url}/?room={code}")
    following(page, code)
    expect(stage(page, NADE)).to_have_attribute("data-step", "5")

    page.context.set_offline(True)
    for socket in sockets:
        socket.close(code=1001)
    expect(bar(page)).to_contain_text("Connection lost; trying again")
    seed = leader.get_by_role("spinbutton", name="Seed")
    seed.fill("8")
    seed.press("Enter")
    expect(leader).to_have_url(re.compile("seed=8(&|$)"))
    root.locator("canvas").first.press("End")
    expect(panel(leader)).to_contain_text("Nobody follows yet")
    page.context.set_offline(False)
    following(page, code)
    expect(page.get_by_role("spinbutton", name="Seed")).to_have_value("8")
    expect(stage(page, NADE)).to_have_attribute("data-step", root.get_attribute("data-step"))
    in_step(leader, page)
    console_errors.clear()  # the browser and Streamlit said that the network was gone


def test_forged_steering_moves_nobody(new_page: Callable[..., Page], url: str) -> None:
    leader, page = new_page(), new_page()
    show(leader, NADE, "seed=3&step=5", url)
    code = open_room(leader)
    page.goto(f"{url}/?room={code}")
    following(page, code)
    in_step(leader, page)
    place = {"page": WALK, "query": "seed=1", "stages": []}
    for secret in ("", "guess", code):
        request = urllib.request.Request(f"{url}/room/{code}/publish", json.dumps(place).encode())
        request.add_header("X-Room-Secret", secret)
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=10)
        assert refused.value.code == 403
        assert "only the lecturer" in json.loads(refused.value.read())["words"]
    stage(leader, NADE).locator("canvas").first.press("ArrowRight")
    expect(stage(page, NADE)).to_have_attribute("data-step", "6")
    in_step(leader, page)
    secret = json.loads(leader.evaluate("localStorage.getItem('pg-room-lead')"))["secret"]
    assert secret not in page.content()
    assert secret not in leader.content()
    assert secret not in leader.url
