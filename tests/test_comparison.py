"""The table of all models: abilities come from methods, times from a clock that can be stopped, cells from both."""

import csv
import io

import numpy as np
import pytest
import torch

from playground import figures
from playground.errors import InvalidInput
from playground.traces import DrawCostSettings, abilities_of, compute
from playground.traces.draw_cost import LENGTHS, STRETCH, draw
from tests.small_sequences import small_sequence
from tests.test_growth import MODELS, WAYS

torch.set_num_threads(1)
MEASURED = {name: MODELS[name] for name in ("NADE", "RBM", "ebm-mnist", "vae-mnist", "autoencoder-mnist-2d")}


class Offers:
    """A model with these methods and, as `attributes`, things that cannot be called."""

    def __init__(self, *methods: str, attributes: tuple[str, ...] = ()) -> None:
        for name in methods:
            setattr(self, name, lambda: None)
        for name in attributes:
            setattr(self, name, torch.zeros(2))


@pytest.mark.parametrize(
    ("model", "found"),
    [
        (Offers("log_prob", "begin", "step"), ("exact", "conditionals", "", "log_prob")),
        (Offers("elbo", "encode", "decode"), ("bound", "search", "code", "elbo")),
        (Offers("energy"), ("unnormalised", "clamped", "", "energy")),
        (Offers("energy", "hidden_given"), ("unnormalised", "clamped", "hidden", "energy")),
        (Offers("encode", "decode", "reconstruction"), ("none", "search", "code", "reconstruction")),
        (Offers("generate", "discriminate"), ("none", "search", "", "discriminate")),
        (Offers(attributes=("encode", "decode", "energy")), ("none", "", "", "")),
    ],
)
def test_abilities_are_what_the_methods_allow(model, found):
    able = abilities_of(model)
    assert (able.density, able.complete, able.encode, able.score) == found


def test_abilities_of_the_real_models():
    assert abilities_of(MODELS["NADE"]).encode == "", "its matrices named encode and decode are no methods"
    assert {abilities_of(MODELS[n]).density for n in WAYS if WAYS[n] == "pixels"} == {"exact"}
    assert abilities_of(MODELS["vae-mnist"]).density == "bound"
    assert abilities_of(MODELS["gan-mnist"]).density == "none"
    assert abilities_of(MODELS["RBM"]).encode == "hidden"


@pytest.fixture(scope="module")
def measured():
    reports = []
    settings = DrawCostSettings(checkpoints=",".join(MEASURED), many=3)
    return compute(settings, MEASURED, reports.append), reports


def test_every_model_is_measured(measured):
    trace, reports = measured
    assert trace.checkpoints.tolist() == list(MEASURED)
    assert trace.counts.tolist() == [1, 3]
    assert trace.seconds.shape == trace.shares.shape == (len(MEASURED), 2)
    assert (trace.seconds > 0).all()
    assert reports == sorted(reports)
    assert (reports[0], reports[-1]) == (0, 1)
    assert trace.of("nothing") is None
    assert trace.of("RBM") == [tuple(pair) for pair in zip(trace.seconds[1], trace.shares[1], strict=True)]


def test_a_stretch_of_a_chain_is_scaled_to_all_of_it(measured):
    trace, _ = measured
    scaled = trace.shares < 1
    assert scaled.any(1).tolist() == [WAYS[name] == "langevin" for name in MEASURED]
    assert trace.shares[scaled].tolist() == [STRETCH["langevin"] / LENGTHS["langevin"]] * 2


def test_a_measurement_is_made_every_time_and_can_be_cancelled():
    assert not DrawCostSettings.cached

    class Stop(Exception):
        pass

    def stop(share: float) -> None:
        if share > 0.3:
            raise Stop

    with pytest.raises(Stop):
        compute(DrawCostSettings(checkpoints=",".join(MEASURED), many=3), MEASURED, stop)


@pytest.mark.parametrize("name", MEASURED)
def test_progress_never_passes_its_end(name):
    reports = []
    draw(MEASURED[name], 2, 0, reports.append)
    assert reports == sorted(reports)
    assert 0 <= reports[0] <= reports[-1] <= 1


