"""A small network that compares images with captions, for the report."""

from __future__ import annotations

import math
import zlib
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor, nn
from torch.nn import functional as F

from condgan.conditions.condition import Condition
from condgan.core.batch import Images, Shape, to_float
from condgan.core.cache import cached, digest
from condgan.core.seeds import half_of, some_of
from condgan.core.words import grams_of, words_of
from condgan.data.dataset import Dataset
from condgan.evaluation.real import Real
from condgan.networks import ops
from condgan.networks.classifier import classifier
from condgan.training.classifier import BATCH, CLIPS, PART, learn

SAME = 0.75
"""Share of what two captions say that they have in common, from which on neither is wrong for the other's image."""
BUCKETS, PIECES, WIDTH, TEMPERATURE = 1 << 14, 128, 64, 0.1
"""Of the text side: hashed pieces that are told apart, pieces of a caption at most, width of what is compared, and what
similarities are divided by."""
EPOCHS, LEAST_STEPS, MOST_STEPS, MOST_PAIRS = 20, 900, 3_000, 50_000
"""How long the network is trained: so often over the images, but within these steps; and training pairs, at most."""


class ImageText(nn.Module):
    """Vectors of images and of captions, near each other where they belong together (Radford et al. 2021, section 2.3).

    The text side is a sum over words, pairs of words and pieces of words, all by their hashes: no vocabulary, no
    pretrained vectors and no order beyond pairs, so that it has nothing in common with how generators read text.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.image = classifier(shape, WIDTH)
        self.text = nn.EmbeddingBag(BUCKETS + 1, WIDTH, mode="mean", padding_idx=0)

    def forward(self, images: Float[Tensor, "b c *space"]) -> Float[Tensor, "b d"]:
        return F.normalize(self.image(images), dim=1)

    def read(self, pieces: Int64[Tensor, "b k"]) -> Float[Tensor, "b d"]:
        """The vectors of captions."""
        return F.normalize(self.text(pieces), dim=1)


def pieces_of(texts: Sequence[str]) -> Int64[Tensor, "b k"]:
    """The hashes of what is in each caption; 0 stands for nothing."""
    found = torch.zeros(len(texts), PIECES, dtype=torch.int64)
    for row, text in enumerate(texts):
        words = words_of(text)
        pairs = [f"{one} {other}" for one, other in pairwise(words)]
        parts = sorted({gram for word in words for gram in grams_of(word)})
        hashes = [1 + zlib.crc32(each.encode()) % BUCKETS for each in (*words, *pairs, *parts)][:PIECES]
        found[row, : len(hashes)] = torch.tensor(hashes, dtype=torch.int64)
    return found


class Alike:
    """Which captions say nearly the same: the most of their words, each weighing as much as it is rare (Spärck Jones
    1972). Twins of which one is of another skin tone are no mismatch; a cat and a dog are."""

    def __init__(self, texts: Sequence[str]) -> None:
        """``texts``: those in which words are counted."""
        counts = Counter(word for text in texts for word in {*words_of(text)})
        self.weights = {word: math.log(max(1, len(texts)) / count) for word, count in counts.items()}
        self.rare = math.log(max(2, len(texts)))

    def __call__(self, texts: Sequence[str], others: Sequence[str]) -> Bool[Tensor, "n m"]:
        """Whether each of some captions says nearly the same as each of others."""
        sides = [[{*words_of(text)} for text in side] for side in (texts, others)]
        place = {
            word: at for at, word in enumerate(sorted({word for side in sides for words in side for word in words}))
        }
        weights = torch.tensor([self.weights.get(word, self.rare) for word in place])
        bags = [torch.zeros(len(side), len(place)) for side in sides]
        for bag, side in zip(bags, sides, strict=True):
            for row, words in enumerate(side):
                bag[row, [place[word] for word in words]] = 1
        common = (bags[0] * weights) @ bags[1].T
        whole = (bags[0] @ weights)[:, None] + (bags[1] @ weights)[None] - common
        every = (bags[0] @ bags[1].T == bags[0].sum(1)[:, None]) & (bags[0].sum(1)[:, None] == bags[1].sum(1)[None])
        return every | ((common >= SAME * whole) & (whole > 0))


def trained(real: Real, name: str) -> ImageText:
    """The network, trained once on pairs that are not queries and kept: those of the training split, and of the test
    split those between the queries."""
    train = real.train.part(some_of(len(real.train), MOST_PAIRS))
    parts = [
        (each.part(torch.tensor([row for row, text in enumerate(captions) if text])), [*filter(None, captions)])
        for each in (train, real.test.part(_between(len(real.test))))
        if any(captions := captions_of(real.condition, each, name))
    ]
    images = torch.cat([each.target for each, _ in parts])
    texts = [text for _, captions in parts for text in captions]
    same = Alike(texts)
    shape = Shape(images.shape[1], tuple(images.shape[2:]))
    batch = BATCH if shape.frames is None else CLIPS
    steps = max(LEAST_STEPS, min(MOST_STEPS, EPOCHS * len(images) // batch))
    bundle = {"pieces": pieces_of(texts), "place": torch.arange(len(texts))}
    made: list[ImageText] = []

    def make() -> ImageText:
        made.append(ImageText(shape))
        return made[0]

    def loss(vectors: Tensor, some: dict[str, Tensor]) -> Float[Tensor, " b"]:
        captions = [texts[place] for place in some["place"].tolist()]
        return contrast(vectors, made[0].read(some["pieces"]), same(captions, captions))

    model = ImageText(shape)
    known = {
        "images": digest(images),
        "texts": texts,
        "steps": steps,
        "network": str(model),
        "settings": [BUCKETS, PIECES, TEMPERATURE, SAME],
    }
    fit = lambda: dict(learn(make, images, bundle, loss, steps=steps, batch=batch).state_dict())  # noqa: E731
    model.load_state_dict(cached("image-text", known, fit))
    return model.eval()


def contrast(
    images: Float[Tensor, "b d"], texts: Float[Tensor, "b d"], same: Bool[Tensor, "b b"]
) -> Float[Tensor, " b"]:
    """Cross-entropy of each image's own caption against those of others, and the other way (Radford et al. 2021, figure
    3); captions that say the same are left out."""
    own = torch.eye(len(images), dtype=torch.bool, device=images.device)
    logits = (images @ texts.T / TEMPERATURE).masked_fill(same & ~own, -torch.inf)
    places = torch.arange(len(images), device=images.device)
    return (F.cross_entropy(logits, places, reduction="none") + F.cross_entropy(logits.T, places, reduction="none")) / 2


def _between(n: int) -> Int64[Tensor, " m"]:
    """The test images that are no queries."""
    return torch.arange(n)[~half_of(n)]


def captions_of(condition: Condition, dataset: Dataset, name: str) -> list[str]:
    """A caption of each item, empty where it has none."""
    found: list[str] = []
    for rows in torch.split(torch.arange(len(dataset)), PART):
        shown = condition.show(condition.targets(dataset.schema, dataset.batch(rows)))[name]
        assert not isinstance(shown, Tensor), "captions are texts"
        found += [str(each or "") for each in shown]
    return found


@torch.no_grad()
def seen(model: ImageText, images: Images) -> Float[Tensor, "n d"]:
    """The vectors of images."""
    return torch.cat([model(ops.channels_last_of(to_float(part))) for part in torch.split(images, PART)])


@torch.no_grad()
def read(model: ImageText, texts: Sequence[str]) -> Float[Tensor, "n d"]:
    """The vectors of captions."""
    return model.read(pieces_of(texts))
