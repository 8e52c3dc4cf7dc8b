"""Data sets: what is read, and how every kind of wrong file is named. No real MNIST is needed."""

import gzip
import io
import re
import zipfile

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest
from huggingface_hub import constants
from huggingface_hub.utils import close_session
from PIL import Image

from playground import data
from playground.errors import DataError, HubError
from tests.hub_server import COMMIT, FakeHub


def idx(array):
    magic = 0x803 if array.ndim == 3 else 0x801
    return b"".join(n.to_bytes(4, "big") for n in (magic, *array.shape)) + array.tobytes()


def digits_like(count, seed=0):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (count, 28, 28), np.uint8), rng.integers(0, 10, count).astype(np.uint8)


def write_pair(folder, prefix="train", count=12, packed=True, seed=0):
    images, labels = digits_like(count, seed)
    for stem, array in ((f"{prefix}-images-idx3-ubyte", images), (f"{prefix}-labels-idx1-ubyte", labels)):
        if packed:
            (folder / f"{stem}.gz").write_bytes(gzip.compress(idx(array)))
        else:
            (folder / stem).write_bytes(idx(array))
    return images, labels


IMAGES, LABELS = "train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"


@pytest.mark.parametrize("packed", [True, False])
def test_a_folder_is_split_in_order(tmp_path, packed):
    images, labels = write_pair(tmp_path, packed=packed)
    found = data.load("mnist", tmp_path)
    assert np.array_equal(found.train, images[:10])
    assert np.array_equal(found.split("validation"), images[10:])
    assert np.array_equal(found.labels, labels)
    assert (found.peak, found.binarization, found.test) == (255, "dynamic", None)
    with pytest.raises(DataError, match="mnist has no test split here: pass --data"):
        found.split("test")


def test_a_folder_with_test_files_only(tmp_path):
    images, _ = write_pair(tmp_path, "t10k")
    assert np.array_equal(data.load("mnist", tmp_path, test=True).split("test"), images)
    with pytest.raises(DataError, match="no train-images-idx3-ubyte"):
        data.load("mnist", tmp_path)


def test_both_pairs(tmp_path):
    write_pair(tmp_path, "train")
    images, _ = write_pair(tmp_path, "t10k", seed=1)
    found = data.load("mnist", tmp_path, test=True)
    assert np.array_equal(found.test, images)
    assert len(found.train) == 10


def test_the_test_files_must_be_there_when_asked_for(tmp_path):
    write_pair(tmp_path)
    with pytest.raises(DataError, match="no t10k-images-idx3-ubyte"):
        data.load("mnist", tmp_path, test=True)


def refused(folder, words, name="mnist"):
    with pytest.raises(DataError) as caught:
        data.load(name, folder)
    assert re.search(words, str(caught.value)), str(caught.value)


@pytest.mark.parametrize("missing", [IMAGES, LABELS])
def test_a_missing_file_is_named(tmp_path, missing):
    write_pair(tmp_path)
    (tmp_path / missing).unlink()
    refused(tmp_path, f"no {missing[:-3]} or {missing} in it; pass --data")


def test_a_missing_folder_is_named(tmp_path):
    refused(tmp_path / "nowhere", "nowhere: no such folder; pass --data")


@pytest.mark.parametrize("keep", [0, 5, 30, -40])
def test_a_truncated_gzip_is_named(tmp_path, keep):
    write_pair(tmp_path)
    path = tmp_path / IMAGES
    path.write_bytes(path.read_bytes()[:keep])
    refused(tmp_path, rf"{IMAGES}: .*(truncated|too short).*fetch it again")


def test_a_flipped_byte_in_a_gzip_is_named(tmp_path):
    write_pair(tmp_path)
    path = tmp_path / IMAGES
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    refused(tmp_path, rf"{IMAGES}: .*fetch it again")


@pytest.mark.parametrize("header", [b"", b"\0\0\x08", b"\0\0\x08\x03", b"\0\0\x08\x03" + b"\0" * 6])
def test_an_idx_file_cut_within_its_header_is_named(tmp_path, header):
    write_pair(tmp_path)
    (tmp_path / IMAGES).write_bytes(gzip.compress(header))
    refused(tmp_path, rf"{IMAGES}: .*fetch it again")


def test_a_header_that_promises_more_is_named(tmp_path):
    images, _ = write_pair(tmp_path)
    (tmp_path / IMAGES).write_bytes(gzip.compress(idx(images)[:-1]))
    refused(tmp_path, "the header promises .* the file is truncated or damaged")


