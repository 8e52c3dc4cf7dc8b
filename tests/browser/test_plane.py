"""Two latent planes in a real browser: the picture follows the pointer without a message to the server."""

import io
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from playground.engine import Engine
from playground.traces import DecodeSettings
from playground.traces.codes import format_code, parse_code
from tests.browser.test_app import download

torch.set_num_threads(1)
pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet_and_at_home")]
APP = Path(__file__).parents[2] / "app.py"
NAMES = ("autoencoder-mnist-2d", "vae-mnist-2d")
SPOT = "(root, [n, z]) => root.__planes.sides[n].plane.toScreen(z)"


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(device="cpu")


def opened(page: Page, serve: Callable[..., str], query: str = "") -> Locator:
    page.goto(f"{serve(APP)}/autoencoders-plane?tiles=8&{query}")
    root = page.locator(".pg-planes[data-first-paint]")
    expect(root).to_be_visible(timeout=120_000)
    expect(root).to_have_attribute("data-picture1", re.compile(r"\d"))
    return root


def canvas(root: Locator, n: int) -> Locator:
    return root.locator("canvas.pg-plane").nth(n)


def spot(root: Locator, n: int, z: tuple[float, float]) -> dict[str, float]:
    x, y = root.evaluate(SPOT, [n, list(z)])
    return {"x": x, "y": y}


def picture(root: Locator, n: int) -> list[float]:
    return root.evaluate("(root, n) => Array.from(root.__planes.sides[n].values)", n)


def decoded(engine: Engine, n: int, z: str) -> np.ndarray:
    return engine.run(DecodeSettings(checkpoint=NAMES[n], z=z)).probabilities.ravel()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_picture_follows_the_pointer_and_goes_back_and_no_message_is_sent(
    new_page: Callable[..., Page], serve: Callable[..., str], engine: Engine, scheme: str
) -> None:
    page = new_page(color_scheme=scheme)
    sent: list[float] = []
    page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(len(frame))))
    root = opened(page, serve, "z_autoencoder=3.5,14.25&z_vae=-1.2,0.4")
    expect(root).to_have_attribute("data-picture0", "3.500,14.250")
    box = root.bounding_box()
    assert box["y"] + box["height"] <= 720, box
    for n, z in enumerate(("3.500,14.250", "-1.200,0.400")):
        assert picture(root, n) == pytest.approx(decoded(engine, n, z), abs=1e-5)
    before = len(sent)
    canvas(root, 1).hover(position=spot(root, 1, (0.75, -1.5)))
    expect(root).not_to_have_attribute("data-picture1", "-1.200,0.400")
    here = root.get_attribute("data-picture1")
    assert parse_code(here, 2) == pytest.approx([0.75, -1.5], abs=0.05)
    assert picture(root, 1) == pytest.approx(decoded(engine, 1, here), abs=1e-5)
    codes = engine.codes(NAMES[1])
    distance = np.linalg.norm(codes.mean - parse_code(here, 2), axis=1)
    nearest = f"nearest of 5,000 codes: a {codes.labels[distance.argmin()]}, {distance.min():.3f} away"
    expect(root.locator(".line", has_text=nearest)).to_be_visible()
    log_prior = -(parse_code(here, 2) ** 2).sum() / 2 - np.log(2 * np.pi)
    expect(root.locator(".line", has_text=f"log p(z) = −{-log_prior:.2f} nats")).to_be_visible()
    page.mouse.move(5, 700)
    expect(root).to_have_attribute("data-picture1", "-1.200,0.400")
    assert picture(root, 1) == pytest.approx(decoded(engine, 1, "-1.200,0.400"), abs=1e-5)
    assert len(sent) == before
    page.mouse.move(0, 0)
    root.locator("canvas.picture").nth(1).hover(position={"x": 3, "y": 3})
    expect(root.locator(".pixel")).to_have_text(f"row 0, column 0: p(ink) = {picture(root, 1)[0]:.3f}")


def test_a_digit_chosen_on_one_plane_is_marked_on_the_other(
    page: Page, serve: Callable[..., str], engine: Engine
) -> None:
    root = opened(page, serve, "z_autoencoder=0,0&z_vae=0,0&show=dots")
    codes = [engine.codes(name).mean for name in NAMES]
    digit = int(np.argmax(codes[0][:, 1] - codes[0][:, 0]))  # at the edge, where it stands alone
    root.locator("figure").nth(0).get_by_role("button", name="Zoom out (−)").click()
    canvas(root, 0).click(position=spot(root, 0, tuple(map(float, codes[0][digit]))))
    expect(root).to_have_attribute("data-digit", str(digit))
    for n in (0, 1):
        expect(root).to_have_attribute(f"data-picture{n}", format_code(codes[n][digit]))
    expect(page).to_have_url(re.compile(rf"digit={digit}(&|$)"))
    expect(page.get_by_role("spinbutton", name="Real digit")).to_have_value(str(digit))
    expect(page.get_by_role("textbox", name="z of the VAE")).to_have_value(format_code(codes[1][digit]))
    deviation = engine.codes(NAMES[1]).deviation[digit]
    expect(root.locator(".line", has_text=f"σ of q(z|x) = ({deviation[0]:.3f}, {deviation[1]:.3f})")).to_be_visible()
    page.reload()
    root = page.locator(".pg-planes[data-first-paint]")
    expect(root).to_have_attribute("data-digit", str(digit))
    expect(root).to_have_attribute("data-picture1", format_code(codes[1][digit]))
    canvas(root, 1).press("Escape")
    expect(root).to_have_attribute("data-digit", "")
    expect(page).not_to_have_url(re.compile("digit="))


