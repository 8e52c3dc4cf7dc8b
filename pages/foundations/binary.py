"""Binary pixels: how many states and parameters n of them have, and what independent pixels make of a small world."""

from playground import figures, ui
from playground.traces import BinaryLinkSettings, CountSettings, IndependentSettings
from playground.widgets import independent_player, state_counter

VIEW = "foundations-binary"
SHOW = {"count": ui.t("Count the states"), "world": ui.t("A small world")}
SHAPES = [(height, width) for height in range(2, 5) for width in range(2, 5)]
DEFAULTS = {name: field.default for name, field in BinaryLinkSettings.model_fields.items()}

link = ui.Link(VIEW, BinaryLinkSettings, DEFAULTS)


def count_part() -> dict:
    """States and parameters, one pixel more at each step; the numbers of the lesson."""
    settings = CountSettings.checked(pixels=link.values["pixels"])
    step = link.opened_number("step", 0, settings.pixels)
    ui.notices(link.notices)
    trace = ui.run(settings)
    state = state_counter(trace, key=f"{VIEW}:stage:count", step=step)
    link.write(step=state.step)
    ui.take_away(settings.stem(), settings.python(), figures.binary_pixels.count_files, trace)
    return figures.binary_pixels.count_words(trace)


def world_part() -> dict:
    """Samples of a world and of independent pixels; the numbers of the lesson."""
    settings = IndependentSettings.checked(**{name: link.values[name] for name in IndependentSettings.model_fields})
    step = link.opened_number("step", 0, settings.height * settings.width)
    ui.notices(link.notices)
    trace = ui.run(settings)
    state = independent_player(trace, key=f"{VIEW}:stage", step=step)
    link.write(step=state.step)
    ui.take_away(settings.stem(), settings.python(), figures.binary_pixels.world_files, trace)
    return figures.binary_pixels.world_words(trace)


idea = ui.t("Every pixel more doubles the states; independence pays one number a pixel, and it shows.")
with ui.view(ui.t("Binary pixels"), idea) as (controls, stage):
    with controls:
        show = ui.choice_setting(link, "show", ui.t("Show"), SHOW)
        chosen = {"show": show}
        if show == "count":
            chosen["pixels"] = ui.number_setting(link, BinaryLinkSettings, "pixels", ui.t("n, binary pixels"))
        else:
            chosen["world"] = ui.choice_setting(link, "world", ui.t("World"), ui.world_names())
            chosen["height"], chosen["width"] = ui.shape_setting(link, ui.t("Pixels"), SHAPES)
            chosen["seed"] = ui.seed_setting(link, BinaryLinkSettings)
    link.follow(**chosen)
    with stage:
        numbers = count_part() if show == "count" else world_part()

ui.lesson(VIEW if show == "count" else f"{VIEW}-world", **numbers)