def test_a_header_that_promises_the_moon_is_named(tmp_path):
    write_pair(tmp_path)
    (tmp_path / IMAGES).write_bytes(gzip.compress(b"\0\0\x08\x03" + b"\xff" * 12 + b"123"))
    refused(tmp_path, rf"{IMAGES}: the header promises")


def test_swapped_files_are_named(tmp_path):
    write_pair(tmp_path)
    images, labels = (tmp_path / IMAGES).read_bytes(), (tmp_path / LABELS).read_bytes()
    (tmp_path / IMAGES).write_bytes(labels)
    refused(tmp_path, rf"{IMAGES}: holds an array of shape \(12,\), images are")
    (tmp_path / IMAGES).write_bytes(images)
    (tmp_path / LABELS).write_bytes(images)
    refused(tmp_path, rf"{LABELS}: holds images, not labels; the two files look swapped or mislabelled")


def test_counts_must_agree(tmp_path):
    write_pair(tmp_path)
    (tmp_path / LABELS).write_bytes(gzip.compress(idx(np.zeros(11, np.uint8))))
    refused(tmp_path, rf"{LABELS}: 11 labels for 12 images in {IMAGES}")


def test_labels_must_be_digits(tmp_path):
    write_pair(tmp_path)
    (tmp_path / LABELS).write_bytes(gzip.compress(idx(np.full(12, 11, np.uint8))))
    refused(tmp_path, rf"{LABELS}: label 11 found, digits are 0 to 9")


def test_a_text_under_the_name_is_named(tmp_path):
    write_pair(tmp_path)
    (tmp_path / IMAGES).write_text("This is not a picture, it is a poem about one.")
    refused(tmp_path, rf"{IMAGES}: starts with 0x54686973, not with an IDX magic number")


# --- Tables ----------------------------------------------------------------------------------------------------------


def table(path, **changes):
    rng = np.random.default_rng(0)
    arrays = {name: rng.integers(0, 2, (5, 784)) for name in ("train", "valid", "test")} | changes
    np.savez(path, **{name: a for name, a in arrays.items() if a is not None})
    return arrays


def test_a_table_of_bits(tmp_path):
    arrays = table(tmp_path / "bits.npz")
    found = data.load("mnist", tmp_path / "bits.npz")
    assert sorted(map(bytes, found.test)) == sorted(row.astype(np.uint8).tobytes() for row in arrays["test"])
    assert (found.name, found.peak, found.binarization) == ("bits", 1, "none")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"valid": None}, "no array valid; it needs train, valid and test"),
        ({"train": np.zeros((5, 783))}, r"train has shape \(5, 783\), expected \(N, 784\)"),
        ({"train": np.zeros(784)}, "train has shape"),
        ({"test": np.full((5, 784), 2)}, r"test\[0, 0\] is 2; a table holds only 0 and 1"),
        ({"test": np.full((5, 784), 0.5)}, r"test\[0, 0\] is 0\.5; a table holds only 0 and 1"),
        ({"test": np.full((5, 784), np.nan)}, r"test\[0, 0\] is nan; a table holds only 0 and 1"),
        ({"test": np.full((5, 784), "a")}, "test is of type <U1, not numbers"),
        ({"test": np.array([{}], object)}, "test holds Python objects"),
    ],
)
def test_a_table_with_something_else_is_refused(tmp_path, changes, words):
    table(tmp_path / "bits.npz", **changes)
    refused(tmp_path / "bits.npz", rf"bits\.npz: .*{words}")


@pytest.mark.parametrize("how", ["gone", "empty", "text", "cut", "flipped", "plain zip", "npy"])
def test_a_table_that_cannot_be_read_is_named(tmp_path, how):
    path = tmp_path / "bits.npz"
    table(path)
    content = bytearray(path.read_bytes())
    if how == "gone":
        path.unlink()
    elif how == "flipped":
        content[300] ^= 0xFF
        path.write_bytes(content)
    elif how == "plain zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("train.npy", "no array")
    elif how == "npy":
        buffer = io.BytesIO()
        np.save(buffer, np.zeros(3))
        path.write_bytes(buffer.getvalue())
    else:
        path.write_bytes({"empty": b"", "text": b"hello, world\n" * 9, "cut": content[:-200]}[how])
    refused(path, r"bits\.npz: ")


# --- Parquet and the Hub ---------------------------------------------------------------------------------------------


