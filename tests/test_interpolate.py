"""Interpolation: the ends come back, the paths are what they are called, and the scores are what their names say."""

import math
from itertools import pairwise

import numpy as np
import pytest
import torch

from playground import figures
from playground.errors import InvalidInput
from playground.models.vae import log_bernoulli
from playground.samplers.paths import lerp, slerp
from playground.traces import InterpolateSettings, compute, format_code, pack_picture, read_end
from playground.traces.interpolate import DRAWS, STATIONS, chi_norms, stations_of
from tests.small_latent import SIDE, small_models

torch.set_num_threads(1)
MODELS = small_models()
PICTURE = (np.add.outer(np.arange(SIDE), np.arange(SIDE)) % 5 < 2).astype(np.uint8)
INK = f"ink:{pack_picture(PICTURE, 2)}"


def settings(name: str, **values: object) -> InterpolateSettings:
    return InterpolateSettings(checkpoint=name, **{"frames": 9, "tiles": 5, **values})


def trace_of(name: str, **values: object):
    return compute(settings(name, **values), MODELS[name])


def decoded(name: str, codes: torch.Tensor) -> np.ndarray:
    model = MODELS[name]
    with torch.no_grad():
        return (model.generate(codes) if name == "gan-mnist" else model.decode(codes).sigmoid()).numpy()


@pytest.mark.parametrize("name", MODELS)
def test_a_path_has_its_ends_its_paths_and_their_pictures(name):
    trace = trace_of(name, first="seed:5", second="seed:6")
    latent = MODELS[name].config.latent
    draws = [torch.randn(1, latent, generator=torch.Generator().manual_seed(n))[0] for n in (5, 6)]
    np.testing.assert_array_equal(trace.ends, torch.stack(draws).numpy())
    along = torch.linspace(0, 1, 9, dtype=torch.float64)
    assert trace.grid == (1, 9)
    for codes, path in zip(trace.codes[:, 0], (lerp, slerp), strict=True):
        np.testing.assert_array_equal(codes, path(*draws, along).numpy())
        np.testing.assert_array_equal(codes[[0, -1]], trace.ends)
    np.testing.assert_allclose(trace.norms, np.linalg.norm(trace.codes, axis=-1), rtol=1e-6)
    shown = decoded(name, torch.tensor(trace.codes.reshape(-1, latent))).reshape(2, 1, 9, SIDE, SIDE)
    np.testing.assert_allclose(trace.pictures[:2], shown, atol=1e-3)
    t = np.linspace(0, 1, 9)[:, None, None]
    faded = (1 - t) * shown[0, 0, 0] + t * shown[0, 0, -1]
    np.testing.assert_allclose(trace.pictures[2, 0], faded, atol=1e-3)
    assert trace.angles[0, 1] == pytest.approx(
        math.acos(float(draws[0] @ draws[1] / (draws[0].norm() * draws[1].norm()))), abs=1e-4
    )
    assert [trace.place(frame) for frame in (0, 4, 8)] == [(0.0,), (0.5,), (1.0,)]


@pytest.mark.parametrize("name", MODELS)
def test_a_surface_has_its_corners_and_its_edges_are_paths(name):
    trace = trace_of(name, ends="four")
    assert trace.grid == (5, 5)
    for way in (0, 1):
        corners = trace.codes[way][[0, 0, -1, -1], [0, -1, 0, -1]]
        np.testing.assert_array_equal(corners, trace.ends)
    path = trace_of(name, frames=5)
    np.testing.assert_allclose(trace.codes[:, 0], path.codes[:, 0], atol=1e-6)
    np.testing.assert_array_equal(trace.pictures[2, 0], path.pictures[2, 0])
    assert [trace.place(frame) for frame in (0, 7, 24)] == [(0.0, 0.0), (0.25, 0.5), (1.0, 1.0)]


@pytest.mark.parametrize("name", [n for n in MODELS if n != "gan-mnist"])
def test_a_drawing_is_encoded_and_its_own_pixels_are_faded(name):
    trace = trace_of(name, first=INK, second="seed:2")
    model = MODELS[name]
    x = torch.from_numpy(PICTURE).float().unsqueeze(0)
    code = model.encode(x)
    code = (code if name.startswith("auto") else code.mean)[0]
    np.testing.assert_array_equal(trace.ends[0], code.numpy())
    np.testing.assert_array_equal(trace.end_pictures[0], PICTURE)
    np.testing.assert_array_equal(trace.pictures[2, 0, 0], PICTURE)
    assert not np.array_equal(trace.pictures[0, 0, 0], PICTURE), "the codes' path begins with the reconstruction"
    assert trace.kinds == ("drawing", "seed")


