"""What the link of "Is it generative?" may hold: draws of an autoencoder beside those of a variational one."""

from pydantic import Field

from .prior_draws import PriorDrawsSettings


class PriorPairLinkSettings(PriorDrawsSettings):
    """`checkpoint` is the autoencoder, whose codes come from `source`; the variational one, `vae`, draws from N(0, I),
    and `judge`, a model with an exact log p, says how likely the pictures are; "" is none."""

    vae: str = Field("", max_length=200, description="the variational autoencoder beside it")
    judge: str = Field("", max_length=200, description="the model that judges the pictures")
