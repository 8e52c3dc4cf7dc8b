"""The Streamlit code that pages share: the frame, resources, links, controls, lessons and downloads."""

from .controls import checkpoint_choice, generate_bar, number_setting, presses, seed_setting, uploaded_picture
from .downloads import take_away
from .frame import frame, lesson, notices, sections, view
from .link import Link
from .members import member_setting, members, picture_checkpoints
from .resources import engine, lifespan, on_error, run
from .small_world import SmallWorldControls

__all__ = [
    "Link",
    "SmallWorldControls",
    "checkpoint_choice",
    "engine",
    "frame",
    "generate_bar",
    "lesson",
    "lifespan",
    "member_setting",
    "members",
    "notices",
    "number_setting",
    "on_error",
    "picture_checkpoints",
    "presses",
    "run",
    "sections",
    "seed_setting",
    "take_away",
    "uploaded_picture",
    "view",
]
