import gc
import weakref

import numpy as np
import pytest

import bitline


def arrays(dtype=np.uint8):
    images = np.arange(4 * 3 * 2 * 2, dtype=dtype).reshape(4, 3, 2, 2)
    return images, np.array([0, 1, 2, 1])


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_memory_is_shared_where_it_stands_in_order(dtype):
    images, labels = arrays(dtype)
    data = bitline.Dataset(images, labels)
    assert data.images.ctypes.data == images.ctypes.data
    np.testing.assert_array_equal(data.images, images)
    np.testing.assert_array_equal(data.labels, labels)
    assert (len(data), data.classes) == (4, 3)


def test_the_array_lives_as_long_as_the_dataset():
    images, labels = arrays()
    images = np.array(images)
    alive = weakref.ref(images)
    data = bitline.Dataset(images, labels)
    del images
    gc.collect()
    assert alive() is not None
    assert data.images[3, 2, 1, 1] == 47
    del data
    gc.collect()
    assert alive() is None


@pytest.mark.parametrize(
    "change",
    [
        lambda a: a[::-1],  # negative strides
        lambda a: np.asfortranarray(a),
        lambda a: np.repeat(a, 2, axis=3)[..., ::2],
        lambda a: a.astype(">f4"),
        lambda a: a.astype(np.float64),
        lambda a: a.astype(np.int64),
        lambda a: a.astype(np.uint16),
        lambda a: a.astype(np.float16),
    ],
)
def test_other_layouts_and_types_are_copied_to_the_same_values(change):
    images, labels = arrays(np.float32)
    changed = change(images)
    data = bitline.Dataset(changed, labels)
    assert data.images.dtype == np.float32
    np.testing.assert_array_equal(data.images, changed)


def test_read_only_arrays_are_taken_and_what_comes_out_is_read_only():
    images, labels = arrays()
    images.flags.writeable = False
    data = bitline.Dataset(images, labels)
    with pytest.raises(ValueError, match="read-only"):
        data.images[0, 0, 0, 0] = 1


def test_classes_without_images_are_counted_where_they_are_said():
    images, labels = arrays()
    assert bitline.Dataset(images, labels, classes=10).classes == 10
    with pytest.raises(bitline.Error, match="label 2 .* 2 classes; give at least 3"):
        bitline.Dataset(images, labels, classes=2)


@pytest.mark.parametrize(
    ("images", "labels", "message"),
    [
        (np.zeros((2, 3, 2, 2)), [0, 1, 2], "labels"),
        (np.zeros(4), [0, 1, 2, 3], "found F32"),
        (np.full((2, 1, 1, 1), np.nan, np.float32), [0, 1], "(?i)nan|finite"),
        (np.zeros((2, 1, 1, 1)), [0, -1], "label -1"),
        (np.zeros((2, 1, 1, 1)), [0.5, 1.0], "integers"),
        (np.zeros((0, 1, 1, 1)), [], "no value"),
    ],
)
def test_what_is_no_dataset_is_refused(images, labels, message):
    with pytest.raises(bitline.Error, match=message) as raised:
        bitline.Dataset(images, labels)
    assert raised.value.kind in ("usage", "failure")
    assert "\n" not in str(raised.value)


def test_objects_and_complex_numbers_are_no_images():
    with pytest.raises(TypeError, match="images are of type complex128"):
        bitline.Dataset(np.zeros((1, 1, 1, 1), complex), [0])
    with pytest.raises(TypeError, match="labels are of type"):
        bitline.Dataset(np.zeros((1, 1, 1, 1)), ["cat"])


class FakeDevice:
    type = "cuda"

    def __str__(self):
        return "cuda:0"


class FakeTensor:
    device = FakeDevice()

    def __dlpack__(self):
        raise AssertionError("not asked for")


def test_tensors_of_other_devices_are_refused_with_the_remedy():
    with pytest.raises(ValueError, match=r"images are on device cuda:0; move them with \.cpu\(\)"):
        bitline.Dataset(FakeTensor(), [0])


class Shared:
    """What shares its memory by DLPack, as PyTorch's tensors do."""

    device = "cpu"

    def __init__(self, array):
        self.array = array

    def __dlpack__(self, **options):
        return self.array.__dlpack__(**options)

    def __dlpack_device__(self):
        return self.array.__dlpack_device__()


def test_dlpack_shares_memory():
    images, labels = arrays(np.float32)
    data = bitline.Dataset(Shared(images), labels)
    assert data.images.ctypes.data == images.ctypes.data


class Pairs:
    """A torch.utils.data.Dataset is what has these two."""

    def __len__(self):
        return 5

    def __getitem__(self, index):
        return np.full((1, 2, 2), index, np.float32), index % 3


def test_torch_datasets_and_loaders_are_read_whole_or_in_part():
    whole = bitline.Dataset.from_torch(Pairs())
    np.testing.assert_array_equal(whole.images[:, 0, 0, 0], [0, 1, 2, 3, 4])
    np.testing.assert_array_equal(whole.labels, [0, 1, 2, 0, 1])

    class Loader:
        batch_sampler = None

        def __iter__(self):
            pairs = Pairs()
            for first in (0, 2):
                items = [pairs[first], pairs[first + 1]]
                yield np.stack([i[0] for i in items]), np.array([i[1] for i in items])

    part = bitline.Dataset.from_torch(Loader(), limit=3)
    np.testing.assert_array_equal(part.images[:, 0, 0, 0], [0, 1, 2])
