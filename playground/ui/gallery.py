"""What the gallery shows and says of each model: one card a checkpoint, in the order of the page."""

import logging
from collections.abc import Callable
from typing import Any

import numpy as np

from ..engine import Engine
from ..errors import PlaygroundError
from ..traces import (
    AncestralSettings,
    EnergyChainSettings,
    GanDrawsSettings,
    PriorDrawsSettings,
    RbmSettings,
    RnadeSettings,
)
from ..words import Say, english
from .words import t

log = logging.getLogger(__name__)
SAMPLES, GREYS = 12, 256  # drawn for a card; levels of a grey picture
Read = Callable[[Any], tuple[np.ndarray, int]]  # a trace → (N, H, W) uint8 levels, and how many levels there are


def draws_of(engine: Engine, name: str) -> tuple[Any, Read]:
    """The settings by which a model draws for its card, seed 0, and what reads the pictures off the trace."""
    found = engine.load(name)
    kind = found.description["model"]
    if kind == "EnergyModel":
        settings = EnergyChainSettings(checkpoint=name, chains=SAMPLES, steps=200, seed=0)
        return settings, lambda trace: (_greys(trace.denoised(-1)), GREYS)
    if kind == "RBM":
        settings = RbmSettings(checkpoint=name, chains=SAMPLES, sweeps=10, every=100, seed=0)
        return settings, lambda trace: (trace.pictures(), 2)
    if kind in ("Autoencoder", "VAE"):  # of an autoencoder, draws from a prior that it does not have
        settings = PriorDrawsSettings(checkpoint=name, draws=SAMPLES, seed=0)
        return settings, lambda trace: (_greys(trace.probability), GREYS)
    if kind == "GAN":
        settings = GanDrawsSettings(checkpoint=name, count=SAMPLES, seed=0)
        return settings, lambda trace: (_greys(trace.pictures), GREYS)
    if found.model.head.endswith("mixture"):  # real values, which a trace of their own draws
        settings = RnadeSettings(checkpoint=name, data="digits", count=SAMPLES, seed=0)
    else:
        settings = AncestralSettings(checkpoint=name, count=SAMPLES, seed=0)
    return settings, lambda trace: (trace.pictures(), trace.levels)


def _greys(pictures: np.ndarray) -> np.ndarray:
    """Values 0 … 1 as levels of grey, uint8; values outside are held there."""
    return np.rint(pictures.astype(np.float32).clip(0, 1) * (GREYS - 1)).astype(np.uint8)


def draw_ahead(engine: Engine) -> None:
    """Draw what the home page shows, and the digits that open behind it, before anybody asks for them."""
    try:
        known = engine.names()
        names = [name for name in cards(english) if name in known]
        for name in names:
            engine.run(draws_of(engine, name)[0])
        for name in engine.names("pixelcnn")[:1]:
            engine.run(AncestralSettings(checkpoint=name))
    except PlaygroundError as error:  # whoever opens the page is told
        log.warning("nothing drawn ahead: %s", error)