def test_what_draws_no_pictures_is_refused_in_words():
    name = "lstm-shakespeare"
    with pytest.raises(InvalidInput, match=f"'{name}' draws no pictures"):
        compute(DrawCostSettings(checkpoints=name), {name: small_sequence(name)})


def row(name: str, **values: object) -> dict:
    able = abilities_of(MEASURED[name])
    found = {"checkpoint": name, "title": name.upper(), "data": "mnist", "density": able.density, "evaluated": None}
    found |= dict.fromkeys(("nats", "standard_error", "log_partition", "log_partition_error"))
    found |= dict.fromkeys(("iwae", "iwae_standard_error", "iwae_draws"))
    return found | {"parameters": 1234, "complete": able.complete, "encode": able.encode, "score": able.score} | values


IWAE = {"iwae": 88.25, "iwae_standard_error": 0.5, "iwae_draws": 1000}
ROWS = [
    row("NADE", evaluated="exact", nats=85.98765, standard_error=0.21634),
    row("RBM", evaluated="ais", nats=86.5, standard_error=0.2, log_partition=962.97, log_partition_error=0.116),
    row("ebm-mnist"),
    row("vae-mnist", evaluated="elbo", nats=90.0, standard_error=0.3, **IWAE),
]


def test_cells_show_what_was_found_and_hold_it_in_full(measured):
    trace, _ = measured
    shown = figures.comparison.columns(ROWS, trace, 3)
    assert all(len(cells) == len(ROWS) for _, cells in shown.values())
    assert shown["nats"][1] == [("85.99 ± 0.22", 85.98765), ("86.50 ± 0.20", 86.5), ("–", None), ("90.00 ± 0.30", 90.0)]
    assert [cell[0] for cell in shown["density"][1]] == [
        "exact",
        "unnormalised, log Z by AIS",
        "unnormalised",
        "bound (−ELBO)",
    ]
    assert [exact for _, exact in shown["one"][1]] == trace.seconds[:4, 0].tolist()
    assert [text.startswith("≈ ") for text, _ in shown["many"][1]] == [False, False, True, False]
    assert shown["many"][0] == "3 samples, s"
    before = figures.comparison.columns(ROWS, None, 64)
    assert before["one"][1] == [("–", None)] * len(ROWS)


def test_the_csv_has_every_digit(measured):
    trace, _ = measured
    lines = list(csv.DictReader(io.StringIO(figures.comparison.to_csv(ROWS, trace, 3))))
    assert float(lines[0]["nats"]) == 85.98765
    assert [float(line["seconds_3"]) for line in lines] == trace.seconds[:4, 1].tolist()
    assert (lines[2]["nats"], lines[2]["evaluated"]) == ("", "")
    before = list(csv.DictReader(io.StringIO(figures.comparison.to_csv(ROWS, None, 64))))
    assert {line["seconds_64"] for line in before} == {""}
    assert set(figures.comparison.files(ROWS, trace, 3)) == {"CSV", "npz"}


def test_the_words_name_what_the_table_shows(measured):
    trace, _ = measured
    told = figures.comparison.words(ROWS, trace)
    assert (told["models"], told["exact"], told["best"], told["best_nats"]) == ("4", "1", "NADE", "85.99 ± 0.22")
    assert (told["bound"], told["iwae_nats"], told["draws"]) == ("VAE-MNIST", "88.25 ± 0.50", "1,000")
    assert told["log_partition"] == "962.97 ± 0.12"
    ratios = trace.seconds[:, 1] / trace.seconds[:, 0]
    assert f"{ratios.min():.1f} times" in told["gain"]
    assert str(np.array(list(MEASURED))[ratios.argmin()]).lower() in told["gain"].lower()
    nothing = figures.comparison.words([row("ebm-mnist")], None)
    assert nothing["best"] == nothing["bound_nats"] == nothing["log_partition"] == "–"
