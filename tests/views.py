"""All views, by their files and by the addresses that the navigation gives them."""

import re

from tests.test_layers import ROOT

ENTRY = re.compile(r'view_page\(\s*"([^"]+)",\s*t\("[^"]+"\)(?:,\s*"([^"]+)")?')


def entries() -> dict[str, str]:
    """The file of every view but the home page, as "family/view", and its URL path."""
    source = (ROOT / "playground" / "ui" / "frame.py").read_text("utf-8")
    return {path: url or re.sub("[/_]", "-", path) for path, url in ENTRY.findall(source)}


def addresses() -> list[str]:
    """The URL path of every view, the home page first."""
    return ["", *entries().values()]
