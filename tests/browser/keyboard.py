"""What the Tab key reaches on a page, whether one sees where it is, and what only a pointer reaches."""

from pathlib import Path

from playwright.sync_api import Page

MOST = 600  # presses of Tab in a round
ROUNDS = 2
HERE = Path(__file__).parent
LISTENERS = (HERE / "listeners.js").read_text("utf-8")
WALK = (HERE / "keyboard.js").read_text("utf-8")
CONTROLS = ", ".join(
    [
        "a[href], button, input:not([type=hidden]), select, textarea, summary, [contenteditable=true], [tabindex]",
        *(f"[role={role}]" for role in ("button", "link", "slider", "checkbox", "radio", "switch", "tab", "combobox")),
        *(f"[role={role}]" for role in ("spinbutton", "textbox", "application", "menuitem", "option", "gridcell")),
    ]
)
GROUPS = ", ".join(
    [
        *(
            f"[role={role}]:not(.pg)"
            for role in ("group", "radiogroup", "tablist", "listbox", "grid", "toolbar", "menu")
        ),
        *(f"[data-testid={name}]" for name in ("stSelectbox", "stNumberInput", "stMultiSelect", "stFileUploader")),
        "tr",
    ]
)
# What a pointer does there has its keys elsewhere: on curves and strips a press goes to a step, as the slider does;
# from model to model of the rank strips go the arrow keys, once a version of the picture has the focus.
ELSEWHERE = "canvas.curve, .curve canvas, canvas.chart, .strip, .pg-rankstrips .row, .pg-rankstrips .row > *"


def lacking(page: Page) -> dict[str, list[str]]:
    """What the keyboard lacks on a page that was opened with LISTENERS: what Tab does not reach, where one does not see
    that the focus is, and what hears a pointer and has no keys."""
    page.evaluate("document.activeElement.blur()")
    page.evaluate(WALK, [CONTROLS, GROUPS, ELSEWHERE])
    unseen = []
    for _ in range(ROUNDS):  # the focus may wake a button that comes before it
        for _ in range(MOST):
            page.keyboard.press("Tab")
            step = page.evaluate("window.__keyboard.step()")
            if step is None:
                break
            if not step["seen"]:
                unseen.append(step["told"])
        if not page.evaluate("window.__keyboard.unreached()"):
            break
    return {
        "not reached": page.evaluate("window.__keyboard.unreached()"),
        "focus not seen": unseen,
        "pointer only": page.evaluate("window.__keyboard.pointerOnly()"),
    }
