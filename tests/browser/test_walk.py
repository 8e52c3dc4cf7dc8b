"""The walk in a real browser: starts by click, finger and key, steps on and back, two kernels, files to take away."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from playground.traces import ChainTrace, WalkLinkSettings, compute, unpack_starts
from playground.traces.chains import ChainSettings
from tests.browser.test_app import download

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet_and_at_home")]
APP = Path(__file__).parents[2] / "app.py"
VIEW = "chains-walk"
START = "target=gaussian&steps=60&chains=3&seed=5&step_size=1.5"
WINDOW = (-4.0, 4.0, -4.0, 4.0)
CELL = 8 / 255  # a start in the link is one byte a coordinate


def opened(page: Page, serve: Callable[..., str], query: str = f"{START}&step=10") -> Locator:
    page.goto(f"{serve(APP)}/{VIEW}?{query}")
    root = page.locator(".pg-chains[data-first-paint]")
    expect(root).to_be_visible(timeout=120_000)
    expect(page.get_by_role("heading", level=3).last).to_be_visible(timeout=60_000)  # the lesson, which comes last
    return root


def walk(page: Page) -> ChainTrace:
    """What the link says, computed here."""
    query = dict(pair.split("=") for pair in page.url.split("?")[1].split("&"))
    good, notices = WalkLinkSettings.from_link(query)
    assert notices == []
    return compute(ChainSettings(**{name: good[name] for name in good if name in ChainSettings.model_fields}), None)


def at(root: Locator, x: float, y: float, side: int = 0) -> dict[str, float]:
    """The place of a point of the plane, in CSS pixels of the map."""
    script = """(root, [side, x, y]) => { const { map } = root.__chains.sides[side];
        return { x: map.x(x) / map.ratio, y: map.y(y) / map.ratio }; }"""
    return root.evaluate(script, [side, x, y])


def shown(root: Locator, side: int = 0) -> list[str]:
    """The title and the four events of a side's panel."""
    texts = root.locator(".side").nth(side).locator(".which, .event .value").all_inner_texts()
    return [text.strip() for text in texts]


def settled(root: Locator, starts: int) -> None:
    expect(root).to_have_attribute("data-starts", str(starts))
    expect(root).to_have_attribute("data-waiting", "false", timeout=60_000)
    expect(root).to_have_attribute("data-chains", str(starts))


def test_a_click_places_a_start_and_fast_clicks_are_all_heard(page: Page, serve: Callable[..., str]) -> None:
    root = opened(page, serve)
    canvas = root.locator("canvas.map")
    wanted = [(-3.0, 3.0), (-2.0, 3.0), (3.0, -3.0), (0.0, 3.5), (3.5, 0.5)]
    for point in wanted:
        canvas.click(position=at(root, *point))
    expect(root).to_have_attribute("data-starts", "8")
    assert root.locator(".start").count() == 8, "the picture shows them at once"
    settled(root, 8)
    expect(page).to_have_url(re.compile(r"chains=8&starts=[\w-]+"), timeout=30_000)
    assert np.allclose(walk(page).positions[3:, 0], wanted, atol=2 * CELL)
    expect(root).to_have_attribute("data-focus", "7")
    expect(root).to_have_attribute("data-at", "0")
    assert shown(root)[0] == "Chain 8 · its starting point"

    root.locator("[data-action=undo]").click()
    settled(root, 7)
    root.locator("[data-action=clear]").click()
    expect(root.get_by_text("Click on the landscape to place a starting point.")).to_be_visible()
    canvas.click(position=at(root, 1.0, 1.0))
    settled(root, 1)
    expect(page).to_have_url(re.compile(r"chains=1&"), timeout=30_000)


def test_a_start_placed_while_another_is_on_its_way_stays_chosen(page: Page, serve: Callable[..., str]) -> None:
    """The walk that comes first has a chain less than the landscape by then."""
    root = opened(page, serve)
    between = """root => {
      const stage = root.__chains, { receive } = stage;
      stage.receive = (component) => { stage.receive = receive; stage.starts.add([1, 1]); stage.receive(component); };
    }"""
    root.evaluate(between)
    root.locator("canvas.map").click(position=at(root, -3.0, 3.0))
    expect(root).to_have_attribute("data-wanted", "2")
    settled(root, 5)
    expect(root).to_have_attribute("data-focus", "4")
    assert shown(root)[0] == "Chain 5 · its starting point"


