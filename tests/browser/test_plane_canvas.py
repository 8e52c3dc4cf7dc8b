"""The latent plane and the decoder in the browser, each alone: no server, the scripts on an empty page."""

import base64
from collections.abc import Callable

import numpy as np
import pytest
import torch
from playwright.sync_api import Locator, Page, expect

from playground.models.vae import VAE, VAEConfig
from playground.traces import decoder_weights
from playground.traces.codes import format_code
from playground.widgets.assets import PLANE, script, style

torch.set_num_threads(1)
pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet_and_at_home")]

WIDTH, HEIGHT = 420, 360
BODY = f"""<style>{style("plane")}</style>
<div class="pg" style="--st-background-color:#fff;--st-text-color:#31333f;--st-primary-color:#ff4b4b">
<canvas class="pg-plane" role="application" aria-label="Plane"></canvas></div>"""
SET_UP = """
const root = document.querySelector(".pg"), canvas = document.querySelector("canvas");
const heard = { hover: [], choose: [], views: 0 };
const codes = Float32Array.from({ length: 600 }, (_, i) => 3 * Math.sin(i * 7.31));
const labels = Uint8Array.from({ length: 300 }, (_, i) => i % 10);
const plane = new Plane(canvas, { codes, labels, window: [-4, 4, -3, 3],
  onHover: (z) => heard.hover.push(z), onChoose: (z, place) => heard.choose.push([z, place]),
  onView: () => { heard.views += 1; } });
const legend = new PlaneLegend([plane]);
root.append(legend.root);
plane.fit(420, 360, devicePixelRatio, readTheme(root), root);
legend.paint();
"""


def set_up(page: Page) -> Locator:
    page.set_content(BODY)
    page.add_script_tag(content=script(*PLANE, "decoder"))
    page.add_script_tag(content=SET_UP)
    canvas = page.locator("canvas.pg-plane")
    expect(canvas).to_have_attribute("data-view", "0.0000,0.0000,1.0000")
    return canvas


@pytest.fixture
def canvas(page: Page) -> Locator:
    return set_up(page)


def spot(page: Page, z: tuple[float, float]) -> dict[str, float]:
    x, y = page.evaluate("z => plane.toScreen(z)", z)
    return {"x": x, "y": y}


def test_the_decoder_equals_torch(canvas: Locator, page: Page) -> None:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = VAE(VAEConfig(hidden=(256, 256, 256))).eval()
    for parameter in model.parameters():
        parameter.data *= 2.5  # logits that saturate too
    flat, sizes = decoder_weights(model)
    z = np.array([[0.5, -1.25], [0, 0], [10, -10], [0.001, 3.337]], np.float32)
    with torch.no_grad():
        expected = torch.sigmoid(model.decode(torch.from_numpy(z))).flatten(1).numpy()
    found = page.evaluate(
        """([text, sizes, points]) => { const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
        const decoder = decoderOf(new Float32Array(bytes.buffer), sizes);
        return points.map((z) => Array.from(decoder.decode(z))); }""",
        [base64.b64encode(flat.tobytes()).decode(), sizes.tolist(), z.tolist()],
    )
    assert expected.std() > 0.2
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)


def test_a_decoder_whose_layers_do_not_fit_is_refused(canvas: Locator, page: Page) -> None:
    words = page.evaluate(
        """() => [() => new Decoder([]), () => decoderOf(new Float32Array(9), [2, 3]).decode([1]),
        () => new Decoder([[6, 3], [8, 2]].map(([w, b]) => ({weight: new Float32Array(w), bias: new Float32Array(b)})))]
        .map((f) => { try { f(); return ""; } catch (error) { return error.message; } })"""
    )
    assert words == [
        "Decoder: no layers",
        "Decoder: a code of 1 numbers, it takes 2",
        "Decoder: layer 1 takes 4 numbers, it gets 3",
    ]


def test_screen_and_code_are_inverses_also_after_pan_and_zoom(canvas: Locator, page: Page) -> None:
    away = page.evaluate(
        """() => { let worst = 0;
        for (const [factor, dx] of [[1, 0], [3.7, 41], [0.2, -13], [50, 7]]) {
          plane.zoom(factor, 200, 111); plane.pan(dx, -dx / 2);
          for (const z of [[0, 0], [-3.2, 1.7], [9.9, -9.9]]) {
            const back = plane.toCode(...plane.toScreen(z));
            worst = Math.max(worst, Math.abs(back[0] - z[0]), Math.abs(back[1] - z[1]));
          } }
        return worst; }"""
    )
    assert away < 1e-9
    x0, y0 = page.evaluate(
        "() => { plane.home(); return plane.toScreen([1, 0]).map((v, i) => v - plane.toScreen([0, 0])[i]); }"
    )
    _, y1 = page.evaluate("() => plane.toScreen([0, 1]).map((v, i) => v - plane.toScreen([0, 0])[i])")
    assert (x0, y0) == pytest.approx((-y1, 0))  # circles are circles