def test_keys_and_typed_points_move_it_and_all_of_it_is_in_the_link(page: Page, serve: Callable[..., str]) -> None:
    root = opened(page, serve, "z_autoencoder=0,0&z_vae=0,0")
    plane = canvas(root, 1)
    step = root.evaluate("root => root.__planes.sides[1].plane.keyStep()")
    page.keyboard.press("ArrowRight")  # nothing has the focus
    expect(plane).to_have_attribute("data-point", format_code(np.array([step, 0])))
    plane.focus()
    page.keyboard.press("Shift+ArrowDown")
    here = format_code(np.array([step, -10 * step]))
    expect(root).to_have_attribute("data-picture1", here)
    expect(page).to_have_url(re.compile(re.escape(f"z_vae={here}").replace(",", "(,|%2C)")))
    field = page.get_by_role("textbox", name="z of the VAE")
    expect(field).to_have_value(here)
    field.fill("nan, 1")
    field.press("Enter")
    expect(page.get_by_text("'nan' is not allowed")).to_be_visible()
    expect(root).to_have_attribute("data-picture1", here)
    field.fill("2.5, -0.125")
    field.press("Enter")
    expect(root).to_have_attribute("data-picture1", "2.500,-0.125")
    root.get_by_role("button", name="Decoded tiles").click()
    root.get_by_role("button", name="Digit 4:").click()
    expect(page).to_have_url(re.compile("show=tiles&classes=012356789"))
    plane.press("+")
    expect(plane).not_to_have_attribute("data-view", "0.0000,0.0000,1.0000")
    view = plane.get_attribute("data-view")  # x, y, zoom
    expect(plane).to_have_attribute("data-tiles", re.compile(r"^-?\d"))  # decoded anew for what is in view
    x0, x1, y0, y1 = map(float, plane.get_attribute("data-tiles").split(","))
    assert (x0 + x1, y1 - y0) == pytest.approx((2 * float(view.split(",")[0]), x1 - x0), abs=0.01)
    slider = page.get_by_role("slider", name="Tiles a side")
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("tiles=9"))
    expect(root.get_by_role("button", name="Digit 4:")).to_have_attribute("aria-pressed", "false")
    expect(root).to_have_attribute("data-picture1", "2.500,-0.125")
    expect(plane).to_have_attribute("data-view", view)


def test_a_finger_explores_and_chooses_on_a_phone(new_page: Callable[..., Page], serve: Callable[..., str]) -> None:
    page = new_page(has_touch=True, is_mobile=True, viewport={"width": 412, "height": 800}, device_scale_factor=2)
    root = opened(page, serve, "z_autoencoder=0,0&z_vae=0,0")
    plane = canvas(root, 0)
    plane.scroll_into_view_if_needed()
    box = plane.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 412
    session = page.context.new_cdp_session(page)
    for kind, x in [("touchStart", 120), ("touchMove", 150), ("touchMove", 190)]:
        point = {"x": box["x"] + x, "y": box["y"] + 150}
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
    expect(root).not_to_have_attribute("data-picture0", "0.000,0.000")
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(plane).not_to_have_attribute("data-point", "0.000,0.000")
    here = plane.get_attribute("data-point")
    expect(root).to_have_attribute("data-picture0", here)
    expect(page).to_have_url(re.compile(re.escape(f"z_autoencoder={here}").replace(",", "(,|%2C)")))


def test_the_planes_are_taken_away(page: Page, serve: Callable[..., str], engine: Engine) -> None:
    opened(page, serve, "z_autoencoder=1,2&z_vae=0.5,-0.5")
    stored = np.load(io.BytesIO(download(page, "npz")))
    assert np.array_equal(stored["vae_codes"], engine.codes(NAMES[1]).mean)
    assert stored["autoencoder_picture"].ravel() == pytest.approx(decoded(engine, 0, "1.000,2.000"), abs=1e-6)
    assert stored["vae_tiles"].shape == (8, 8, 28, 28)
    assert Image.open(io.BytesIO(download(page, "PNG of the planes"))).size[0] > 1500
    assert Image.open(io.BytesIO(download(page, "PNG of the manifolds"))).size[1] > 400
    assert len(download(page, "CSV of the codes").decode().splitlines()) == 10_001


def test_a_wrong_point_of_a_link_is_named(page: Page, serve: Callable[..., str]) -> None:
    root = opened(page, serve, "z_autoencoder=1,2,3&z_vae=nan,0")
    expect(page.get_by_text("the latent space has 2")).to_be_visible()
    expect(page.get_by_text("'nan' is not allowed")).to_be_visible()
    expect(root).to_have_attribute("data-picture1", "0.000,0.000")
