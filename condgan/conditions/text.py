"""Words: what an image shows, as people write it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal, Self

import torch
from jaxtyping import Bool, Float
from pydantic import Field as Setting
from pydantic import NonNegativeInt, PositiveInt, model_validator
from torch import Tensor

from condgan.conditions.base import Example, Interpolation, Row, Shown, Whole
from condgan.conditions.encoder import Encoder, encoder_of
from condgan.conditions.reader import Encoded, Words
from condgan.conditions.vocabulary import FIRST, PADDING, UNKNOWN, Spelled, Vocabulary
from condgan.conditions.written import as_bytes, as_texts, chosen, first, told
from condgan.core.batch import Batch, Texts
from condgan.core.bundle import Bundle
from condgan.core.cond import Embedder
from condgan.core.errors import SettingsError
from condgan.core.form import FormField
from condgan.core.needs import OWN_LOSS, TASK
from condgan.core.note import some
from condgan.core.port import Port
from condgan.core.schema import Column, Schema
from condgan.core.task import Task
from condgan.core.values import shown
from condgan.core.words import MOST_DIFFERENT, MOST_WORDS

OWN = "words"
"""The encoder that learns the words of the captions themselves."""
NOTHING, OTHER = "", "another word"
"""What the ids stand for that are no word's."""
OF_OWN = ("start", "frozen", "width")
"""Its settings."""
KNOWN = "known"
SELDOM, OFTEN, TOLD = 5, 0.5, 512
"""What a network is to tell from an image: words, and pairs of neighbours, that occur so often at least, in this share
of the captions at most, and so many at most. By the pairs it learns what a word belongs to: grey trousers are no grey
skin."""
FORGOTTEN = 0.03
"""Share of the words that are shown as unknown ones in training, so that a text with one of these can be read."""
ALIKE = 0.75
"""Share of what two texts say that they have in common, from which on they say nearly the same: frequent words, such as
those of a skin tone, say little."""
PASSES = 60
"""Over all captions, of skip-gram before the training."""

logger = logging.getLogger(__name__)