def test_a_point_is_written_as_python_writes_it(canvas: Locator, page: Page) -> None:
    values = [0.0625, -0.0625, 0.1875, -0.1875, 2.0005, -0.0002, 1 / 3, 250.0, -250.0, 26.046875, 0.3125]
    expected = [format_code(np.array([value])) for value in values]
    assert page.evaluate("values => values.map((value) => codeText([value]))", values) == expected


def test_zooming_keeps_the_place_under_the_pointer(canvas: Locator, page: Page) -> None:
    before = page.evaluate("() => plane.toCode(123, 77)")
    canvas.hover(position={"x": 123, "y": 77})
    page.mouse.wheel(0, -240)
    expect(canvas).not_to_have_attribute("data-view", "0.0000,0.0000,1.0000")
    assert page.evaluate("() => plane.toCode(123, 77)") == pytest.approx(before, abs=1e-9)
    assert page.evaluate("() => plane.view.zoom") > 1.5
    canvas.press("Home")
    expect(canvas).to_have_attribute("data-view", "0.0000,0.0000,1.0000")


def test_the_pointer_is_followed_and_leaving_is_heard(canvas: Locator, page: Page) -> None:
    canvas.hover(position=spot(page, (1, -0.5)))
    expect(canvas).to_have_attribute("data-hover", page.evaluate("() => codeText(heard.hover.at(-1))"))
    z = page.evaluate("() => heard.hover.at(-1)")
    assert z == pytest.approx([1, -0.5], abs=1 / page.evaluate("() => plane.scale"))
    assert z == [round(v, 3) for v in z]
    page.mouse.move(700, 600)
    expect(canvas).to_have_attribute("data-hover", "")
    assert page.evaluate("() => heard.hover.at(-1)") is None


def test_a_click_chooses_a_drag_pans_and_the_chosen_point_can_be_dragged(canvas: Locator, page: Page) -> None:
    canvas.click(position=spot(page, (2, 1)))
    z, place = page.evaluate("() => heard.choose.at(-1)")
    assert z == pytest.approx([2, 1], abs=0.02)
    expect(canvas).to_have_attribute("data-point", format_code(np.array(z)))
    assert set(place) == {"x", "y"}
    box = canvas.bounding_box()
    count = page.evaluate("() => heard.choose.length")
    start = spot(page, (-2, -1))
    page.mouse.move(box["x"] + start["x"], box["y"] + start["y"])
    page.mouse.down()
    page.mouse.move(box["x"] + start["x"] + 30, box["y"] + start["y"] + 20, steps=4)
    page.mouse.up()
    assert page.evaluate("() => heard.choose.length") == count
    assert page.evaluate("z => plane.toScreen(z)", [-2, -1]) == pytest.approx([start["x"] + 30, start["y"] + 20])
    grip = spot(page, tuple(z))
    page.mouse.move(box["x"] + grip["x"], box["y"] + grip["y"])
    page.mouse.down()
    page.mouse.move(box["x"] + grip["x"] - 60, box["y"] + grip["y"] + 40, steps=4)
    dragging = page.evaluate("() => heard.choose.at(-1)[1]")
    page.mouse.up()
    assert dragging == {"dragging": True}
    assert page.evaluate("() => plane.toScreen(plane.point)") == pytest.approx(
        [grip["x"] - 60, grip["y"] + 40], abs=0.1
    )
    assert page.evaluate("() => heard.choose.at(-1)[1]") is None


def test_keys_move_the_chosen_point_and_zoom(canvas: Locator, page: Page) -> None:
    canvas.focus()
    step = page.evaluate("() => plane.keyStep()")
    for key, text in [
        ("ArrowRight", (step, 0)),
        ("Shift+ArrowUp", (step, 10 * step)),
        ("ArrowLeft", (0, 10 * step)),
        ("ArrowDown", (0, 9 * step)),
    ]:
        page.keyboard.press(key)
        expect(canvas).to_have_attribute("data-point", format_code(np.array(text)))
    page.keyboard.press("+")
    expect(canvas).to_have_attribute(
        "data-view", page.evaluate("() => [plane.view.x, plane.view.y, 1.25].map((v) => v.toFixed(4)).join()")
    )
    page.keyboard.press("-")
    page.keyboard.press("Home")
    expect(canvas).to_have_attribute("data-view", "0.0000,0.0000,1.0000")
    page.evaluate("y => plane.setPoint([99, y])", 9 * step)
    for _ in range(3):
        page.keyboard.press("Shift+ArrowRight")
    farthest = format_code(np.array([100, 9 * step]))  # that a link allows
    expect(canvas).to_have_attribute("data-point", farthest)
    assert page.evaluate("() => plane.within(...plane.toScreen(plane.point))")