def test_a_start_is_dragged_and_a_double_click_removes_it(page: Page, serve: Callable[..., str]) -> None:
    root = opened(page, serve)
    first = root.locator(".start").first
    box = first.bounding_box()
    target = at(root, 3.0, -2.0)
    field = root.locator("canvas.map").bounding_box()
    page.mouse.move(box["x"] + 9, box["y"] + 9)
    page.mouse.down()
    page.mouse.move(field["x"] + target["x"], field["y"] + target["y"], steps=8)
    page.mouse.up()
    settled(root, 3)
    expect(page).to_have_url(re.compile(r"starts=[\w-]+"), timeout=30_000)
    assert np.allclose(walk(page).positions[0, 0], [3, -2], atol=3 * CELL)
    root.locator(".start").nth(1).dblclick()
    settled(root, 2)


def test_steps_go_on_and_back_event_by_event_with_the_numbers_of_the_trace(
    page: Page, serve: Callable[..., str]
) -> None:
    root = opened(page, serve)
    trace = walk(page)
    root.locator("canvas.map").focus()
    seen = [shown(root)]
    for _ in range(8):
        page.keyboard.press("ArrowRight")
        expect(root).to_have_attribute("data-step", str(40 + len(seen)))
        seen.append(shown(root))
    assert seen[1][2:] == ["…", "…", "…"]
    assert seen[4][0] == "Chain 1 · step 11"
    for k in (10, 11):
        texts = seen[4 * (k - 10) + 4]
        x, proposal = trace.positions[0, k], trace.proposals[0, k]
        place = [f"({p[0]:.2f}, {p[1]:.2f})".replace("-", "−") for p in (x, proposal)]
        assert texts[1].startswith(f"{place[0]} → {place[1]}"), texts
        assert f"E {trace.energies[0, k]:.3f} → {trace.proposal_energies[0, k]:.3f}" in texts[1]
        assert f"min(0, {trace.log_ratio[0, k]:.4f}".replace("-", "−") in texts[2]
        assert f"{trace.uniform[0, k]:.4f}" in texts[3]
        assert texts[4].startswith("accepted" if trace.accepted[0, k] else "rejected")
    for number, back in reversed(list(enumerate(seen[:-1]))):
        page.keyboard.press("ArrowLeft")
        expect(root).to_have_attribute("data-step", str(40 + number))
        assert shown(root) == back
    page.keyboard.press("Shift+ArrowRight")
    expect(root).to_have_attribute("data-step", "44")
    page.keyboard.press("End")
    expect(root).to_have_attribute("data-at", "60")
    page.keyboard.press("ArrowDown")
    expect(root).to_have_attribute("data-focus", "1")
    page.keyboard.press("Home")
    expect(page).to_have_url(re.compile(r"step=0&chain=2(&|$)"), timeout=30_000)


def test_a_rejected_proposal_is_drawn_and_named(page: Page, serve: Callable[..., str]) -> None:
    root = opened(page, serve)
    trace = walk(page)
    low, high = np.array(WINDOW[::2]) + 0.5, np.array(WINDOW[1::2]) - 0.5
    inside = ((trace.proposals[0] > low) & (trace.proposals[0] < high)).all(-1)
    far = np.linalg.norm(trace.proposals[0] - trace.positions[0, :-1], axis=-1) > 1
    k = int(np.flatnonzero(~trace.accepted[0] & inside & far)[0])
    root.get_by_label("Step", exact=True).evaluate(
        "(e, v) => { e.value = v; e.dispatchEvent(new Event('input')); }", 4 * (k + 1)
    )
    expect(root).to_have_attribute("data-at", str(k + 1))
    expect(root.locator(".event .value").last).to_have_text(re.compile("^rejected"))
    expect(root.locator(".info")).to_have_attribute("data-verdict", "rejected")
    vermilion = """(root, [x, y]) => { const { map } = root.__chains.sides[0];
        const [r, s] = [map.context.getImageData(map.x(x) - 12, map.y(y) - 12, 24, 24).data, map.theme.rejected];
        let found = 0;
        const near = (i) => Math.hypot(r[i] - s[0], r[i + 1] - s[1], r[i + 2] - s[2]) < 40;
        for (let i = 0; i < r.length; i += 4) if (near(i)) found += 1;
        return found; }"""
    assert root.evaluate(vermilion, trace.proposals[0, k].tolist()) > 15


