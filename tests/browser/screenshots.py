"""A picture of every view: both languages, light, dark and present mode, on a projector and on a phone.

    make screenshots                                  # all of them, into tests/browser/artifacts/
    python -m tests.browser.screenshots --url http://127.0.0.1:8501 --only pixelcnn --languages ko --modes light

Beside each picture it says in words what a look might miss: a page that is wider than the window, texts of which a part
is cut off, formulas that could not be typeset. Looking is still the point.
"""

from pathlib import Path

import click
from playwright.sync_api import Browser, Page, sync_playwright

from playground.words import LANGUAGES
from tests.browser.conftest import FLAGS, chromium, running_server
from tests.browser.views import settle
from tests.views import addresses

ARTIFACTS = Path(__file__).parent / "artifacts"
SIZES = {"projector": {"width": 1280, "height": 720}, "phone": {"width": 390, "height": 844}}
MODES = {
    "light": ("light", ""),
    "dark": ("dark", ""),
    "present": ("light", "&present=1"),
    "present-dark": ("dark", "&present=1"),
}
# What makes the page wider than the window, texts that end before they are over, what of a canvas lies over its
# neighbour, formulas that are none.
CUT = """() => {
  const found = [];
  for (const frame of [document.scrollingElement, ...document.querySelectorAll('[data-testid="stMain"]')]) {
    const wide = frame.scrollWidth - frame.clientWidth;
    if (wide > 1) found.push(`${wide} px wider than the window`);
  }
  const loose = (element) => { // what is wider than it lies over its neighbour: nothing around it scrolls or cuts
    if (getComputedStyle(element).display === "inline" || element.closest("svg")) return false;
    for (let around = element; around; around = around.parentElement) {
      if (getComputedStyle(around).overflowX !== "visible") return false;
    }
    return true;
  };
  const spilled = (element) => {
    const { right, width } = element.getBoundingClientRect();
    if (width <= 1) return;
    for (const child of element.children) {
      const box = child.getBoundingClientRect();
      const beside = box.right > right + 6 && box.width > 1; // 6: a margin for the ring of what has the focus
      if (!beside || getComputedStyle(child).position === "absolute" || !loose(element)) continue;
      const what = child.textContent.trim().slice(0, 60) || child.className || child.tagName;
      found.push(`${Math.round(box.right - right)} px beyond its place: ${what}`);
    }
  };
  const texts = (root) => {
    for (const element of root.querySelectorAll("*")) {
      if (element.closest('[data-testid="stSidebar"]')?.offsetWidth === 0) continue; // shut
      if (element.shadowRoot) texts(element.shadowRoot);
      if (root !== document) spilled(element);
      const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
      if (!own || element.clientWidth <= 1) continue; // 1 px: for screen readers alone
      const hidden = ["hidden", "clip"].includes(getComputedStyle(element).overflowX);
      const whole = element.closest("[title]"); // says all of it: one line on purpose
      const over = element.scrollWidth - element.clientWidth;
      if (over <= 1 || (hidden && whole)) continue;
      if (hidden) found.push(`cut off: ${element.textContent.trim().slice(0, 60)}`);
      else if (root !== document && loose(element)) {
        found.push(`${over} px beyond its place: ${element.textContent.trim().slice(0, 60)}`);
      }
    }
  };
  texts(document);
  for (const formula of document.querySelectorAll(".katex-error")) {
    found.push(`not typeset: ${formula.textContent.slice(0, 60)}`);
  }
  return found;
}"""


def shoot(page: Page, path: Path) -> list[str]:
    """Write the picture of a page that has settled, and say what is cut off."""
    page.wait_for_timeout(700)  # a first frame, a chart's layout
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=path)
    return page.evaluate(CUT)


def shoot_all(
    browser: Browser, url: str, views: list[str], languages: list[str], modes: list[str], sizes: list[str]
) -> dict[str, list[str]]:
    """All pictures; what was found, by the picture's name.

    A view is opened once for each language and mode; the window then changes its size.
    """
    found = {}
    for view in views:
        for language in languages:
            for mode in modes:
                scheme, further = MODES[mode]
                context = browser.new_context(color_scheme=scheme, reduced_motion="reduce")
                page = context.new_page()
                for size in sizes:
                    page.set_viewport_size(SIZES[size])
                    if size == sizes[0]:
                        page.goto(f"{url}/{view}?lang={language}{further}", timeout=120_000)
                    settle(page)
                    name = f"{size}/{language}-{mode}/{view or 'home'}.png"
                    words = shoot(page, ARTIFACTS / name)
                    click.echo(f"{name}: {'; '.join(words) or 'nothing cut off'}")
                    if words:
                        found[name] = words
                context.close()
    return found


@click.command()
@click.option("--url", help="A server that runs already; without it one is started.")
@click.option("--only", default="", help="Views whose address begins with one of these, joined by commas.")
@click.option("--languages", default=",".join(LANGUAGES))
@click.option("--modes", default=",".join(MODES))
@click.option("--sizes", default=",".join(SIZES))
def main(url: str | None, only: str, languages: str, modes: str, sizes: str) -> None:
    """Take pictures of all views."""
    wanted = tuple(only.split(","))
    views = [view for view in addresses() if (view or "home").startswith(wanted)]
    with sync_playwright() as playwright, running_server(url) as served:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        found = shoot_all(browser, served, views, languages.split(","), modes.split(","), sizes.split(","))
        browser.close()
    click.echo(f"{len(found)} pictures with something to look at; all are in {ARTIFACTS}")


if __name__ == "__main__":
    main()
