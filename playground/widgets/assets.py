"""The scripts and styles of the canvas components, read once from the files beside this one."""

from pathlib import Path

HERE = Path(__file__).parent


def script(*names: str) -> str:
    """The shared helpers followed by the named scripts: one inline module, so that no second file is fetched."""
    return "\n".join((HERE / f"{name}.js").read_text("utf-8") for name in ("common", *names))


def style(name: str) -> str:
    """The shared colours and controls followed by `name`.css."""
    return (HERE / "common.css").read_text("utf-8") + "\n" + (HERE / f"{name}.css").read_text("utf-8")
