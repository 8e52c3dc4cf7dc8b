"""The traces of the energy views: pure functions of their settings, whose numbers are those of the model."""

import csv
import io

import numpy as np
import pytest
import torch
from PIL import Image

from playground import figures, traces
from playground.errors import InvalidInput
from playground.models.energy import EnergyModel, EnergyModelConfig, PointEnergy, PointEnergyConfig
from playground.traces import (
    AnomalySettings,
    DenoiseSettings,
    EnergyChainSettings,
    RatioSettings,
    flipped,
    pack_greys,
    unpack_greys,
)
from playground.traces.energy_digits import FRAMES, kept_steps

torch.set_num_threads(1)
SIDE = 8
PICTURE = np.random.default_rng(0).integers(0, 256, (SIDE, SIDE)).astype(np.uint8)
OTHER = np.random.default_rng(1).integers(0, 256, (SIDE, SIDE)).astype(np.uint8)


def energy_model(height: int = SIDE, width: int = SIDE) -> EnergyModel:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = EnergyModel(EnergyModelConfig(height=height, width=width, features=4))
    for parameter in model.parameters():
        parameter.data *= 3
    return model.eval().requires_grad_(False)


@pytest.fixture(scope="module")
def model() -> EnergyModel:
    return energy_model()


def energies(model: EnergyModel, pictures: np.ndarray) -> np.ndarray:
    flat = torch.from_numpy(pictures.astype(np.float32)).view(-1, *pictures.shape[-2:])
    return model.energy(flat).numpy().reshape(pictures.shape[:-2])


ALL = [
    EnergyChainSettings(checkpoint="x", chains=3, steps=12, seed=4),
    EnergyChainSettings(checkpoint="x", chains=3, steps=12, kernel="mala", temperature=0.5, seed=4),
    RatioSettings(checkpoint="x", first=pack_greys(PICTURE), second=pack_greys(OTHER)),
    AnomalySettings(checkpoint="x", picture=pack_greys(PICTURE), seed=2),
    DenoiseSettings(checkpoint="x", picture=pack_greys(PICTURE), steps=9),
    DenoiseSettings(checkpoint="x", picture=pack_greys(PICTURE), steps=9, corruption="salt", hold=True),
]


@pytest.mark.parametrize("settings", ALL, ids=lambda s: s.kind)
def test_a_trace_is_pure_and_read_only_and_leaves_the_global_generator_alone(model, settings):
    before = torch.get_rng_state()
    trace, again = traces.compute(settings, model), traces.compute(settings, model)
    assert torch.equal(before, torch.get_rng_state())
    for name, value in vars(trace).items():
        assert np.array_equal(value, vars(again)[name]), name
        if isinstance(value, np.ndarray):
            assert not value.flags.writeable
            assert np.isfinite(value).all(), name
    with np.load(io.BytesIO(trace.to_bytes())) as archive:
        assert set(archive) == set(vars(trace))


@pytest.mark.parametrize("kernel", ["ula", "mala"])
@pytest.mark.parametrize("temperature", [1.0, 0.25])
def test_the_energies_and_gradients_of_chains_are_the_models(model, kernel, temperature):
    settings = EnergyChainSettings(checkpoint="x", chains=4, steps=20, kernel=kernel, temperature=temperature, seed=1)
    trace = traces.compute(settings, model)
    assert trace.kept.tolist() == list(range(21))
    np.testing.assert_allclose(energies(model, trace.pictures).T, trace.energies, rtol=2e-3, atol=2e-2)
    np.testing.assert_allclose(
        energies(model, trace.denoised(-1)), trace.denoised_energies[:, -1], rtol=2e-3, atol=2e-2
    )
    x = torch.from_numpy(trace.pictures[7].astype(np.float32)).requires_grad_()
    (gradient,) = torch.autograd.grad(model.energy(x).sum(), x)
    np.testing.assert_allclose(gradient.numpy(), trace.gradients[7], rtol=1e-2, atol=2e-2)
    assert (trace.failed == -1).all()


def test_a_rejected_proposal_stays_in_the_trace_and_the_chain_stays_where_it_was(model):
    settings = EnergyChainSettings(checkpoint="x", chains=6, steps=40, kernel="mala", step_size=0.28, seed=3)
    trace = traces.compute(settings, model)
    assert 0 < trace.accepted.sum() < trace.accepted.size
    np.testing.assert_array_equal(trace.accepted, np.log(trace.uniform) < trace.log_ratio)
    for step in range(1, 41):
        for chain in range(6):
            here, before = trace.pictures[step, chain], trace.pictures[step - 1, chain]
            proposal, at = trace.proposals[step, chain], (chain, step - 1)
            if trace.accepted[at]:
                np.testing.assert_array_equal(here, proposal)
                assert trace.energies[chain, step] == trace.proposal_energies[at]
            else:
                np.testing.assert_array_equal(here, before)
                assert trace.energies[chain, step] == trace.energies[chain, step - 1]
                assert not np.array_equal(proposal, before)
    np.testing.assert_allclose(energies(model, trace.proposals[1:]).T, trace.proposal_energies, rtol=2e-3, atol=2e-2)