def test_fingers_one_explores_and_chooses_two_zoom(new_page: Callable[..., Page]) -> None:
    page = new_page(has_touch=True, device_scale_factor=2)
    canvas = set_up(page)
    box = canvas.bounding_box()
    session = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        fingers = [{"x": box["x"] + x, "y": box["y"] + y, "id": i} for i, (x, y) in enumerate(points)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})

    assert canvas.evaluate("c => [c.width, c.clientWidth]") == [2 * WIDTH, WIDTH]  # device pixels
    touch("touchStart", (150, 150))
    touch("touchMove", (190, 160))
    touch("touchMove", (230, 170))
    expect(canvas).to_have_attribute("data-hover", page.evaluate("() => codeText(plane.toCode(230, 170))"))
    touch("touchEnd")
    expect(canvas).to_have_attribute("data-point", page.evaluate("() => codeText(plane.toCode(230, 170))"))
    expect(canvas).to_have_attribute("data-hover", "")
    chosen = page.evaluate("() => heard.choose.length")
    touch("touchStart", (150, 150))
    touch("touchStart", (150, 150), (250, 150))
    touch("touchMove", (100, 150), (300, 150))
    touch("touchEnd", (100, 150))
    touch("touchEnd")
    assert page.evaluate("() => plane.view.zoom") == pytest.approx(2, rel=0.02)
    assert page.evaluate("() => heard.choose.length") == chosen


def test_the_legend_hides_classes_and_the_nearest_code_is_a_shown_one(canvas: Locator, page: Page) -> None:
    z = [0.3, 0.4]
    codes = np.array(page.evaluate("() => Array.from(codes)")).reshape(-1, 2)
    distance = np.linalg.norm(codes - z, axis=1)
    found = page.evaluate("z => plane.nearest(z)", z)
    assert (found["index"], found["count"]) == (int(distance.argmin()), 300)
    assert found["distance"] == pytest.approx(distance.min(), rel=1e-6)
    label = found["index"] % 10
    button = page.get_by_role("button", name=f"Digit {label}: 30 codes")
    pixels = "() => { plane.draw(); return Array.from(plane.context.getImageData(0, 0, 420, 360).data).join(); }"
    before = page.evaluate(pixels)
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    assert page.evaluate(pixels) != before
    distance[np.arange(300) % 10 == label] = np.inf
    assert page.evaluate("z => plane.nearest(z).index", z) == int(distance.argmin())
    button.click(modifiers=["Shift"])
    assert page.evaluate("() => Array.from(plane.shown)") == [int(i == label) for i in range(10)]
    button.click(modifiers=["Shift"])
    assert page.evaluate("() => Math.min(...plane.shown)") == 1
    page.evaluate("() => { plane.shown = new Uint8Array(10); }")
    assert page.evaluate("z => plane.nearest(z).index", z) == -1


def test_layers_are_drawn_where_the_code_is_and_handles_are_dragged(canvas: Locator, page: Page) -> None:
    page.evaluate(
        """() => { window.ends = [{ z: [1, 1], onMove(z, done) { this.z = z; window.last = done; } }];
        plane.handles = ends;
        plane.layers.push((context, p) => { const [x, y] = p.toScreen(ends[0].z);
          context.fillStyle = "#ff0000"; context.fillRect(x - 3, y - 3, 6, 6); });
        plane.draw(); }"""
    )
    colour = """z => { plane.draw();
        return Array.from(plane.context.getImageData(...plane.toScreen(z).map(Math.round), 1, 1).data); }"""
    assert page.evaluate(colour, [1, 1]) == [255, 0, 0, 255]
    box, grip, goal = canvas.bounding_box(), spot(page, (1, 1)), spot(page, (-1, 0.5))
    page.mouse.move(box["x"] + grip["x"], box["y"] + grip["y"])
    page.mouse.down()
    page.mouse.move(box["x"] + goal["x"], box["y"] + goal["y"], steps=3)
    page.mouse.up()
    assert page.evaluate("() => [ends[0].z, last]") == [pytest.approx([-1, 0.5], abs=0.02), True]
    assert page.evaluate(colour, [-1, 0.5]) == [255, 0, 0, 255]
    assert page.evaluate("() => heard.choose.length") == 0
