"""A share that is kept from training."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from condgan.core.seeds import permutation
from condgan.data.arrays import Arrays
from condgan.data.cut import cut
from condgan.data.stylegan import StyleGAN


def test_it_is_what_chance_says_where_each_class_is_in_both() -> None:
    classes = np.arange(400) % 4
    order = permutation(400, "holdout")
    for found in (cut(400, 0.2), cut(400, 0.2, classes)):
        assert found.test.tolist() == sorted(order[:80])
        assert found.train.tolist() == sorted(order[80:])


@pytest.mark.parametrize("share", [0.2, 0.8])
def test_no_class_is_left_out_of_a_split(share: float) -> None:
    for count in (2, 3, 6, 20):
        classes = np.repeat(np.arange(30), count)
        found = cut(len(classes), share, classes)
        assert sorted([*found.train, *found.test]) == [*range(len(classes))]
        assert len(found.test) == round(len(classes) * share)
        smaller, larger = sorted(found, key=len)
        assert len({*classes[smaller]}) == min(30, len(smaller)), "as many classes as there is room for"
        if len(smaller) >= 30:
            assert len({*classes[larger]}) == 30


def test_a_class_of_one_image_and_images_without_a_class() -> None:
    # the last image is the only one of its class: it stays where chance puts it
    classes = np.array([-1] * 10 + [0] * 9 + [1])
    for share in (0.1, 0.3, 0.9):
        found = cut(20, share, classes)
        assert {-1, 0} <= {*classes[found.test]} & {*classes[found.train]}
        assert (19 in found.test) == (19 in permutation(20, "holdout")[: round(20 * share)])


def test_of_data(tmp_path: Path) -> None:
    labels = np.repeat(np.arange(26), 20)
    np.savez(tmp_path / "a.npz", images=np.zeros((520, 4, 4), np.uint8), labels=labels)
    source = Arrays(path=str(tmp_path / "a.npz"), holdout=0.2)
    assert 0 in np.bincount(labels[np.sort(permutation(520, "holdout")[:104])], minlength=26), "by chance alone"
    for dataset, count in ((source.load(), 416), (source.split("test").load(), 104)):
        assert len(dataset) == count
        assert min(dataset.schema.columns["label"].counts) > 0


def test_labels_that_are_no_classes(tmp_path: Path) -> None:
    entries = [[f"{n}.png", [n / 20, 0.5]] for n in range(20)]
    (tmp_path / "dataset.json").write_text(json.dumps({"labels": entries}))
    for n in range(20):
        Image.new("L", (4, 4), n).save(tmp_path / f"{n}.png")
    source = StyleGAN(path=str(tmp_path), holdout=0.25)
    assert (len(source.load()), len(source.split("test").load())) == (15, 5)
