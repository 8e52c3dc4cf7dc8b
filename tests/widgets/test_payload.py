import numpy as np
import pytest

from playground.widgets.payload import pack, unpack


def test_what_was_packed_is_unpacked() -> None:
    generator = np.random.default_rng(0)
    arrays = {
        "levels": generator.integers(0, 256, (3, 5), dtype=np.uint8),
        "order": np.arange(7, dtype=np.int32),
        "logits": generator.normal(size=(2, 3, 4)).astype(np.float32),
        "empty": np.zeros((0, 4), dtype=np.float64),
    }
    back, meta = unpack(pack(arrays, titles=["eins", "zwei – 三"], shape=[28, 28]))
    assert meta == {"titles": ["eins", "zwei – 三"], "shape": [28, 28]}
    assert list(back) == list(arrays)
    for name, array in arrays.items():
        assert back[name].dtype == array.dtype
        np.testing.assert_array_equal(back[name], array)


def test_arrays_lie_at_multiples_of_eight_bytes() -> None:
    for title in ("a", "ab", "abc", "abcdefgh"):
        payload = pack({"a": np.ones(3, np.uint8), "b": np.ones(3, np.float64)}, title=title)
        base = 4 + int.from_bytes(payload[:4], "little")
        assert base % 8 == 0
        assert np.frombuffer(payload, "<f8", 3, base + 8).tolist() == [1, 1, 1]


def test_booleans_and_foreign_byte_order_and_strides_travel() -> None:
    mask = np.array([True, False, True])
    big = np.arange(6, dtype=">i4").reshape(2, 3)
    back, _ = unpack(pack({"mask": mask, "big": big, "turned": big.T}))
    assert back["mask"].tolist() == [1, 0, 1]
    assert back["big"].tolist() == big.tolist()
    assert back["turned"].tolist() == big.T.tolist()


def test_a_dtype_without_a_typed_array_is_refused_by_name() -> None:
    with pytest.raises(TypeError, match="'phases' has dtype complex64"):
        pack({"phases": np.zeros(2, np.complex64)})


def test_equal_input_gives_equal_bytes() -> None:
    def one() -> bytes:
        return pack({"a": np.arange(5, dtype=np.float32)}, step=3)

    assert one() == one()
