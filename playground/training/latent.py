"""Training of autoencoders, variational or not: validation by a bound or a reconstruction, a KL that grows at first."""

import torch
from torch import Tensor, nn

from ..models.vae import VAE
from .loop import Trainer


class LatentTrainer(Trainer):
    """A trainer of models with a code: of a VAE what is validated is −ELBO (with one draw of z, from seed 0 every
    time), of an autoencoder its reconstruction's −log p(x|z), both in nats."""

    grown = False  # whether the KL had its full weight before the first step: a training from trained weights

    def start_from(self, model: nn.Module) -> None:
        """As `Trainer.start_from`; the KL then has its full weight from the first step on."""
        super().start_from(model)
        self.grown = True

    def state_dict(self) -> dict:
        """Everything that `load` needs to go on."""
        return super().state_dict() | {"grown": self.grown}

    def load(self, state: dict) -> None:
        """Go on from a saved state. Raises ValueError if it belongs to another recipe or size."""
        super().load(state)
        self.grown = state["grown"]

    def loss(self, x: Tensor) -> Tensor:
        """The mean over a batch (B, H, W) of what its model minimises, in nats; the KL's weight grows at first."""
        if not isinstance(self.model, VAE):
            return super().loss(x)
        share = 1.0 if self.grown else min(1.0, (self.progress.step + 1) / max(1, self.recipe.kl_warmup))
        return self.model.training_loss(x, self.generator, self.model.config.beta * share).mean()

    def validation_nll(self) -> float:
        """Of the averaged weights on the recipe's first `valid_rows` validation rows, nats."""
        total, generator = 0.0, torch.Generator().manual_seed(0)
        with torch.inference_mode(), torch.autocast(self.device.type, torch.bfloat16, enabled=self.recipe.half):
            for chunk in self.valid.split(100):
                x = chunk.float().to(self.device)
                total += self.average.training_loss(x, generator).sum().item()
        return total / len(self.valid)