def cards(t: Say = t) -> dict[str, tuple[str, tuple[str, str], str, str, str]]:
    """checkpoint → a short title, its page with the words of the link, the idea, what it can, what it cannot."""
    apart = t("Take it apart")
    return {
        "fvsbn-mnist": (
            t("FVSBN"),
            ("pages/belief_networks/fvsbn.py", apart),
            t("Each pixel is a logistic regression on those before it."),
            t("exact log p · every logit is a sum to read"),
            t("only sums: no either–or"),
        ),
        "nade-mnist": (
            t("NADE"),
            ("pages/belief_networks/nade.py", apart),
            t("One hidden layer, updated by one column a pixel."),
            t("exact log p · samples as cheap as log p"),
            t("one ordering only"),
        ),
        "nade-agnostic-mnist": (
            t("Order-agnostic NADE"),
            ("pages/belief_networks/orderings.py", t("Any ordering")),
            t("One network for every ordering of the pixels."),
            t("exact log p · completes <i>any</i> region exactly"),
            t("orderings do not agree with one another"),
        ),
        "rnade-digits": (
            t("RNADE"),
            ("pages/belief_networks/rnade.py", t("Real numbers")),
            t("NADE for real values: a mixture for each number."),
            t("exact density · real data"),
            t("a fixed number of components"),
        ),
        "made-mnist": (
            t("MADE"),
            ("pages/made/generate.py", t("Its digits")),
            t("An autoencoder whose masks make it autoregressive."),
            t("exact log p in one pass · many masks, one net"),
            t("wide layers needed: masks cut paths"),
        ),
        "pixelcnn-mnist": (
            t("PixelCNN"),
            ("pages/pixelcnn/generate.py", t("Watch it write")),
            t("One stack of masked convolutions."),
            t("exact log p · shared weights, few of them"),
            t("a blind spot · one pixel after another"),
        ),
        "gated-pixelcnn-mnist": (
            t("Gated PixelCNN"),
            ("pages/pixelcnn/generate.py", t("Watch it write")),
            t("A vertical and a horizontal stack with gates."),
            t("exact log p · no blind spot"),
            t("no latent code · more to compute a pixel"),
        ),
        "lstm-mnist": (
            t("LSTM on pixels"),
            ("pages/compare/samples.py", t("Beside the others")),
            t("A memory of fixed size reads the picture so far."),
            t("exact log p · a step costs the same anywhere"),
            t("all it has seen must fit into its memory"),
        ),
        "transformer-mnist": (
            t("Transformer on pixels"),
            ("pages/attention/pixels.py", t("See what it looks at")),
            t("Each patch looks back at all patches before it."),
            t("exact log p · shows where it looked"),
            t("a cache that grows · one patch after another"),
        ),
        "pixelcnn-digits": (
            t("PixelCNN, 8×8 digits"),
            ("pages/pixelcnn/generate.py", t("Watch it write")),
            t("The same with 16 grey levels, on 8×8 pixels."),
            t("exact log p · grey levels"),
            t("small pictures · one pixel after another"),
        ),
        "ebm-mnist": (
            t("Energy model"),
            ("pages/energy/digits.py", t("Watch its chains")),
            t("One number for a whole picture: low on digits."),
            t("ratios, anomalies, denoising without Z"),
            t("no log p: Z is unknown · samples take long chains"),
        ),
        "rbm-mnist": (
            t("RBM"),
            ("pages/energy/rbm.py", apart),
            t("Visible and hidden coins that draw each other in turn."),
            t("free energy in one sum · completes by clamping"),
            t("log Z only estimated · chains mix slowly"),
        ),
        "autoencoder-mnist-2d": (
            t("Autoencoder"),
            ("pages/autoencoders/generative.py", t("Is it generative?")),
            t("Two numbers a digit, and back. Above: codes from N(0, I)."),
            t("compresses · draws a map of the digits"),
            t("no p(z): nothing says which codes to draw"),
        ),
        "vae-mnist-2d": (
            t("VAE, two numbers"),
            ("pages/autoencoders/plane.py", t("Walk its plane")),
            t("A Gaussian for each digit, and a prior over all."),
            t("draws · encodes · a plane to walk on"),
            t("log p only bounded · two numbers blur"),
        ),
        "vae-mnist": (
            t("VAE"),
            ("pages/autoencoders/dimensions.py", apart),
            t("The same with thirty-two numbers and convolutions."),
            t("draws at once · encodes · interpolates"),
            t("log p only bounded"),
        ),
        "gan-mnist": (
            t("GAN"),
            ("pages/gan/digits.py", t("Walk its codes")),
            t("A generator, and a discriminator that it fooled."),
            t("sharp pictures, drawn at once"),
            t("no likelihood · no encoder"),
        ),
    }


def figure_of(measured: dict) -> tuple[str, str]:
    """What `evaluate` found, as a short figure and what it means.

    measured: the JSON object of a checkpoint's validation.
    """
    if measured.get("frechet"):
        words = t(
            "Fréchet distance of generated to held-out digits; that of training digits: {real:.2f}",
            real=measured["frechet_real"],
        )
        return t("Fréchet {distance:.2f}", distance=measured["frechet"]), words
    if measured.get("kind") == "reconstruction":
        lost = t("{nats:.1f} nats lost", nats=measured["reconstruction_nats"])
        return lost, t("Mean −log p(x|z), held-out examples: no likelihood")
    if measured.get("nll_nats") is None:
        words = t("AUROC of E: digits against the same digits turned by 90°")
        return f"AUROC {measured['auroc']['rotated']:.2f}", words
    sign, note = {
        "ais": ("≈ ", t("Mean −log p of held-out examples, log Z by AIS")),
        "elbo": ("≤ ", t("Mean −log p of held-out examples: −ELBO, an upper bound")),
    }.get(measured.get("kind"), ("", t("Mean −log p of held-out examples")))
    return f"{sign}{measured['nll_nats']:.2f} nats", note
