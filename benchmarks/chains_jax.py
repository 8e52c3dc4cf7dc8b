"""The other side of `benchmarks.chains`: the same densities in JAX, and blackjax's kernels compiled over many steps."""

import time
from collections.abc import Callable

import blackjax
import jax
import jax.numpy as jnp
import numpy as np

from playground.targets import TARGETS

Array = jax.Array


def plane(name: str) -> Callable[[Array], Array]:
    """log density (up to its constant) of one point (2,): the catalogue's target, written again."""
    energy = TARGETS[name].energy
    if name == "gaussian":
        precision = jnp.asarray(energy.precision.numpy(), jnp.float32)
        return lambda x: -0.5 * x @ precision @ x
    if name == "banana":
        a, b, s = energy.a, energy.b, energy.s
        return lambda x: -0.5 * (x[0] / a) ** 2 - 0.5 * ((x[1] - b * (x[0] ** 2 - a**2)) / s) ** 2
    if name == "funnel":
        return lambda x: -(x[1] ** 2) / (2 * energy.s**2) - x[1] / 2 - x[0] ** 2 * jnp.exp(-x[1]) / 2
    if name == "ring":
        return lambda x: -0.5 * ((jnp.sqrt(x @ x + 1e-12) - energy.radius) / energy.width) ** 2
    centres = jnp.asarray(energy.centres.numpy(), jnp.float32)  # the two mixtures
    return lambda x: jax.nn.logsumexp(-((x - centres) ** 2).sum(-1) / (2 * energy.width**2))


def picture(weights: dict[str, np.ndarray]) -> Callable[[Array], Array]:
    """log density of one picture (1, 28, 28) under the convolutional network whose torch weights are given."""
    w = {name: jnp.asarray(value) for name, value in weights.items()}
    kernels = [w[f"{k}.weight"].transpose(2, 3, 1, 0) for k in (0, 2, 4)]  # (height, width, in, out)

    def log_density(x: Array) -> Array:
        z = x.transpose(1, 2, 0)[None]  # (1, H, W, 1)
        for k, kernel in zip((0, 2, 4), kernels, strict=True):
            edge = kernel.shape[0] // 2
            z = jax.lax.conv_general_dilated(
                z, kernel, (2, 2), [(edge, edge), (edge, edge)], dimension_numbers=("NHWC", "HWIO", "NHWC")
            )
            z = jax.nn.silu(z + w[f"{k}.bias"])
        flat = z.transpose(0, 3, 1, 2).reshape(-1)  # torch flattens channels first
        return -(flat @ w["7.weight"][0] + w["7.bias"][0]) - 0.5 * (x**2).sum()

    return log_density


def algorithm(kernel: str, log_density: Callable, step_size: float, leapfrog: int, shape: tuple[int, ...]) -> object:
    """blackjax's kernel at the step size of ours: x − ε²/2 ∇E + ε ξ is its Langevin step of size ε²/2."""
    if kernel == "random walk":
        return blackjax.additive_step_random_walk(
            log_density, lambda key, x: step_size * jax.random.normal(key, x.shape, x.dtype)
        )
    if kernel == "MALA":
        return blackjax.mala(log_density, step_size**2 / 2)
    return blackjax.hmc(log_density, step_size, jnp.ones(int(np.prod(shape))), leapfrog)


def compiled(
    kernel: str, log_density: Callable, step_size: float, leapfrog: int, begin: np.ndarray, steps: int, keep: bool
) -> Callable[[int], tuple[float, np.ndarray, float]]:
    """A function of the seed that runs all chains, compiled already: vmap over chains inside, scan over steps outside.

    It returns seconds, draws (S, C, …) or energies (S, C), and the mean acceptance probability.
    """
    shape = begin.shape[1:]
    if kernel == "HMC":  # its metric takes vectors only
        inner, begin = log_density, begin.reshape(len(begin), -1)
        log_density = lambda x: inner(x.reshape(shape))  # noqa: E731
    method = algorithm(kernel, log_density, step_size, leapfrog, shape)

    def one(state: object, key: Array) -> tuple:
        state, info = jax.vmap(method.step)(jax.random.split(key, len(begin)), state)
        return state, (state.position if keep else -state.logdensity, info.acceptance_rate.mean())

    @jax.jit
    def run(position: Array, key: Array) -> tuple:
        return jax.lax.scan(one, jax.vmap(method.init)(position), jax.random.split(key, steps))

    position = jnp.asarray(begin)
    jax.block_until_ready(run(position, jax.random.key(0)))

    def measured(seed: int) -> tuple[float, np.ndarray, float]:
        begun = time.perf_counter()
        _, (draws, rate) = jax.block_until_ready(run(position, jax.random.key(seed)))
        return time.perf_counter() - begun, np.asarray(draws), float(rate.mean())

    return measured


def log_densities(log_density: Callable, points: np.ndarray) -> np.ndarray:
    """(C,) at points (C, …), to check that both sides have the same target."""
    return np.asarray(jax.vmap(log_density)(jnp.asarray(points)))