def png(image):
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "PNG")
    return {"bytes": buffer.getvalue(), "path": None}


def parquet(images, labels):
    buffer = io.BytesIO()
    rows = pyarrow.table({"image": [png(i) for i in images], "label": labels.astype(np.int64)})
    pyarrow.parquet.write_table(rows, buffer)
    return buffer.getvalue()


def test_parquet_round_trip(tmp_path):
    images, labels = digits_like(7)
    path = tmp_path / "train.parquet"
    path.write_bytes(parquet(images, labels))
    found_images, found_labels = data.read_mnist_parquet(path)
    assert np.array_equal(found_images, images)
    assert np.array_equal(found_labels, labels)


@pytest.mark.parametrize("how", ["empty", "text", "cut", "other columns", "no picture", "size", "no rows", "gone"])
def test_a_wrong_parquet_is_named(tmp_path, how):
    path = tmp_path / "train.parquet"
    good = parquet(*digits_like(7))
    other, nothing = io.BytesIO(), io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table({"text": ["a"]}), other)
    pyarrow.parquet.write_table(pyarrow.table({"image": [{"bytes": b"no", "path": None}], "label": [1]}), nothing)
    if how != "gone":
        path.write_bytes(
            {
                "empty": b"",
                "text": b"a text",
                "cut": good[:-30],
                "other columns": other.getvalue(),
                "no picture": nothing.getvalue(),
                "size": parquet(np.zeros((2, 8, 8), np.uint8), np.zeros(2)),
                "no rows": parquet(np.zeros((0, 28, 28), np.uint8), np.zeros(0)),
            }[how]
        )
    with pytest.raises(DataError, match=r"train\.parquet: "):
        data.read_mnist_parquet(path)


@pytest.fixture
def server(monkeypatch, tmp_path):
    fake = FakeHub()
    monkeypatch.setattr(constants, "ENDPOINT", fake.url)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", fake.url + "/{repo_id}/resolve/{revision}/{filename}")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub-cache"))
    monkeypatch.setenv("PLAYGROUND_MNIST_REVISION", COMMIT)
    close_session()
    yield fake
    fake.close()
    close_session()


def test_mnist_from_the_hub(server):
    images, labels = digits_like(12)
    held_out, held_out_labels = digits_like(3, seed=1)
    server.put("datasets/ylecun/mnist", "mnist/train-00000-of-00001.parquet", parquet(images, labels))
    server.put("datasets/ylecun/mnist", "mnist/test-00000-of-00001.parquet", parquet(held_out, held_out_labels))
    found = data.load("mnist", test=True)
    assert np.array_equal(found.train, images[:10])
    assert np.array_equal(found.valid, images[10:])
    assert np.array_equal(found.test, held_out)
    server.close()
    assert np.array_equal(data.load("mnist").train, images[:10])  # from the cache, without a network


@pytest.mark.parametrize(("mode", "words"), [("closed", "there is no connection"), (500, "error 500"), (404, "404")])
def test_mnist_without_the_hub_says_what_to_pass(server, mode, words):
    if mode == "closed":
        server.close()
    else:
        server.mode = mode
    with pytest.raises(HubError, match=rf"{words}.*pass --data a folder with train-images-idx3-ubyte\.gz and"):
        data.load("mnist")


# --- The rest --------------------------------------------------------------------------------------------------------


def test_the_small_digits_have_sixteen_levels():
    found = data.load("digits")
    assert (len(found.train), len(found.valid), len(found.test)) == (1400, 200, 197)
    assert (found.train.shape[1:], found.peak, found.binarization) == ((8, 8), 15, "none")
    assert {int(v) for v in np.unique(found.train)} == set(range(16))


def test_binarization_is_the_documented_draw():
    images, _ = digits_like(3)
    expected = (np.random.default_rng(0).random(images.shape) < images / 255).astype(np.uint8)
    assert np.array_equal(data.binarize(images), expected)
    assert data.binarize(np.full((1, 2, 2), 255, np.uint8)).all()
    assert not data.binarize(np.zeros((1, 2, 2), np.uint8)).any()


def test_unknown_names_are_refused():
    with pytest.raises(
        DataError,
        match="data set 'cats': known are mnist, mnist-grey, digits, digits-dequantized, moons, rings, spiral, table",
    ):
        data.load("cats")
    with pytest.raises(DataError, match="split='all': allowed are train, validation, test"):
        data.load("digits").split("all")
