"""What the pages of the foundations share: the worlds that they offer."""

from .words import t


def world_names() -> dict[str, str]:
    """The small worlds that need no drawing, by name, in words."""
    return {
        "bars-and-stripes": t("Bars and stripes"),
        "one-bar": t("One bar"),
        "parity": t("Parity (even number of 1s)"),
        "checkerboard": t("Two chessboards"),
    }