def test_a_chain_from_a_drawing_starts_there_and_at_temperature_zero_it_would_descend(model):
    settings = EnergyChainSettings(
        checkpoint="x", start="drawing", picture=pack_greys(PICTURE), chains=2, steps=30, temperature=0.02
    )
    trace = traces.compute(settings, model)
    np.testing.assert_allclose(trace.pictures[0], np.stack([PICTURE / 255] * 2), atol=1e-3)
    assert (trace.energies[:, -1] < trace.energies[:, 0]).all()
    assert trace.proposals.shape == (0, 2, SIDE, SIDE)
    assert trace.accepted.shape == (2, 0)


@pytest.mark.parametrize(("steps", "chains"), [(1, 1), (2_000, 16), (500, 16), (2_000, 1), (199, 16), (300, 9)])
def test_the_kept_pictures_stay_in_the_budget_and_hold_both_ends(steps, chains):
    kept = kept_steps(steps, chains)
    assert kept[0] == 0
    assert kept[-1] == steps
    assert len(kept) * chains <= FRAMES + chains
    assert (np.diff(kept) > 0).all()
    if (steps + 1) * chains <= FRAMES - 2 * chains:
        assert len(kept) == steps + 1


def test_progress_is_reported_and_what_it_raises_cancels(model):
    shares = []
    traces.compute(EnergyChainSettings(checkpoint="x", chains=1, steps=40), model, shares.append)
    assert shares == [0.25, 0.5, 0.75, 1.0]

    def stop(share: float) -> None:
        raise KeyboardInterrupt

    for settings in (ALL[0], ALL[2], ALL[4]):
        with pytest.raises(KeyboardInterrupt):
            traces.compute(settings, model, stop)


def test_ratios_are_antisymmetric_and_add_up(model):
    def ratio(a: np.ndarray, b: np.ndarray) -> traces.RatioTrace:
        return traces.compute(RatioSettings(checkpoint="x", first=pack_greys(a), second=pack_greys(b)), model)

    forth, back = ratio(PICTURE, OTHER), ratio(OTHER, PICTURE)
    assert forth.log_ratio == pytest.approx(-back.log_ratio, abs=1e-4)
    assert ratio(PICTURE, PICTURE).log_ratio == 0
    assert forth.log_ratio == pytest.approx(
        float(energies(model, np.stack([PICTURE, OTHER]) / 255) @ [1, -1]), abs=1e-3
    )
    for position in (0, 17, SIDE * SIDE - 1):
        moved = flipped(OTHER, position)
        assert (moved != OTHER).sum() == 1
        step = ratio(OTHER, moved).log_ratio
        assert step == pytest.approx(float(forth.flips.flat[position]), abs=1e-3), "the map says what a click does"
        assert ratio(PICTURE, moved).log_ratio == pytest.approx(forth.log_ratio + step, abs=1e-3)


def test_the_versions_of_a_picture_are_what_they_are_called(model):
    trace = traces.compute(AnomalySettings(checkpoint="x", picture=pack_greys(PICTURE), seed=5), model)
    x, inverted, shuffled, rotated, blurred, noise = trace.pictures
    np.testing.assert_allclose(x, PICTURE / 255, atol=1e-6)
    np.testing.assert_allclose(inverted, 1 - x, atol=1e-6)
    np.testing.assert_array_equal(np.sort(shuffled.ravel()), np.sort(x.ravel()))
    np.testing.assert_array_equal(rotated, np.rot90(x))
    assert np.abs(np.diff(blurred)).mean() < 0.5 * np.abs(np.diff(x)).mean()
    assert not np.array_equal(noise, x)
    np.testing.assert_allclose(energies(model, trace.pictures), trace.energies, rtol=1e-5)
    far = traces.compute(AnomalySettings(checkpoint="x", picture=pack_greys(PICTURE), seed=6), model)
    assert not np.array_equal(far.pictures[2], shuffled)
    wide = traces.compute(AnomalySettings(checkpoint="x"), energy_model(8, 12))
    assert wide.pictures.shape == (6, 8, 12)


