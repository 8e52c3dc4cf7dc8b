"""The scripts and styles of the canvas components, read once from the files beside this one."""

from pathlib import Path

HERE = Path(__file__).parent
PLANE = ("planemarks", "planecodes", "planehands", "plane")  # what a canvas with a plane puts before its own script


def script(*names: str) -> str:
    """The shared helpers followed by the named scripts: one inline module, so that no second file is fetched."""
    return "\n".join((HERE / f"{name}.js").read_text("utf-8") for name in ("common", *names))


def style(*names: str) -> str:
    """The shared colours and controls followed by the named style sheets."""
    return "\n".join((HERE / f"{name}.css").read_text("utf-8") for name in ("common", *names))
