"""Samples of a checkpoint as the command line writes them: an enlarged picture, arrays, or text."""

from collections.abc import Callable

import numpy as np
import torch
from PIL.Image import Image

from .checkpoints import Loaded
from .data import DEQUANTIZED_LEVELS
from .errors import InvalidInput
from .figures import grid
from .models.rbm import RBM
from .models.sequence import SequenceModel
from .models.vae import VAE
from .samplers.ancestral import sample
from .samplers.gibbs import BlockGibbs, bernoulli
from .samplers.kernel import run
from .samplers.langevin import ULA
from .texts import written

STEPS = 500  # of a chain from noise
ACROSS = 16  # pictures in a row of a sheet
GREYS = 256

Progress = Callable[[float], None]


def sheet(pictures: np.ndarray, columns: int = ACROSS, scale: int = 2) -> Image:
    """Grey pictures (N, H, W), 0 … 1, as one enlarged picture; values outside are shown as the nearest inside."""
    levels = np.rint(pictures.clip(0, 1) * (GREYS - 1)).astype(np.uint8)
    return grid.enlarge(grid.tile(grid.shades(levels, GREYS), columns), scale)


def ancestral_samples(
    loaded: Loaded, count: int, seed: int, temperature: float, progress: Progress, picture: bool
) -> Image | dict[str, np.ndarray]:
    """Of an autoregressive model: `images`, the `order` of their positions, and the `noise` that drew them.

    With `picture`, the enlarged picture instead. InvalidInput if the values are not grey levels.
    """
    model = loaded.model
    levels = model.config.levels or DEQUANTIZED_LEVELS.get(loaded.description.get("dataset", ""), 0)
    if picture and not levels:
        raise InvalidInput(f"{loaded.name} draws real numbers, not grey levels; write an .npz")
    drawn = sample(model, count, torch.Generator().manual_seed(seed), temperature=temperature, progress=progress)
    images = drawn.events(model.event_shape).numpy()
    if picture or model.config.levels:  # of a dequantised value the whole part is the level
        images = np.floor(images).clip(0, levels - 1).astype(np.uint8)
    if picture:
        return grid.enlarged_sheet(images, levels)
    return {"images": images, "order": drawn.order.numpy(), "noise": drawn.noise.numpy()}


def chain_samples(
    loaded: Loaded, count: int, seed: int, temperature: float, progress: Progress, picture: bool
) -> Image | dict[str, np.ndarray]:
    """Of an energy: where chains of STEPS steps from noise are, `images`, and their `energies`: unadjusted Langevin, or
    an RBM's Gibbs sweeps.

    At a temperature T the chains walk on E / T. With `picture`, the enlarged picture instead; InvalidInput if the
    examples are points.
    """
    model = loaded.model
    points = model.event_shape == (1, 2)
    if picture and points:
        raise InvalidInput(f"{loaded.name} draws real numbers, not grey levels; write an .npz")
    generator = torch.Generator().manual_seed(seed)
    device = next(model.parameters()).device
    if isinstance(model, RBM):  # Gibbs sweeps from fair coins; its logits are divided by T
        start = bernoulli(torch.full((count, *model.event_shape), 0.5), generator)[0].to(device)
        halves = (
            (lambda x, given=given: (given(x).double().logit() / temperature).sigmoid().float())
            for given in (model.hidden_given, model.visible_given)
        )
        kernel = BlockGibbs(*halves)
    else:
        draw = torch.randn if points else torch.rand
        start = draw((count, *model.event_shape), generator=generator).to(device)
        kernel = ULA(loaded.description["chain"]["step_size"])
    history = run(
        kernel, lambda x: model.energy(x) / temperature, start, STEPS, generator, keep="scalars", progress=progress
    )
    images = history.state.position.cpu().numpy()
    if picture:
        columns = grid.columns_for(count)
        return sheet(images, columns, max(1, 800 // (columns * images.shape[2])))
    return {"images": images, "energies": history.state.energy.cpu().numpy() * temperature}


@torch.inference_mode()
def latent_samples(
    loaded: Loaded, count: int, seed: int, temperature: float, progress: Progress, picture: bool
) -> Image | dict[str, np.ndarray]:
    """Of a VAE or a GAN: `codes` drawn from the prior and the `images` made of them; of a VAE these are draws of 0 and
    1, beside the `probabilities` that they are drawn with.

    At a temperature T codes come from N(0, T I). With `picture`, the enlarged picture instead, of a VAE that of the
    probabilities. InvalidInput of an autoencoder, which has no prior.
    """
    model = loaded.model
    if model.family == "autoencoder":
        raise InvalidInput(f"{loaded.name} is an autoencoder: it has no distribution of codes to draw from")
    generator = torch.Generator().manual_seed(seed)
    codes = model.prior(count, generator) * temperature**0.5
    variational, parts = isinstance(model, VAE), []
    for chunk in codes.split(256):
        parts.append((model.decode(chunk).float().sigmoid() if variational else model.generate(chunk)).cpu())
        progress(sum(map(len, parts)) / count)
    greys = torch.cat(parts)
    if picture:
        columns = grid.columns_for(count)
        return sheet(greys.numpy(), columns, max(1, 800 // (columns * greys.shape[2])))
    found = {"codes": codes.cpu().numpy(), "images": greys.numpy()}
    if variational:
        found |= {"images": bernoulli(greys, generator)[0].to(torch.uint8).numpy(), "probabilities": greys.numpy()}
    return found


def sequence_samples(
    loaded: Loaded, count: int, seed: int, temperature: float, progress: Progress, picture: bool
) -> Image | dict[str, np.ndarray]:
    """Of a model of sequences: digits as `ancestral_samples` draws them, or `texts` (N,), each as long as an example of
    its training, and the `noise` (N, length) that drew them.

    InvalidInput of a model that generates nothing, or where a picture of text is asked for.
    """
    require_generator(loaded)
    model = loaded.model
    if not model.config.symbols:
        return ancestral_samples(loaded, count, seed, temperature, progress, picture)
    if picture:
        raise InvalidInput(f"{loaded.name} writes text, no picture; write a .txt or an .npz, or leave --out away")
    drawn = sample(model, count, torch.Generator().manual_seed(seed), temperature=temperature, progress=progress)
    texts = [written(codes, model.config.symbols) for codes in drawn.events(model.event_shape).numpy()]
    return {"texts": np.array(texts), "noise": drawn.noise.numpy()}


def require_generator(loaded: Loaded) -> None:
    """Refuse a model of sequences that has no p(x) to draw from. Raises InvalidInput."""
    if loaded.model.family in ("recurrent", "attention") and not isinstance(loaded.model, SequenceModel):
        what = {"classes": "reads digits and names them", "translation": "translates what it is given"}
        words = what.get(loaded.model.head, "generates nothing")
        raise InvalidInput(f"{loaded.name} {words}: it has no p(x) to draw samples from")


def joined(texts: np.ndarray) -> str:
    """Texts (N,) as one, a ruled and numbered line before each."""
    rule = "-" * 24
    return "".join(f"{rule} {number} of {len(texts)}\n{text}\n" for number, text in enumerate(texts, 1))


# families whose samples are not ancestral, or not always pictures
SAMPLERS = {
    "energy": chain_samples,
    "autoencoder": latent_samples,
    "vae": latent_samples,
    "gan": latent_samples,
    "recurrent": sequence_samples,
    "attention": sequence_samples,
}