def test_a_link_opens_the_exact_step_and_event_of_a_chain(
    new_page: Callable[..., Page], serve: Callable[..., str]
) -> None:
    for scheme in ("light", "dark"):
        page = new_page(color_scheme=scheme)
        root = opened(page, serve, f"{START}&step=23&event=2&chain=3")
        expect(root).to_have_attribute("data-step", str(4 * 23 + 2))
        expect(root).to_have_attribute("data-focus", "2")
        expect(root).to_have_attribute("data-scheme", scheme)
        texts = shown(root)
        assert texts[0] == "Chain 3 · step 24"
        assert texts[3] == "…"
        box = root.bounding_box()
        assert box["y"] + box["height"] <= 720, box
        assert box["x"] + box["width"] <= 1280, box
        expect(page).to_have_url(re.compile(r"step=23&event=2&chain=3(&|$)"))


def test_two_kernels_start_at_the_same_points_and_one_transport_drives_both(
    page: Page, serve: Callable[..., str]
) -> None:
    root = opened(page, serve, f"{START}&step=0&kernel=hmc&step_size=0.3&kernel2=mala&step_size2=0.4")
    assert root.locator(".side").count() == 2
    starts = root.evaluate("root => root.__chains.sides.map(s => [0, 1, 2].map(c => s.walk.state(c, 0)))")
    assert starts[0] == starts[1]
    root.locator("canvas.map").nth(1).click(position=at(root, -3.0, 2.5, 1))
    settled(root, 4)
    starts = root.evaluate("root => root.__chains.sides.map(s => [0, 1, 2, 3].map(c => s.walk.state(c, 0)))")
    assert starts[0] == starts[1]
    assert np.allclose(starts[0][3], [-3, 2.5], atol=2 * CELL)
    page.keyboard.press("Shift+ArrowRight")
    expect(root.locator(".which")).to_have_text(["Chain 4 · step 1"] * 2)
    box = root.bounding_box()
    assert box["y"] + box["height"] <= 720, box
    page.get_by_text("A second kernel beside it").click()
    expect(root.locator(".side")).to_have_count(1, timeout=60_000)
    expect(root).to_have_attribute("data-at", "1")


def test_it_plays_and_a_fresh_visit_begins_by_itself(page: Page, serve: Callable[..., str]) -> None:
    root = opened(page, serve, START)
    expect(root).to_have_attribute("data-playing", "true")
    root.get_by_label("Speed").select_option("100 steps/s")
    expect(root).to_have_attribute("data-at", "60")
    expect(root).to_have_attribute("data-playing", "false")
    expect(page).to_have_url(re.compile(r"step=60&"), timeout=30_000)
    accepted = walk(page).accepted
    expect(root.locator("[data-figure=accepted]")).to_contain_text(f"{accepted.mean():.3f}")
    root.get_by_label("Speed").select_option("½ step/s")
    root.get_by_role("button", name="Play").click()
    expect(root).to_have_attribute("data-playing", "true")
    root.locator("canvas.map").click(position=at(root, 3.0, 3.0))
    settled(root, 4)
    expect(root).to_have_attribute("data-playing", "true")  # it goes on from the new start


def test_the_keyboard_alone_places_moves_and_removes_a_start(page: Page, serve: Callable[..., str]) -> None:
    root = opened(page, serve)
    root.locator("[data-action=add]").focus()
    page.keyboard.press("Enter")
    expect(root.locator(".start").nth(3)).to_be_focused()
    settled(root, 4)
    expect(page).to_have_url(re.compile(r"starts=[\w-]+"), timeout=30_000)
    before = page.url
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowUp"):
        page.keyboard.press(key)
    settled(root, 4)
    expect(page).not_to_have_url(before, timeout=30_000)
    assert np.allclose(walk(page).positions[3, 0], [0.2, 0.5], atol=2 * CELL)
    expect(root.locator(".start").nth(3)).to_be_focused()
    page.keyboard.press("Delete")
    settled(root, 3)
    page.keyboard.press("Control+z")
    settled(root, 4)