@pytest.mark.parametrize("corruption", ["gaussian", "salt", "occlusion"])
@pytest.mark.parametrize("hold", [False, True])
def test_denoising_goes_down_from_the_corrupted_picture(model, corruption, hold):
    packed = pack_greys(PICTURE)
    settings = DenoiseSettings(checkpoint="x", picture=packed, corruption=corruption, hold=hold, steps=25, share=0.3)
    trace = traces.compute(settings, model)
    np.testing.assert_allclose(trace.pictures[0], np.stack([trace.corrupted] * 3), atol=2e-3)
    np.testing.assert_array_equal(trace.corrupted[~trace.touched], trace.clean[~trace.touched])
    assert trace.touched.all() == (corruption == "gaussian")
    assert (np.diff(trace.energies[0]) < 1e-3).all(), "plain descent never goes up"
    np.testing.assert_allclose(energies(model, trace.pictures).T, trace.energies, rtol=2e-3, atol=2e-2)
    distance = np.sqrt(np.square(trace.pictures.astype(np.float32) - trace.clean).mean((2, 3))).T
    np.testing.assert_allclose(distance, trace.rmse, atol=2e-3)
    if hold:
        held = ~trace.touched
        assert (trace.pictures[..., held] == trace.pictures[0, 0][held]).all()
        assert (trace.gradients[..., held] == 0).all()
    else:
        step = trace.corrupted - trace.noise**2 * trace.gradients[0, 2].astype(np.float32)
        np.testing.assert_allclose(trace.pictures[1, 2], step, atol=4e-3)
    assert (trace.pictures[2:, 2] == trace.pictures[1, 2]).all()


def test_what_does_not_fit_is_refused_in_words(model):
    points = PointEnergy(PointEnergyConfig()).eval()
    for settings in ALL:
        with pytest.raises(InvalidInput, match="no energy model of pictures"):
            traces.compute(settings, points)
        name = "second" if isinstance(settings, RatioSettings) else "picture"
        wanted = settings.model_copy(update={name: "AAAA", "start": "drawing"})
        with pytest.raises(InvalidInput, match="pixels of 256 levels take 64"):
            traces.compute(wanted, model)
    for name, value in (("step_size", 0), ("temperature", float("nan")), ("chains", 17), ("steps", 2_001)):
        with pytest.raises(InvalidInput, match=name):
            EnergyChainSettings.checked(checkpoint="x", **{name: value})
    np.testing.assert_array_equal(unpack_greys(pack_greys(PICTURE), (SIDE, SIDE)), PICTURE)
    with pytest.raises(InvalidInput, match="second"):
        unpack_greys("AAAA", (SIDE, SIDE), "second")


def makers(model: EnergyModel) -> dict[str, dict]:
    chain, mala, ratio, anomaly, denoising, _ = (traces.compute(settings, model) for settings in ALL)
    reference = np.linspace(-5, 5, 50).astype(np.float32)
    return {
        "chains": figures.energy_files.chains(chain, 5),
        "mala": figures.energy_files.chains(mala),
        "ratio": figures.energy_files.ratio(ratio, [("drawn", 1.5)]),
        "anomaly": figures.energy_files.anomaly(anomaly, reference),
        "denoising": figures.energy_files.denoising(denoising, 3),
    }


def test_the_files_are_real(model):
    rows = {"chains": 3 * 13, "mala": 3 * 13, "ratio": SIDE * SIDE, "anomaly": 6, "denoising": 3 * 10}
    for name, files in makers(model).items():
        for label, (extension, make) in files.items():
            content = make()
            if extension in ("png", "gif"):
                with Image.open(io.BytesIO(content)) as picture:
                    assert picture.width > 100, label
                    assert getattr(picture, "n_frames", 1) > (1 if extension == "gif" else 0)
            elif extension == "csv":
                table = list(csv.DictReader(io.StringIO(content)))
                assert len(table) == (rows[name] if label == "CSV" else 1)


def test_words_and_figures_carry_their_signs(model):
    chain, _, ratio, anomaly, denoising, _ = (traces.compute(settings, model) for settings in ALL)
    reference = np.linspace(anomaly.energy - 10, anomaly.energy + 10, 201).astype(np.float32)
    assert figures.energy.rank(anomaly.energy, reference) == pytest.approx(0.5, abs=0.01)
    assert "ordinary" in figures.energy.rank_words(anomaly.energy, reference)
    assert "above every one" in figures.energy.rank_words(1e9, reference)
    assert "below every one" in figures.energy.rank_words(-1e9, reference)
    assert "very unusual" in figures.energy.rank_words(float(reference[-2]), reference)
    line = figures.energy.ratio_line(ratio)
    assert "log p(x′)/p(x) = E(x) − E(x′)" in line
    assert figures.energy.number(ratio.log_ratio, 2, plus=True) in line
    assert len(figures.energy.standing(anomaly, reference).layout.annotations) == 6
    table = figures.energy.versions(anomaly, reference, {"rotated": 0.9})
    assert table.count("<tr>") == 7
    assert "0.9000" in table
    assert figures.energy.moves([("drawn", 2.0), ("flip", -0.5)]).data[0].y[-1] == 1.5
    assert figures.energy.flips(ratio, dark=True).data[0].z.shape == (SIDE, SIDE)
    assert all(figures.energy.chain_words(chain).values())
    assert all(figures.energy.denoise_words(denoising).values())
