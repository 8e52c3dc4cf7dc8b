"""RNADE: NADE for real values; each conditional is a mixture of Gaussians or Laplacians.

a_1 = c,  a_{d+1} = a_d + W_{·,d} x_d,  h_d = max(0, ρ_d a_d), and V_d h_d + b_d holds the mixture's weights (softmax),
means and scales (exp). ρ_d, one number per position, keeps the growing sum at the size that the next layer is used to.
Data are whitened per position inside; everything that is seen from outside is in the data's own units, so a density
holds the − Σ log scale that the change of units costs.

1. Uria, Murray, Larochelle (2013). RNADE: The real-valued neural autoregressive density-estimator. NIPS.
   arXiv:1306.0186. Section 3 (the model), section 4 (training).
2. Uria, Côté, Gregor, Murray, Larochelle (2016). Neural Autoregressive Distribution Estimation. JMLR 17, section 4.

The page shows: each step's conditional with its components, the draw by its inverse, and the joint density of 2-D data.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from .flat import FlatModel
from .limits import require_choice, require_ordering, require_whole
from .mixtures import mixture_log_density

NARROWEST = 7.0  # a component's log scale, whitened, stays within ±7: a column that never varies has a finite density
CONSTANT = 1e-4  # a column whose standard deviation is below it is not stretched


@dataclass(frozen=True)
class RNADEConfig:
    """height, width: of one example; a point in the plane has height 1, width 2. ordering: a name or flat positions.

    hidden: H, hidden units. components: K, of each mixture. kind: of component, "gaussian" or "laplace".
    Raises ValueError for a field that is not allowed.
    """

    height: int = 1
    width: int = 2
    ordering: str | tuple[int, ...] = "raster"
    hidden: int = 64
    components: int = 10
    kind: str = "gaussian"

    def __post_init__(self) -> None:
        require_whole(self, height=(1, 256), width=(1, 4096), hidden=(1, 8192), components=(1, 256))
        require_choice(self, "kind", "gaussian", "laplace")
        require_ordering(self)

    @property
    def levels(self) -> int:
        """0: a position holds a real number, not one of finitely many levels."""
        return 0

    @property
    def positions(self) -> int:
        """D."""
        return self.height * self.width


class RNADE(FlatModel):
    """Real-valued neural autoregressive density estimator; implements the autoregressive protocol.

    P = 3K parameters of a conditional: K weight logits, K means, K log scales, in the data's own units.
    """

    def __init__(self, config: RNADEConfig) -> None:
        super().__init__(config)
        self.head = f"{config.kind}-mixture"
        positions, hidden, components = config.positions, config.hidden, config.components
        self.encode = nn.Parameter(torch.empty(positions, hidden))  # W, a row for each input position
        self.decode = nn.Parameter(torch.empty(positions, 3 * components, hidden))  # V, a matrix for each output
        self.hidden_bias = nn.Parameter(torch.empty(hidden))  # c
        self.bias = nn.Parameter(torch.zeros(positions, 3 * components))  # b
        self.rescale = nn.Parameter(torch.empty(positions))  # ρ, by flat position
        self.register_buffer("mean", torch.zeros(positions))
        self.register_buffer("scale", torch.ones(positions))
        self.initialise()

    def initialise(self, generator: torch.Generator | None = None) -> None:
        """Sums of variance 1 at every step, means spread over the whitened data, scales that overlap.

        generator: of the random weights; None takes the global one, as torch's own layers do.
        """
        positions, components = self.config.positions, self.config.components
        earlier = max(positions - 1, 1)
        nn.init.normal_(self.encode, std=earlier**-0.5, generator=generator)
        nn.init.normal_(self.hidden_bias, generator=generator)
        nn.init.normal_(self.decode, std=0.1 * self.config.hidden**-0.5, generator=generator)
        with torch.no_grad():
            self.rescale[self.order] = (1 + torch.arange(positions) / earlier).rsqrt()
            self.bias[:, components : 2 * components] = torch.linspace(-1.5, 1.5, components + 2)[1:-1]
            self.bias[:, 2 * components :] = -0.7

    def whiten(self, rows: Tensor) -> None:
        """Take mean and standard deviation of each position from training rows (N, height, width).

        They are rounded to float16, as a checkpoint holds them, so that training sees what is shipped.
        Raises ValueError if float16 cannot hold them.
        """
        flat = rows.flatten(1).double()
        scale = flat.std(0, correction=0)
        mean, scale = flat.mean(0).half(), torch.where(scale > CONSTANT, scale, 1.0).half()
        if not (mean.isfinite() & scale.isfinite()).all():
            raise ValueError("rows: a position's mean or spread is beyond 65,504; use a larger unit")
        self.mean.copy_(mean)
        self.scale.copy_(scale)

    def _in_units(self, z: Tensor, mean: Tensor, scale: Tensor) -> Tensor:
        """Network outputs (…, 3K) → parameters in the data's units; mean and scale broadcast against (…, K)."""
        logits, means, log_scales = z.chunk(3, -1)
        log_scales = NARROWEST * torch.tanh(log_scales / NARROWEST) + scale.log()
        return torch.cat([logits, means * scale + mean, log_scales], -1)

    def conditionals(self, x: Tensor) -> Tensor:
        """All conditionals, teacher-forced: (B, height, width) → (B, D, 3K), in O(BDHK) time."""
        with torch.autocast(x.device.type, enabled=False):  # D additions in bfloat16 would lose the sum
            white = (x.flatten(1).to(self.mean.dtype) - self.mean) / self.scale  # (B, D)
            z = _Pass.apply(
                white[:, self.order],
                self.encode[self.order],
                self.decode[self.order],
                self.hidden_bias,
                self.rescale[self.order],
            )  # (D, B, P) by step, without b
            by_position = torch.empty_like(z)
            by_position[self.order] = z
            z = by_position.transpose(0, 1) + self.bias  # (B, D, P)
            return self._in_units(z, self.mean.unsqueeze(1), self.scale.unsqueeze(1))

    def log_prob(self, x: Tensor) -> Tensor:
        """(B, height, width) → (B,), exact log-density in nats, per unit of the data."""
        return mixture_log_density(self.conditionals(x), x.flatten(1).to(self.mean.dtype), self.head).sum(1)

    def begin(self, batch: int) -> Tensor:
        """The pre-activation a_1 = c, (B, H)."""
        return self.hidden_bias.repeat(batch, 1)

    def step(self, state: Tensor, k: int, previous: Tensor | None) -> tuple[Tensor, Tensor]:
        """The conditional of position order[k]; the state, pre-activations (B, H), is updated in place.

        `previous`: (B,) value drawn at step k − 1, None at k = 0. Returns parameters (B, 3K) and the state.
        """
        if previous is not None:
            before = self.order[k - 1]
            state.addr_((previous.to(state.dtype) - self.mean[before]) / self.scale[before], self.encode[before])
        position = self.order[k]
        h = (state * self.rescale[position]).relu()
        z = h @ self.decode[position].t() + self.bias[position]  # (B, P)
        return self._in_units(z, self.mean[position], self.scale[position]), state


