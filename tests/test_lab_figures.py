"""Figures of the lab pages say what their traces say; files can be taken away."""

import csv
import io

import numpy as np
import pytest
from PIL import Image

from playground.figures import cost, inside, masks, style, surprise
from playground.traces import (
    CostSettings,
    InsideSettings,
    KernelSettings,
    ReceptiveFieldSettings,
    SurpriseSettings,
    compute,
)

from .test_receptive import random_model

MODELS = {kind: random_model(kind, side=9) for kind in ("PixelCNN", "GatedPixelCNN")}


@pytest.fixture(scope="module")
def fields():
    return [compute(ReceptiveFieldSettings(checkpoint=k, row=6, column=3), m) for k, m in MODELS.items()]


def test_receptive_field_shows_counts_and_every_cell(fields):
    figure = masks.receptive_fields(fields, 3)
    titles = [note.text for note in figure.layout.annotations]
    assert "after block 3" in titles[0]
    assert f"{fields[0].blind()[3].sum()} blind" in titles[0]
    assert "· 0 blind" in titles[1]
    assert "the same" in titles[2]
    unseen = [data for data in figure.data if data.type == "scatter"]
    assert len(unseen) == 3
    assert sum("blind spot" in text for text in unseen[0].text) == fields[0].blind()[3].sum()
    assert unseen[0].text[6 * 9 + 3].endswith("never sees itself")


def test_a_disagreement_would_be_said(fields):
    wrong = fields[0].reach.copy()
    wrong[3, 0, 0] ^= True
    figure = masks.receptive_fields([type(fields[0])(**{**vars(fields[0]), "reach": wrong})], 3)
    assert "differs at 1 pixels" in figure.layout.annotations[1].text


def test_depth_beyond_the_last_layer_shows_the_last(fields):
    assert "after layer 3" in masks.receptive_fields(fields, 99).layout.annotations[1].text


def test_kernel_cells_show_ones_and_zeros():
    trace = compute(KernelSettings(checkpoint="tiny"), MODELS["PixelCNN"])
    figure = masks.kernels([trace])
    texts = [np.asarray(data.text) for data in figure.data if data.type == "heatmap" and data.texttemplate]
    assert sum((text == "1").sum() for text in texts) == 24 + 5
    assert sum((text == "0").sum() for text in texts) == 25 + 4


def test_tables_hold_the_traces(fields):
    rows = list(csv.DictReader(io.StringIO(masks.to_csv(fields))))
    assert len(rows) == 2 * 4 * (6 * 9 + 3)
    trace = compute(SurpriseSettings(checkpoint="tiny"), MODELS["PixelCNN"])
    rows = list(csv.DictReader(io.StringIO(surprise.to_csv(trace))))
    assert float(rows[-1]["total_bits"]) == pytest.approx(trace.total_bits)
    trace = compute(InsideSettings(checkpoint="tiny"), MODELS["GatedPixelCNN"])
    rows = list(csv.DictReader(io.StringIO(inside.to_csv(trace))))
    assert [float(row["nats_without_block"]) for row in rows] == pytest.approx(trace.nats_without.tolist())


def test_bits_are_hovered_exactly():
    trace = compute(SurpriseSettings(checkpoint="tiny"), MODELS["PixelCNN"])
    figure = surprise.bits(trace)
    np.testing.assert_array_equal(figure.data[0].z, trace.bits)
    np.testing.assert_allclose(surprise.running(trace).data[0].y[-1], trace.total_bits)


def test_diverging_colours_are_symmetric():
    assert inside.diverging(np.array([0.0]), 1).tolist() == [inside.MIDDLE.tolist()]
    assert inside.diverging(np.array([5.0, -5.0]), 1).tolist() == [inside.POSITIVE.tolist(), inside.NEGATIVE.tolist()]


def test_cost_says_what_is_scaled():
    trace = compute(CostSettings(checkpoint="tiny", stretch=5), MODELS["PixelCNN"])
    seconds = cost.bars(trace).data[0]
    assert seconds.text[2].endswith("(scaled)")
    assert seconds.customdata[2] == "scaled: 5 of 81 passes measured"
    assert seconds.x[2] == trace.naive_seconds
    assert len(cost.both_ways(trace)) == 2


def test_every_file_can_be_made(fields):
    traces = (
        (inside, compute(InsideSettings(checkpoint="tiny"), MODELS["PixelCNN"])),
        (surprise, compute(SurpriseSettings(checkpoint="tiny"), MODELS["PixelCNN"])),
        (cost, compute(CostSettings(checkpoint="tiny", stretch=4), MODELS["PixelCNN"])),
        (masks, fields),
    )
    for module, trace in traces:
        for extension, make in module.files(trace).values():
            content = make()
            assert len(content) > 100
            if extension == "png":
                Image.open(io.BytesIO(content)).load()


@pytest.mark.parametrize("dark", [False, True])
def test_figures_are_transparent_and_bare(fields, dark):
    figure = masks.receptive_fields(fields, 2, dark)
    assert figure.layout.paper_bgcolor == style.NOTHING
    assert figure.layout.showlegend is False
    assert style.BLIND in masks.legend(dark)
