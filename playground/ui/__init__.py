"""The Streamlit code that pages share: the frame, resources, links, controls, lessons and downloads."""

from .branching import branched
from .chains import (
    density_controls,
    density_titles,
    kernel_controls,
    kernel_titles,
    remember_chains,
    run_controls,
    same_chains,
    unused,
)
from .compare_drawn import averaged, completers, judging_models, real_figures, who_cannot
from .compared import drawing_models, models_chosen, one_of_each, title_of, without_temperature
from .controls import (
    checkpoint_choice,
    checkpoints_of,
    choice_setting,
    digit_controls,
    generate_bar,
    judges,
    number_setting,
    ordering_name,
    orderings_choice,
    presses,
    seed_setting,
    segment_setting,
    shape_setting,
    uploaded_picture,
)
from .downloads import take_away
from .drawn_order import drawn_order
from .ends import LETTERS as END_LETTERS
from .ends import end_control, end_words, opening_ends, set_end, settle_ends
from .energy import chain_sample, energy_reference, example, mended_picture, picture_on_pad, run_bar
from .family_worlds import families, families_chosen, mend_sides, trained_families, training_settings
from .foundations import world_names
from .frame import frame, lesson, notices, picture_title, plain, sections, view
from .gallery import cards, draws_of, figure_of
from .gan_game import game_controls, game_presets, played, presets_chosen
from .generated import generated_digit
from .held import held
from .latent import corner_seed, mended_codes, open_view
from .lecture import lecture
from .link import Link
from .made_lab import MadeLab
from .measured import measured
from .members import member_setting, members, picture_checkpoints
from .moves import Moves
from .planes import chosen_planes, plane_pairs, plane_side
from .resources import engine, lifespan, on_error, run
from .rooms import room, routes
from .sequences import VERSES, in_reading_order, learned_positions, pixel_models, symbols_of, text_models
from .small_world import SmallWorldControls
from .training import trained
from .typed import typed_text
from .walk import second_kernel, walks
from .words import language, t
from .writing import kept_futures, writing_controls

__all__ = [
    "END_LETTERS",
    "VERSES",
    "Link",
    "MadeLab",
    "Moves",
    "SmallWorldControls",
    "averaged",
    "branched",
    "cards",
    "chain_sample",
    "checkpoint_choice",
    "checkpoints_of",
    "choice_setting",
    "chosen_planes",
    "completers",
    "corner_seed",
    "density_controls",
    "density_titles",
    "digit_controls",
    "drawing_models",
    "drawn_order",
    "draws_of",
    "end_control",
    "end_words",
    "energy_reference",
    "engine",
    "example",
    "families",
    "families_chosen",
    "figure_of",
    "frame",
    "game_controls",
    "game_presets",
    "generate_bar",
    "generated_digit",
    "held",
    "in_reading_order",
    "judges",
    "judging_models",
    "kept_futures",
    "kernel_controls",
    "kernel_titles",
    "language",
    "learned_positions",
    "lecture",
    "lesson",
    "lifespan",
    "measured",
    "member_setting",
    "members",
    "mend_sides",
    "mended_codes",
    "mended_picture",
    "models_chosen",
    "notices",
    "number_setting",
    "on_error",
    "one_of_each",
    "open_view",
    "opening_ends",
    "ordering_name",
    "orderings_choice",
    "picture_checkpoints",
    "picture_on_pad",
    "picture_title",
    "pixel_models",
    "plain",
    "plane_pairs",
    "plane_side",
    "played",
    "presets_chosen",
    "presses",
    "real_figures",
    "remember_chains",
    "room",
    "routes",
    "run",
    "run_bar",
    "run_controls",
    "same_chains",
    "second_kernel",
    "sections",
    "seed_setting",
    "segment_setting",
    "set_end",
    "settle_ends",
    "shape_setting",
    "symbols_of",
    "t",
    "take_away",
    "text_models",
    "title_of",
    "trained",
    "trained_families",
    "training_settings",
    "typed_text",
    "unused",
    "uploaded_picture",
    "view",
    "walks",
    "who_cannot",
    "without_temperature",
    "world_names",
    "writing_controls",
]
