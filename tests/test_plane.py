"""The plane's traces: tiles are what the decoder says, a window holds the codes, a point is decoded."""

import io
from itertools import pairwise

import numpy as np
import pytest
import torch
from PIL import Image

from playground import figures
from playground.errors import InvalidInput
from playground.traces import (
    DecodeSettings,
    PlaneSettings,
    PlaneSide,
    compute,
    decoder_weights,
    window_of,
)
from tests.small_latent import SIDE, codes_for, small_models

torch.set_num_threads(1)
MODELS = small_models()
FLAT = ("autoencoder-mnist-2d", "vae-mnist-2d")


def side(name: str, **settings: object) -> PlaneSide:
    codes = codes_for(MODELS[name])
    trace = compute(PlaneSettings(checkpoint=name, tiles=5, **settings), MODELS[name])
    return PlaneSide(name, trace, codes.mean, codes.deviation, codes.labels)


@pytest.mark.parametrize("name", FLAT)
def test_a_tile_is_its_middle_decoded(name):
    trace = compute(PlaneSettings(checkpoint=name, centre="1.5,-2.25", reach=3.0, tiles=7), MODELS[name])
    assert trace.tiles.shape == (7, 7, SIDE, SIDE)
    assert trace.window.tolist() == [-1.5, 4.5, -5.25, 0.75]
    assert trace.across[3] == 1.5
    assert trace.up[3] == -2.25
    steps = np.diff(np.stack([trace.across, trace.up]), axis=1)
    assert steps == pytest.approx(6 / 7, abs=1e-5)
    for row, column in [(0, 0), (2, 6), (6, 1)]:
        z = torch.tensor([[trace.across[column], trace.up[row]]])
        expected = torch.sigmoid(MODELS[name].decode(z))[0].numpy()
        assert np.abs(trace.tiles[row, column].astype(np.float32) - expected).max() < 1e-3


@pytest.mark.parametrize("name", FLAT)
def test_the_weights_in_a_row_are_the_decoder(name):
    flat, sizes = decoder_weights(MODELS[name])
    assert sizes.tolist() == [2, 16, 16, SIDE * SIDE]
    z = np.array([0.7, -1.3])
    y, place = z, 0
    for n, (inputs, outputs) in enumerate(pairwise(sizes)):
        weight = flat[place : place + inputs * outputs].reshape(outputs, inputs)
        bias = flat[place + inputs * outputs : place + (inputs + 1) * outputs]
        place += (inputs + 1) * outputs
        y = weight @ (y if n == 0 else y / (1 + np.exp(-y))) + bias
    assert place == len(flat)
    expected = MODELS[name].decode(torch.tensor(z[None], dtype=torch.float32))[0].flatten().numpy()
    assert y == pytest.approx(expected, abs=1e-5)


def test_a_code_is_decoded_whatever_its_length():
    for name, model in MODELS.items():
        if name.startswith("gan"):
            continue
        text = ",".join(["0.125"] * model.config.latent)
        trace = compute(DecodeSettings(checkpoint=name, z=text), model)
        expected = torch.sigmoid(model.decode(torch.full((1, model.config.latent), 0.125)))[0]
        assert trace.probabilities == pytest.approx(expected.numpy(), abs=1e-6)
        assert 0 <= trace.probabilities.min() <= trace.probabilities.max() <= 1


@pytest.mark.parametrize(
    ("z", "words"),
    [("1", "1 coordinates"), ("1,2,3", "3 coordinates"), ("nan,0", "'nan' is not allowed"), ("0,inf", "'inf' is"),
     ("a,0", "'a' is not a number"), ("0,-101", "'-101' is not allowed"), ("", "1 coordinates")],
)  # fmt: skip
def test_a_wrong_code_is_named(z, words):
    with pytest.raises(InvalidInput, match=r"z=.*" + words):
        compute(DecodeSettings(checkpoint=FLAT[0], z=z), MODELS[FLAT[0]])


def test_models_without_a_plane_are_refused_in_words():
    with pytest.raises(InvalidInput, match="without an MLP decoder"):
        compute(PlaneSettings(checkpoint="vae-mnist"), MODELS["vae-mnist"])
    with pytest.raises(InvalidInput, match="without an MLP decoder"):
        compute(PlaneSettings(checkpoint="gan-mnist"), MODELS["gan-mnist"])
    with pytest.raises(InvalidInput, match="has no decoder"):
        compute(DecodeSettings(checkpoint="gan-mnist"), MODELS["gan-mnist"])
    with pytest.raises(InvalidInput, match=r"reach=0\.0 is not allowed"):
        PlaneSettings.checked(checkpoint=FLAT[0], reach=0.0)


def test_a_window_holds_the_codes():
    draw = np.random.default_rng(0)
    codes = (draw.normal(size=(4000, 2)) * [3, 9] + [5, -40]).astype(np.float32)
    (x, y), reach = window_of(codes, False)
    assert (np.abs(codes - [x, y]) <= reach).all(1).mean() > 0.995
    assert reach < 40
    assert window_of(codes * 1e-6, False)[1] == 0.5
    assert window_of(codes[:0], False) == ((0.0, 0.0), 4.0)
    centre, reach = window_of(draw.normal(size=(4000, 2)).astype(np.float32) * 2, True)
    assert centre == (0.0, 0.0)
    assert 5 < reach < 9
    PlaneSettings.checked(checkpoint="x", reach=window_of(1e9 * codes, True)[1])


def test_what_is_taken_away_holds_every_number():
    sides = tuple(side(name) for name in FLAT)
    points = tuple(compute(DecodeSettings(checkpoint=name, z="0.5,-0.5"), MODELS[name]) for name in FLAT)
    files = figures.plane.files(sides, points, "0123456789")
    stored = np.load(io.BytesIO(files["npz"][1]()))
    assert np.array_equal(stored["vae_codes"], sides[1].codes)
    assert np.array_equal(stored["vae_deviation"], sides[1].deviation)
    assert np.array_equal(stored["autoencoder_tiles"], sides[0].trace.tiles)
    assert np.array_equal(stored["autoencoder_picture"], points[0].probabilities)
    rows = files["CSV of the codes"][1]().splitlines()
    assert rows[0] == "checkpoint,digit,class,z1,z2,sigma1,sigma2"
    assert len(rows) == 1 + sum(len(s.codes) for s in sides)
    assert rows[1].endswith(",,")
    assert float(rows[-1].split(",")[3]) == pytest.approx(float(sides[1].codes[-1, 0]))
    seen = [np.asarray(Image.open(io.BytesIO(files[f"PNG of the {what}"][1]()))) for what in ("planes", "manifolds")]
    assert all(picture.std() > 5 for picture in seen)
    fewer = np.asarray(figures.plane.planes(sides, points, "3"))
    assert (fewer != seen[0]).any()


def test_the_manifold_is_the_right_way_up():
    here = side(FLAT[1], reach=2.0)
    sheet = figures.plane.manifold(here)
    highest = figures.energy_files.grey(here.trace.tiles[-1, 0])
    assert np.array_equal(sheet[:SIDE, :SIDE], highest)