class _Pass(torch.autograd.Function):
    """The recurrence over all D positions in ordering, forward and backward without a (B, D, H) tensor.

    Going back, a_d is got from a_{d+1} by subtraction.
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor, encode: Tensor, decode: Tensor, start: Tensor, rescale: Tensor) -> Tensor:
        """x (B, D), encode (D, H), decode (D, P, H), start (H,), rescale (D,) → (D, B, P); row k is of step k."""
        a = start.repeat(len(x), 1)  # (B, H)
        columns = x.t().contiguous()  # (D, B)
        z = x.new_empty(len(columns), len(x), decode.shape[1])
        for k, column in enumerate(columns):
            torch.mm((a * rescale[k]).relu_(), decode[k].t(), out=z[k])
            a.addr_(column, encode[k])
        ctx.save_for_backward(columns, encode, decode, rescale, a)
        return z

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        """From the last position to the first."""
        columns, encode, decode, rescale, a = ctx.saved_tensors
        a = a.clone()
        into_encode, into_decode, into_rescale = (torch.empty_like(t) for t in (encode, decode, rescale))
        into_a = torch.zeros_like(a)  # gradient into a_{k+1} from all later conditionals
        into_x = torch.empty_like(columns) if ctx.needs_input_grad[0] else None
        for k in reversed(range(len(columns))):
            torch.mv(into_a.t(), columns[k], out=into_encode[k])
            if into_x is not None:
                torch.mv(into_a, encode[k], out=into_x[k])
            a.addr_(columns[k], encode[k], alpha=-1)
            h = (a * rescale[k]).relu_()
            torch.mm(grad[k].t(), h, out=into_decode[k])
            local = torch.ops.aten.threshold_backward(grad[k] @ decode[k], h, 0)  # (B, H), into ρ_d a_d
            into_rescale[k] = (local * a).sum()
            into_a.add_(local * rescale[k])
        return into_x.t() if into_x is not None else None, into_encode, into_decode, into_a.sum(0), into_rescale
