"""Torch models, one family per file, its configuration beside it.

`build` makes a model from what a checkpoint's config.json holds: {"model": class name, "config": {field: value}}.
"""

from dataclasses import asdict

from torch import nn

from .autoencoder import Autoencoder, AutoencoderConfig
from .energy import EnergyModel, EnergyModelConfig, PointEnergy, PointEnergyConfig
from .fvsbn import FVSBN, FVSBNConfig
from .gan import GAN, GANConfig
from .gated_pixelcnn import GatedPixelCNN, GatedPixelCNNConfig
from .made import MADE, MADEConfig
from .markov import MarkovConfig, MarkovModel
from .nade import NADE, NADEConfig
from .order_agnostic_nade import OrderAgnosticNADE, OrderAgnosticNADEConfig
from .pixelcnn import PixelCNN, PixelCNNConfig
from .rbm import RBM, RBMConfig
from .recurrent import RecurrentConfig, RecurrentModel
from .rnade import RNADE, RNADEConfig
from .rows import RowClassifier, RowClassifierConfig
from .transformer import Transformer, TransformerConfig
from .translator import Translator, TranslatorConfig
from .vae import VAE, VAEConfig

MODELS = {
    "Autoencoder": (Autoencoder, AutoencoderConfig),
    "EnergyModel": (EnergyModel, EnergyModelConfig),
    "FVSBN": (FVSBN, FVSBNConfig),
    "GAN": (GAN, GANConfig),
    "MADE": (MADE, MADEConfig),
    "MarkovModel": (MarkovModel, MarkovConfig),
    "NADE": (NADE, NADEConfig),
    "OrderAgnosticNADE": (OrderAgnosticNADE, OrderAgnosticNADEConfig),
    "PixelCNN": (PixelCNN, PixelCNNConfig),
    "PointEnergy": (PointEnergy, PointEnergyConfig),
    "RNADE": (RNADE, RNADEConfig),
    "RBM": (RBM, RBMConfig),
    "RecurrentModel": (RecurrentModel, RecurrentConfig),
    "RowClassifier": (RowClassifier, RowClassifierConfig),
    "Transformer": (Transformer, TransformerConfig),
    "Translator": (Translator, TranslatorConfig),
    "VAE": (VAE, VAEConfig),
    "GatedPixelCNN": (GatedPixelCNN, GatedPixelCNNConfig),
}


def build(description: dict) -> nn.Module:
    """A freshly initialised model from its description.

    Raises ValueError that names an unknown model, an unknown field, or a field's value that is not allowed.
    """
    name = description.get("model")
    if not isinstance(name, str) or name not in MODELS:
        raise ValueError(f"model={name!r}: known models are {', '.join(sorted(MODELS))}")
    model, config = MODELS[name]
    try:
        return model(config(**description.get("config", {})))
    except TypeError as error:
        raise ValueError(f"config of {name}: {error}") from error


def describe(model: nn.Module) -> dict:
    """The description that `build` turns back into a model of the same shape."""
    return {"model": type(model).__name__, "config": asdict(model.config)}
