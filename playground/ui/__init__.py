"""The Streamlit code that pages share: the frame, resources, links, controls, lessons and downloads."""

from .branching import branched
from .chains import density_controls, kernel_controls, remember_chains, run_controls, same_chains, unused
from .controls import (
    checkpoint_choice,
    checkpoints_of,
    digit_controls,
    generate_bar,
    number_setting,
    orderings_choice,
    presses,
    seed_setting,
    uploaded_picture,
)
from .downloads import take_away
from .energy import chain_sample, choice_setting, energy_reference, example, picture_on_pad, run_bar
from .frame import frame, lesson, notices, plain, sections, view
from .gallery import CARDS
from .gan_game import game_controls, game_presets, played, presets_chosen
from .link import Link
from .made_lab import MadeLab
from .members import member_setting, members, picture_checkpoints
from .resources import engine, lifespan, on_error, run
from .small_world import SmallWorldControls
from .walk import second_kernel, walks

__all__ = [
    "CARDS",
    "Link",
    "MadeLab",
    "SmallWorldControls",
    "branched",
    "chain_sample",
    "checkpoint_choice",
    "checkpoints_of",
    "choice_setting",
    "density_controls",
    "digit_controls",
    "energy_reference",
    "engine",
    "example",
    "frame",
    "game_controls",
    "game_presets",
    "generate_bar",
    "kernel_controls",
    "lesson",
    "lifespan",
    "member_setting",
    "members",
    "notices",
    "number_setting",
    "on_error",
    "orderings_choice",
    "picture_checkpoints",
    "picture_on_pad",
    "plain",
    "played",
    "presets_chosen",
    "presses",
    "remember_chains",
    "run",
    "run_bar",
    "run_controls",
    "same_chains",
    "second_kernel",
    "sections",
    "seed_setting",
    "take_away",
    "unused",
    "uploaded_picture",
    "view",
    "walks",
]
