"""Draws from a GAN, as a trace."""

import numpy as np
import pytest
import torch

from playground.engine import Engine
from playground.errors import InvalidInput
from playground.traces import GanDrawsSettings
from tests.small_latent import shelve_latent

torch.set_num_threads(1)


def test_draws_are_what_the_generator_makes_of_the_prior(tmp_path, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_CHECKPOINTS", str(tmp_path))
    shelve_latent(tmp_path)
    engine = Engine("cpu")
    trace = engine.run(GanDrawsSettings(checkpoint="gan-mnist", count=5, seed=3))
    model = engine.load("gan-mnist").model
    made = model.generate(model.prior(5, torch.Generator().manual_seed(3)))
    np.testing.assert_allclose(trace.pictures, made, atol=1e-6)
    np.testing.assert_allclose(trace.logits, model.discriminate(made), atol=1e-5)
    with pytest.raises(InvalidInput, match="no GAN"):
        engine.run(GanDrawsSettings(checkpoint="vae-mnist"))
