"""Does an image show what its caption says? R-precision, and what one changed word changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor

from condgan import metrics
from condgan.core.batch import Batch, Images
from condgan.core.bundle import Bundle, prefixed, take
from condgan.core.cache import digest
from condgan.core.seeds import half_of, some_of
from condgan.core.words import words_of
from condgan.evaluation.image_text import Alike, ImageText, captions_of, read, seen, trained
from condgan.evaluation.real import Real
from condgan.evaluation.report import Words, WordSwap
from condgan.evaluation.samples import generate
from condgan.metrics import Figure
from condgan.pipeline import Pipeline

QUERIES, CANDIDATES = 500, 100
"""Captions that images are generated for, and among how many of these each is to be found, at most."""
SWAPS = 300
"""Captions in which a word is changed, at most."""


class Asked(NamedTuple):
    """The queries."""

    texts: Sequence[str]
    images: Images
    """The real ones."""
    bundle: Bundle
    seeds: Sequence[int]


class Judged(NamedTuple):
    """Whether each image's own caption is the first among its candidates, and whether it is among the first five."""

    first: Bool[Tensor, " n"]
    among_five: Bool[Tensor, " n"]


def judged(
    similarity: Float[Tensor, "n m"], own: Int64[Tensor, " n"], same: Bool[Tensor, "n m"], seed: int = 0
) -> Judged:
    """R-precision (Xu et al. 2018, section 4.1): of each row its own column among others, chosen at random, that do not
    say the same; where two are equally near, the other counts as nearer."""
    chance = torch.rand(similarity.shape, generator=torch.Generator().manual_seed(seed))
    chance = chance.masked_fill(same, 2.0)
    chance[torch.arange(len(own)), own] = 2.0
    others = chance.argsort(1)[:, : CANDIDATES - 1]
    allowed = chance.gather(1, others) < 2
    mine = similarity.gather(1, own[:, None])
    above = ((similarity.gather(1, others) >= mine) & allowed).sum(1)
    return Judged(above == 0, above < 5)


def words(pipeline: Pipeline, real: Real, first_seed: int) -> Words | None:
    """Of a generator that takes text; ``None`` where it takes none, or there are too few different captions."""
    name = next((field.name for field in pipeline.condition.form() if field.type == "text"), None)
    if name is None:
        return None
    # queries are of one half of the items: the network is trained on the other one
    items = torch.arange(len(real.test))[half_of(len(real.test))]
    there = torch.tensor([bool(text) for text in captions_of(real.condition, real.test.part(items), name)])
    items = items[there]
    items = items[some_of(len(items), QUERIES)]
    if not len(items):
        return None
    asked = asked_of(real, name, items, first_seed)
    known = list(dict.fromkeys(asked.texts))
    near = Alike(captions_of(real.condition, real.train, name))
    same = near(asked.texts, known)
    others = (~same).sum(1)
    if not bool((others > 0).any()):
        return None  # all captions say the same
    if not bool((others > 0).all()):
        items = items[others > 0]
        asked = asked_of(real, name, items, first_seed)
        same, others = near(asked.texts, known), others[others > 0]
    model = trained(real, name)
    samples = generate(pipeline, asked.bundle, asked.seeds)
    own = torch.tensor([known.index(text) for text in asked.texts])
    vectors = read(model, known)
    ours, theirs = (judged(seen(model, each) @ vectors.T, own, same) for each in (samples, asked.images))
    candidates = others.clamp(max=CANDIDATES - 1) + 1
    trained_on = {*captions_of(real.condition, real.train, name)}
    return Words(
        recall_1=metrics.rate(ours.first),
        recall_5=metrics.rate(ours.among_five),
        real_1=metrics.rate(theirs.first),
        real_5=metrics.rate(theirs.among_five),
        chance_1=(1 / candidates).mean().item(),
        chance_5=(5 / candidates).clamp(max=1).mean().item(),
        queries=len(items),
        unseen=sum(text not in trained_on for text in asked.texts) / len(asked.texts),
        candidates=int(candidates.max()),
        encoder=f"image-text {digest(*model.state_dict().values())}",
        swap=swap(pipeline, real, name, model, asked),
    )