@pytest.mark.parametrize("name", MODELS)
def test_the_same_settings_give_the_same_trace_and_a_code_that_was_read_off_gives_its_path(name):
    first = trace_of(name)
    again = trace_of(name)
    for field in ("codes", "pictures", "scores"):
        np.testing.assert_array_equal(getattr(first, field), getattr(again, field))
    ends = {key: f"code:{format_code(code)}" for key, code in zip(("first", "second"), first.ends, strict=True)}
    np.testing.assert_allclose(trace_of(name, **ends).codes, first.codes, atol=6e-4)
    other = trace_of(name, seed=1)
    np.testing.assert_array_equal(other.codes, first.codes)
    assert np.array_equal(other.scores, first.scores) == (name == "gan-mnist")


def test_what_a_frame_scores_is_what_the_measure_is_called():
    uniform = torch.rand(SIDE, SIDE, generator=torch.Generator().manual_seed(0))
    auto = trace_of("autoencoder-mnist-2d")
    assert (auto.measure, auto.draws, auto.typical.size) == ("reconstruction", 0, 0)
    model = MODELS["autoencoder-mnist-2d"]
    codes = torch.tensor(auto.codes[0, 0])
    with torch.no_grad():
        x = (uniform < model.decode(codes).sigmoid()).float()
        expected = log_bernoulli(model.decode(model.encode(x)), x)
    np.testing.assert_allclose(auto.scores[0], expected.numpy(), rtol=1e-4)

    gan = trace_of("gan-mnist")
    assert (gan.measure, gan.draws) == ("discriminator", 0)
    grey = torch.from_numpy(gan.pictures[:, 0].astype(np.float32)).flatten(0, 1)
    with torch.no_grad():
        real = MODELS["gan-mnist"].discriminate(grey).sigmoid().view(3, -1)
    np.testing.assert_allclose(gan.scores, real.numpy(), atol=2e-3)

    vae = trace_of("vae-mnist-2d")
    assert (vae.measure, vae.draws) == ("iwae", DRAWS)


def test_the_score_of_a_vae_estimates_a_bound_below_log_p():
    """With two latent numbers log p(x) is had by quadrature over the prior; the estimate is below it on average."""
    model = MODELS["vae-mnist-2d"]
    grid = torch.linspace(-5, 5, 61, dtype=torch.float64)
    z = torch.cartesian_prod(grid, grid)
    log_prior = -z.square().sum(1) / 2 - math.log(2 * math.pi) + 2 * math.log(float(grid[1] - grid[0]))
    gaps = []
    with torch.no_grad():
        logits = model.decode(z.float())
        for seed in range(40):
            trace = trace_of("vae-mnist-2d", frames=2, seed=seed)
            uniform = torch.rand(SIDE, SIDE, generator=torch.Generator().manual_seed(seed))
            x = (uniform < model.decode(torch.tensor(trace.codes[0, 0])).sigmoid()).float()
            exact = [(log_bernoulli(logits, one[None]).double() + log_prior).logsumexp(0) for one in x]
            gaps.append((torch.stack(exact).numpy() - trace.scores[0]).mean())
    error = np.std(gaps) / math.sqrt(len(gaps))
    assert np.mean(gaps) > -3 * error
    assert np.mean(gaps) < 6, "and no empty bound"


@pytest.mark.parametrize("latent", [1, 2, 5, 32])
def test_typical_norms_are_those_of_draws_from_the_prior(latent):
    norms = torch.randn(40_000, latent, generator=torch.Generator().manual_seed(0)).norm(dim=1)
    low, mean, high = chi_norms(latent)
    assert mean == pytest.approx(norms.mean().item(), abs=0.015)
    assert ((norms < low).float().mean().item(), (norms < high).float().mean().item()) == pytest.approx(
        (0.05, 0.95), abs=0.005
    )
    assert chi_norms(1)[2] == pytest.approx(1.959964, abs=1e-5)