def test_resizing_and_another_view_lose_nothing(page: Page, serve: Callable[..., str]) -> None:
    root = opened(page, serve, f"{START}&step=17&chain=2")
    root.locator("canvas.map").click(position=at(root, -3.0, -3.5))
    settled(root, 4)
    page.keyboard.press("Shift+ArrowRight")
    expect(root).to_have_attribute("data-at", "1")  # the frame is drawn
    before = shown(root)
    for size in ((640, 900), (1600, 900), (1280, 720)):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        expect(root.locator("canvas.map")).to_be_visible()
        assert shown(root) == before
        assert root.locator(".start").count() == 4
        box, canvas = root.bounding_box(), root.locator("canvas.map").bounding_box()
        assert canvas["x"] + canvas["width"] <= box["x"] + box["width"] + 1
    expect(page).to_have_url(re.compile("step=1&chain=4"), timeout=30_000)
    linked = re.search(r"starts=([\w-]+)", page.url)[1]
    assert len(unpack_starts(linked, np.array(WINDOW))) == 4
    page.get_by_role("spinbutton", name="Seed").fill("6")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("seed=6"), timeout=30_000)
    expect(root).to_have_attribute("data-at", "1")  # another walk, at the same step
    expect(root).to_have_attribute("data-starts", "4")

    page.get_by_test_id("stTopNavSection").filter(has_text="Chains").click()
    page.get_by_test_id("stTopNavDropdownLink").filter(has_text="Diagnostics").click()
    expect(page.get_by_role("heading", name="Diagnostics", level=1)).to_be_visible(timeout=60_000)
    page.get_by_test_id("stTopNavSection").filter(has_text="Chains").click()
    page.get_by_test_id("stTopNavDropdownLink").filter(has_text="Step by step").click()
    expect(root).to_be_visible(timeout=60_000)
    expect(root).to_have_attribute("data-at", "1")
    expect(root).to_have_attribute("data-starts", "4")
    expect(page).to_have_url(re.compile(f"starts={linked}&"), timeout=30_000)


def test_the_pointer_reads_log_p_and_energy(page: Page, serve: Callable[..., str]) -> None:
    root = opened(page, serve)
    root.locator("canvas.map").hover(position=at(root, 0.0, 0.0))
    words = root.locator(".readout")
    expect(words).to_contain_text("log p = ")
    found = re.search(r"log p = (−?[\d.]+) nats, E = −log p − log Z = (−?[\d.]+) nats", words.inner_text())
    log_p, energy = (float(text.replace("−", "-")) for text in found.groups())
    peak = -np.log(2 * np.pi) - np.log(1 - 0.9**2) / 2  # of the Gaussian with ρ = 0.9
    assert abs(log_p - peak) < 0.03
    assert abs(energy) < 0.03


def test_the_files_hold_the_walk(page: Page, serve: Callable[..., str]) -> None:
    opened(page, serve)
    trace = walk(page)
    archive = np.load(io.BytesIO(download(page, "npz")))
    assert np.array_equal(archive["proposals"], trace.proposals)
    with Image.open(io.BytesIO(download(page, "PNG"))) as picture:
        assert picture.width > 600
    with Image.open(io.BytesIO(download(page, "GIF"))) as film:
        assert film.n_frames == 61
    lines = download(page, "CSV").decode().splitlines()
    assert len(lines) == 1 + 3 * 60
    assert lines[0].startswith("kernel,chain,step,x,y,energy_nats")


def test_a_finger_places_a_start(new_page: Callable[..., Page], serve: Callable[..., str]) -> None:
    page = new_page(has_touch=True)
    root = opened(page, serve)
    root.locator("canvas.map").tap(position=at(root, -3.0, 3.0))
    settled(root, 4)


def test_who_prefers_less_motion_sees_the_end_at_rest(new_page: Callable[..., Page], serve: Callable[..., str]) -> None:
    page = new_page(reduced_motion="reduce")
    root = opened(page, serve, START)
    expect(root).to_have_attribute("data-at", "60")
    expect(root).to_have_attribute("data-playing", "false")