def asked_of(real: Real, name: str, items: Int64[Tensor, " n"], first_seed: int) -> Asked:
    """Some test items as queries."""
    batch = real.test.batch(items)
    bundle = real.condition.targets(real.test.schema, batch)
    texts = [str(each) for each in real.condition.show(bundle)[name]]
    return Asked(texts, batch.target, bundle, range(first_seed, first_seed + len(items)))


def swappable(captions: Sequence[str]) -> dict[str, list[str]]:
    """The words that stand in the place of each other: in captions that differ by that word alone."""
    groups: dict[tuple[tuple[str, ...], int], set[str]] = defaultdict(set)
    for text in dict.fromkeys(captions):
        tokens = words_of(text)
        for place in range(len(tokens)):
            groups[(*tokens[:place], *tokens[place + 1 :]), place].add(tokens[place])
    found: dict[str, set[str]] = defaultdict(set)
    for group in groups.values():
        for word in group:
            found[word] |= group - {word}
    return {word: sorted(others) for word, others in found.items() if others}


class Swapped(NamedTuple):
    """A caption with one word changed."""

    place: int
    """Of the caption among all."""
    before: str
    after: str
    text: str


def swaps(captions: Sequence[str], others: Mapping[str, Sequence[str]]) -> list[Swapped]:
    """Of each caption one word changed for another that stands in such places, in turn."""
    found = []
    for place, text in enumerate(captions):
        tokens = list(words_of(text))
        places = [each for each, word in enumerate(tokens) if word in others]
        if places:
            chosen = places[place % len(places)]
            before = tokens[chosen]
            after = others[before][place % len(others[before])]
            tokens[chosen] = after
            found.append(Swapped(place, before, after, " ".join(tokens)))
    return found


def swap(pipeline: Pipeline, real: Real, name: str, model: ImageText, asked: Asked) -> WordSwap | None:
    """What changes where one word does, from the same seed; ``None`` where no two captions differ by a word."""
    # both spelled alike, so that nothing differs but the word
    plain = [" ".join(words_of(text)) for text in asked.texts]
    made = swaps(plain, swappable(captions_of(real.condition, real.train, name)))[:SWAPS]
    if not made:
        return None
    places = torch.tensor([each.place for each in made])
    bundle, seeds = take(asked.bundle, places), [asked.seeds[each.place] for each in made]
    own, part = next(
        (own, part) for own, part in pipeline.condition.parts.items() if name in [field.name for field in part.form()]
    )

    def images(texts: Sequence[str], seeds: Sequence[int]) -> Images:
        columns = {part.column: [(text,) for text in texts]}
        batch = Batch(asked.images[places], columns)
        return generate(pipeline, bundle | prefixed(own, part.targets(real.test.schema, batch, 0)), seeds)

    old, new = [plain[each.place] for each in made], [each.text for each in made]
    before, after = (read(model, each) for each in (old, new))
    first, changed = images(old, seeds), images(new, seeds)
    others = images(old, [seed + len(asked.seeds) for seed in seeds])

    def nearer(pictures: Images, right: Tensor, wrong: Tensor) -> Bool[Tensor, " n"]:
        vectors = seen(model, pictures)
        return (vectors * right).sum(1) > (vectors * wrong).sum(1)

    return WordSwap(
        captions=len(made),
        followed=metrics.rate(nearer(changed, after, before)),
        unchanged=metrics.rate(nearer(first, after, before)),
        real=metrics.rate(nearer(asked.images[places], before, after)),
        kept=_kept(real, name, made, first, changed),
        noise=_kept(real, name, made, first, others),
    )


def _kept(real: Real, name: str, made: Sequence[Swapped], first: Images, second: Images) -> Figure | None:
    """Share of the words, besides the one that was changed, of which the evaluation network finds in the second image
    what it finds in the first."""
    labels = real.fields[name].task.labels
    there = torch.tensor(
        [[label in words_of(each.text) and label != each.after for label in labels] for each in made], dtype=torch.bool
    )
    found = [real.network(name).outputs(images)[name] > 0 for images in (first, second)]
    same = (found[0] == found[1])[there]
    return metrics.rate(same) if len(same) else None