def test_a_slow_model_judges_evenly_spaced_frames_with_the_ends_among_them():
    assert stations_of(1, 9, 17).tolist() == list(range(9))
    path = stations_of(1, 181, STATIONS["two"])
    assert (path[0], path[-1], len(path)) == (0, 180, STATIONS["two"])
    assert {b - a for a, b in pairwise(path.tolist())} <= {11, 12}
    surface = stations_of(9, 9, STATIONS["four"])
    assert surface.tolist() == [9 * row + column for row in (0, 2, 4, 6, 8) for column in (0, 2, 4, 6, 8)]
    for tiles in range(3, 16):
        found = stations_of(tiles, tiles, STATIONS["four"])
        assert {0, tiles - 1, tiles * (tiles - 1), tiles**2 - 1} <= set(found.tolist())
        assert len(found) <= STATIONS["four"]
    slow = trace_of("vae-mnist", frames=41)
    assert slow.scores.shape == (3, STATIONS["two"])


WRONG = {
    "seed:": "whole number",
    "seed:-1": "whole number",
    "seed:3.5": "whole number",
    "seed:99999999999": "whole number",
    "code:1": "latent space has 2",
    "code:1,2,3": "latent space has 2",
    "code:nan,0": "not allowed",
    "code:inf,0": "not allowed",
    "code:1,200": "not allowed",
    "code:1,x": "not a number",
    "ink:!!": "not a packed picture",
    "ink:AAAA": "bytes",
    f"ink:{pack_picture(np.zeros((SIDE, SIDE), np.uint8), 2)}": "empty drawing",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_no_end_is_refused_in_words(text):
    with pytest.raises(InvalidInput, match=WRONG[text]) as refused:
        compute(settings("vae-mnist-2d", second=text), MODELS["vae-mnist-2d"])
    assert "second" in str(refused.value)


def test_settings_refuse_an_unknown_kind_of_end_and_a_gan_a_drawing():
    with pytest.raises(InvalidInput, match="begins with seed:, code: or ink:"):
        InterpolateSettings.checked(checkpoint="x", first="digit:3")
    with pytest.raises(InvalidInput, match="begins with"):
        read_end(MODELS["gan-mnist"], "3", "first")
    with pytest.raises(InvalidInput, match="no encoder"):
        read_end(MODELS["gan-mnist"], INK, "first")
    with pytest.raises(InvalidInput, match="no latent space"):
        compute(settings("x"), torch.nn.Linear(1, 1))


@pytest.mark.parametrize(
    ("name", "ends"), [("vae-mnist-2d", "two"), ("autoencoder-mnist-2d", "four"), ("gan-mnist", "two")]
)
def test_files_hold_the_numbers_of_the_trace(name, ends):
    trace = trace_of(name, ends=ends)
    made = {label: make() for label, (_, make) in figures.interpolate.files(trace).items()}
    assert made["PNG"].startswith(b"\x89PNG")
    assert made["GIF"].startswith(b"GIF89a")
    rows = [line.split(",") for line in made["CSV"].splitlines()]
    frames = trace.codes.shape[1] * trace.codes.shape[2]
    assert len(rows) == 1 + 3 * frames
    at = rows[0].index("norm")
    assert float(rows[1][at]) == pytest.approx(float(trace.norms[0, 0, 0]))
    assert [float(v) for v in rows[2 * frames][at + 1 : -1]] == pytest.approx(trace.codes[1, -1, -1].tolist())
    assert rows[-1][at] == "", "a cross-fade has no code"
    assert float(rows[-1][-1]) == pytest.approx(float(trace.scores[2, -1]))
    words = figures.interpolate.words(trace)
    assert words["linear"] == f"{trace.norms[0, trace.grid[0] // 2, trace.grid[1] // 2]:.2f}"


def test_the_window_holds_the_ends_and_the_level_is_that_of_real_digits():
    far = trace_of("vae-mnist-2d", first="code:9,-8")
    x0, x1, y0, y1 = figures.interpolate.window(far, np.zeros((5, 2)))
    assert x0 < -3
    assert x1 > 9
    assert y0 < -8
    assert y1 > 3
    nats = np.array([60.0, 80.0], np.float32)
    assert figures.interpolate.level(far, nats) == -70
    assert figures.interpolate.level(far, None) is None
    logits = np.zeros(3, np.float32)
    assert figures.interpolate.level(trace_of("gan-mnist"), logits) == 0.5