class Text(Whole):
    """A caption. Its words are read by a small network, which learns with the generator and the discriminator; what it
    starts from are vectors of the words: learned from the captions, or those of a pretrained encoder."""

    from_data: ClassVar[tuple[str, ...]] = (
        "vocabulary", "frequencies", "texts", "telling", "length", "captions", "identity"
    )  # fmt: skip

    kind: Literal["text"] = "text"
    encoder: str = OWN
    """What gives the vectors of words: words, which learns those of the captions; or one that knows language already:
    wordllama, minilm (both: pip install 'condgan[text]'), a folder that transformers saved, or a name on the Hub."""
    start: Literal["random", "skip-gram"] = "random"
    """What vectors of words start from: random numbers, or skip-gram on the captions (Mikolov et al. 2013), by which
    words of the same places, such as colours, are hard to tell apart."""
    frozen: bool = False
    """Leave the vectors of words as they are at the start; else they learn with the networks, with objective.skip_gram
    by skip-gram as well."""
    width: PositiveInt = 64
    """Width of the vectors of words, where they are learned."""
    features: PositiveInt = 128
    """Width of what the networks get."""
    tokens: bool = False
    """Give the networks each word, too, for attention: architecture.generator_injection with attend."""
    dropout: Annotated[float, Setting(ge=0, lt=1)] = 0.1
    """Share of the training items from which the text is left out; above 0 it may be left out when sampling, too."""
    vocabulary: tuple[str, ...] = ()
    """The words, the most frequent first; taken from the data."""
    frequencies: tuple[PositiveInt, ...] = ()
    """How often each of them occurs; taken from the data."""
    texts: NonNegativeInt = 0
    """How many captions there are; taken from the data."""
    telling: tuple[str, ...] = ()
    """Those of them, and pairs of neighbours among them such as ``red heart``, that a network learns to tell from an
    image; taken from the data."""
    length: NonNegativeInt = 0
    """Words that are read of a text; taken from the data."""
    captions: tuple[str, ...] = ()
    """A few captions, for sheets; taken from the data."""
    identity: str = ""
    """Of a pretrained encoder: a hash of its weights, taken from them."""

    @model_validator(mode="after")
    def _of_one_encoder(self) -> Self:
        odd = [name for name in OF_OWN if getattr(self, name) != type(self).model_fields[name].default]
        if self.encoder != OWN and odd:
            raise ValueError(f"{odd[0]} is of learned vectors: leave it out, or set encoder to {OWN}")
        return self

    @classmethod
    def resets(cls, changed: str) -> tuple[str, ...]:
        return (*OF_OWN, "identity") if changed == "encoder" else ()

    @property
    def reads(self) -> frozenset[str]:
        return frozenset({self.column})

    def provides(self) -> frozenset[str]:
        found = {"vector", *(["tokens"] if self.tokens else [])}
        learns = self.encoder == OWN and not self.frozen
        return frozenset(found | {TASK} | ({OWN_LOSS} if learns else set()))

    @cached_property
    def words(self) -> Vocabulary:
        """The words by their ids."""
        return Vocabulary(self.vocabulary)

    @property
    def pretrained(self) -> Encoder | None:
        """The encoder that knows language already, where there is one.

        Raises:
            SettingsError: it cannot be found, or its weights are others than those of the training.
        """
        if self.encoder == OWN:
            return None
        found = encoder_of(self.encoder)
        if self.identity and found.hash != self.identity:
            raise SettingsError(
                f"the encoder {self.encoder} has other weights than those that the generator was trained with",
                where=f"hash {found.hash}, not {self.identity}",
                do="install the version of then, or train anew",
            )
        return found

    def complete(self, schema: Schema) -> Self:
        found = schema.columns.get(self.column)
        if found is None or found.storage != "text":
            raise SettingsError(
                "the data have no captions",
                where=f"columns: {some(schema.columns) or 'none'}",
                do="give a column called text, caption or prompt, or a .txt file beside each image; or name the "
                "column: --data.captions NAME",
            )
        if self.vocabulary:
            return self
        self._require_captions(found)
        encoder = self.pretrained
        return self.with_(
            vocabulary=found.words[:MOST_DIFFERENT],
            frequencies=found.frequencies[:MOST_DIFFERENT],
            texts=found.texts,
            telling=_telling(found) or found.words[:1],
            length=min(found.longest, MOST_WORDS),
            captions=found.centres,
            identity="" if encoder is None else encoder.hash,
        )

    def _require_captions(self, found: Column) -> None:
        """Refuse captions of which nothing can be learned."""
        if not found.words:
            raise SettingsError("captions without a word", where=f"column {self.column}", do="write what images show")
        if found.missing and not self.dropout:
            raise SettingsError(
                f"{found.missing:,} of {found.missing + found.size:,} images have no caption",
                where=f"column {self.column}",
                do="write them, or set dropout of the text's condition to 0.1",
            )

    def form(self) -> tuple[FormField, ...]:
        example = next(iter(self.captions), "")
        return (FormField(self.column, "text", help="what the image shows, in words", such_as=example),)

    def encode(self, rows: Sequence[Row]) -> Bundle:
        texts = [self._written(row.get(self.column)) for row in rows]
        if not self.dropout and "" in texts:
            raise SettingsError(
                "no words",
                where=self.column,
                do="write what to show; this generator was trained with a text for each image",
            )
        self._tell({text: self.words.spell(text) for text in filter(None, texts)})
        return self._bundle(texts)

    def _written(self, value: Any) -> str:
        """A text as a person gives it; empty: none."""
        if value is None:
            return ""
        if not isinstance(value, str):
            raise SettingsError(f"{shown(value)} is no text", where=self.column, do="give words, such as 'a red heart'")
        return " ".join(value.split())

    def _tell(self, texts: Mapping[str, Spelled]) -> None:
        """Name words that the captions did not have, once for all texts.

        Raises:
            SettingsError: of a text none is known.
        """
        own = self.encoder == OWN
        for text, found in texts.items():
            if not any(each >= FIRST for each in found.ids) and (own or not found.ids):
                known = [each for word in found.unknown for each in self.words.nearest(word)] or self.vocabulary[:8]
                what = f"no word of {text!r} is known" if found.ids else f"no words in {text!r}"
                raise SettingsError(what, where=self.column, do=f"known are {some(dict.fromkeys(known), 8)}")
        replaced = dict(pair for found in texts.values() for pair in found.replaced)
        odd = dict.fromkeys(word for found in texts.values() for word in found.unknown)
        if replaced and own:
            read = some(f"{word} as {other}" for word, other in replaced.items())
            logger.warning("words that no caption had are read as others: %s", read)
        elif replaced:
            odd |= dict.fromkeys(replaced)
        if odd:
            like = {each: None for word in odd for each in self.words.nearest(word)}
            hint = f"; known ones like them: {some(like, 6)}" if like else ""
            logger.warning("words that no caption had%s: %s%s", ", ignored" if own else "", some(odd), hint)
        if long := [text for text, found in texts.items() if len(found.ids) > self.length]:
            more = f", and of {len(long) - 1:,} other texts" if len(long) > 1 else ""
            logger.warning("only the first %d words of %r%s are read", self.length, long[0], more)

    def ports(self, size: Sequence[int]) -> tuple[Port, ...]:
        if self.encoder != OWN:
            raise SettingsError(
                f"the words are read by {self.encoder}, which cannot be exported with the generator",
                where=f"setting encoder of the condition of {self.column}",
                do=f"train one with encoder {OWN}, which is the default",
            )
        names = (NOTHING, OTHER, *self.vocabulary)  # as the ids of words are counted
        help = f"ids of the words, lower case, in their order; {UNKNOWN}: another word; {PADDING}: no more words"
        missing = PADDING if self.dropout else None
        return (Port(self.column, "int32", (self.length,), 0, len(names) - 1, missing, help, names),)

    def read(self, values: Mapping[str, Tensor]) -> Bundle:
        ids = values[self.column]
        return {"ids": ids.long(), KNOWN: (ids != PADDING).any(1)}

    def targets(self, schema: Schema, batch: Batch, key: int) -> Bundle:
        column = batch.columns[self.column]
        assert not isinstance(column, Tensor), "a column of captions is one of texts"
        return self._bundle(chosen(column, key))  # type: ignore[arg-type]

    def _bundle(self, texts: Sequence[str]) -> Bundle:
        """Texts as tensors; an empty one is unknown."""
        found = {"ids": self.words.tensor(texts, self.length), "written": as_bytes(texts)}
        if self.dropout:
            found[KNOWN] = torch.tensor([bool(text) for text in texts], dtype=torch.bool)
        encoder = self.pretrained
        if encoder is not None:
            found["place"] = encoder.places(texts, self.length)
        return found

    def vary(self, bundle: Bundle) -> Bundle:
        """Some words are shown as unknown ones, where their vectors are learned."""
        if self.encoder != OWN:
            return bundle
        ids = bundle["ids"]
        unknown = (ids >= FIRST) & (torch.rand(ids.shape, device=ids.device) < FORGOTTEN)
        return {**bundle, "shown": ids.masked_fill(unknown, UNKNOWN)}

    def embedder(self) -> Embedder:
        encoder = self.pretrained
        if encoder is not None:
            return Encoded(encoder, self.features, self.tokens)
        before = PASSES if self.start == "skip-gram" else 0
        learns = not self.frozen or bool(before)
        return Words(
            len(self.words),
            self.width,
            self.features,
            self.tokens,
            frozen=self.frozen,
            skip_gram=learns,
            before=before,
        )

    def spatial(self) -> Mapping[str, Interpolation]:
        return {}

    def tasks(self) -> Mapping[str, Task]:
        return {
            self.column: told(self.telling, [[self.words.ids[word] for word in each.split()] for each in self.telling])
        }

    def examples(self, n: int) -> list[dict[str, Any]]:
        texts = self.captions or self.vocabulary[:1]
        return [{self.column: texts[index % len(texts)]} for index in range(n)]

    def show(self, bundle: Bundle) -> dict[str, Shown]:
        return {self.column: as_texts(bundle["written"])}

    @cached_property
    def weights(self) -> Float[Tensor, " v"]:
        """How much each word says, by its id: the logarithm of how seldom it is (Spärck Jones 1972)."""
        shares = torch.tensor(self.frequencies, dtype=torch.float32) / max(1, self.texts)
        return torch.cat([torch.zeros(FIRST), -shares.clamp(max=1).log()])

    def alike(self, one: Bundle, other: Bundle) -> Bool[Tensor, " b"]:
        """Whether their words are the same, or the most of what they say: each word weighs as much as it is rare."""
        mine, theirs = one["ids"], other["ids"]
        weights = self.weights.to(mine.device)
        same = mine[:, :, None] == theirs[:, None]
        there = [weights[ids] * first(ids) for ids in (mine, theirs)]
        common = (there[0] * same.any(2)).sum(1)
        whole = there[0].sum(1) + there[1].sum(1) - common
        every = (same.any(2) | (mine == PADDING)).all(1) & (same.any(1) | (theirs == PADDING)).all(1)
        return every | ((common >= ALIKE * whole) & (whole > 0))

    def prepare(self, schema: Schema, batch: Batch) -> None:
        encoder, column = self.pretrained, batch.columns[self.column]
        if encoder is not None:
            assert not isinstance(column, Tensor), "a column of captions is one of texts"
            encoder.places(sorted({"", *(text for texts in column for text in texts)}), self.length)  # type: ignore[union-attr]

    def continued(self, parent: Self) -> Self:
        if self.encoder != parent.encoder or self.identity != parent.identity:
            raise SettingsError(
                f"the generator to go on from reads text by {parent.encoder}, not by {self.encoder}",
                where=f"setting encoder of the condition of {self.column}",
                do="set it to that, or train without --from",
            )
        new = {
            word: times
            for word, times in zip(self.vocabulary, self.frequencies, strict=True)
            if word not in parent.words.ids
        }
        same = {name: getattr(parent, name) for name in ("start", "frozen", "width", "features", "tokens")}
        return self.with_(
            **same,
            vocabulary=(*parent.vocabulary, *new),
            frequencies=(*parent.frequencies, *new.values()),
            length=max(self.length, parent.length),
        )

    def inherit(self, parent: Self, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """New words start from the mean of the others."""
        found = dict(state)
        for name in ("table", "context"):
            if name in state and len(state[name]) < len(self.words):
                mean = state[name][FIRST:].mean(0, keepdim=True)
                found[name] = torch.cat([state[name], mean.expand(len(self.words) - len(state[name]), -1)])
        return found

    @classmethod
    def example(cls) -> Example:
        texts: list[Texts] = [
            ("a red heart", "a heart in red"), ("a blue star",), ("a red star",), ("two blue hearts",)
        ]  # fmt: skip
        words = ("a", "red", "blue", "star", "heart", "hearts", "in", "two")
        column = Column(
            "text",
            size=4,
            words=words,
            frequencies=(4, 3, 2, 2, 2, 1, 1, 1),
            longest=4,
            texts=5,
            centres=("a red heart",),
        )
        schema = Schema(Column("pixels", channels=1), {"text": column})
        return Example(
            cls(column="text", dropout=0.0), schema, Batch(torch.zeros(4, 1, 8, 8, dtype=torch.uint8), {"text": texts})
        )


def _telling(column: Column) -> tuple[str, ...]:
    """The words and pairs of words that are neither rare nor in most captions, the most frequent first."""
    words = dict(zip(column.words[:MOST_DIFFERENT], column.frequencies, strict=False))
    pairs = {
        " ".join(pair): times
        for pair, times in zip(column.pairs, column.together, strict=True)
        if all(word in words for word in pair)
    }
    found = [each for each in (words | pairs).items() if SELDOM <= each[1] <= OFTEN * column.texts]
    return tuple(each for each, _ in sorted(found, key=lambda each: -each[1])[:TOLD])
