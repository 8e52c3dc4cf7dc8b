"""The latent plane of an autoencoder beside that of a VAE: codes of the same digits, decoded under the pointer."""

import streamlit as st

from playground import figures, ui
from playground.traces import DecodeSettings, PlaneLinkSettings
from playground.widgets import PlanesState, heard_planes, latent_planes

VIEW = "autoencoders-plane"
STAGE = f"{VIEW}:stage"
ENGINE = ui.engine()
NAMES = {"autoencoder": ui.plane_pairs("Autoencoder"), "vae": ui.plane_pairs("VAE")}
TITLES = {"autoencoder": ui.t("Autoencoder"), "vae": ui.t("VAE")}
POINTS = ("z_autoencoder", "z_vae")
FIELDS = ("autoencoder", "vae", "tiles", "show", "classes")
DEFAULTS = {name: PlaneLinkSettings.model_fields[name].default for name in FIELDS}
DEFAULTS |= {family: names[0] for family, names in NAMES.items()}

link = ui.Link(VIEW, PlaneLinkSettings, DEFAULTS, NAMES)


idea = ui.t("Every digit becomes two numbers. Point anywhere: what does the decoder make of the places between?")
with ui.view(ui.t("The plane"), idea) as (controls, stage):
    with controls:
        chosen = {
            family: ui.choice_setting(
                link, family, TITLES[family], {n: ENGINE.load(n).description.get("title", n) for n in names}
            )
            for family, names in NAMES.items()
            if len(names) > 1
        }
        words = ui.t("Decoded pictures along each side of a plane; *Decoded tiles* shows them.")
        chosen["tiles"] = ui.number_setting(link, PlaneLinkSettings, "tiles", ui.t("Tiles a side"), 1, help=words)
        link.follow(**chosen)
        progress = st.empty()
        found = [ui.plane_side(link.values[f], TITLES[f], link.values["tiles"], progress) for f in NAMES]
        sides, settings = zip(*found, strict=True)
        digits = min(len(side.codes) for side in sides)

        def heard(opening: tuple[tuple[str, str], int | None]) -> PlanesState:
            """What the browser says, from what the link says on."""
            start = PlanesState(*opening, classes=link.values["classes"], show=link.values["show"])
            return heard_planes(STAGE, start, digits)

        state = ui.chosen_planes(link, POINTS, sides, heard)
        st.caption(
            ui.t("Click a dot to see the same digit on both planes. Drag to pan, scroll to zoom, Escape to let go.")
        )
    with stage:
        ui.notices(link.notices)
        if not digits:
            st.info(ui.t("No codes of real digits lie beside these checkpoints: the planes show tiles only."))
        latent_planes(sides, state, key=STAGE)
        points = tuple(
            ENGINE.run(DecodeSettings(checkpoint=s.checkpoint, z=z))
            for s, z in zip(settings, state.points, strict=True)
        )
        link.follow(classes=state.classes, show=state.show)
        link.write(**dict(zip(POINTS, state.points, strict=True)), digit=state.digit)
        stem = "-".join(("plane", *(s.checkpoint for s in settings), *state.points))
        code = figures.plane.python(sides, settings, state.points)
        ui.take_away(stem, code, figures.plane.files, sides, points, state.classes)

ui.lesson(VIEW, **figures.plane.words(sides, tuple(ENGINE.validation(s.checkpoint) for s in settings)))
