"""Generated images with what they were asked to be, and the forms in which they leave the house."""

import io
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Int64, UInt8
from PIL import Image

from condgan.core import disk
from condgan.core.errors import SettingsError
from condgan.gallery.grid import grid, png


class Samples(NamedTuple):
    """Images and, one for each, the class index and the seed that made it."""

    images: UInt8[np.ndarray, "n h w c"]
    labels: Int64[np.ndarray, " n"]
    seeds: Int64[np.ndarray, " n"]
    names: tuple[str, ...]
    """Class names in index order; empty for a plain GAN."""

    def name(self, index: int) -> str:
        """The class name of one sample."""
        return self.names[self.labels[index]] if self.names else ""

    def grid(self, columns: int | None = None) -> Image.Image:
        """All images as one picture, by default a column for each class where they come in turn."""
        turn = len(set(self.labels.tolist()))
        in_turn = 1 < turn <= 16 and np.array_equal(self.labels, np.resize(self.labels[:turn], len(self.labels)))
        named = [self.name(index) for index in range(len(self.images))]
        return grid(self.images, columns or (turn if in_turn else None), named)

    def arrays(self) -> dict[str, np.ndarray]:
        """``images`` uint8 n,h,w[,c]; ``labels`` int64 class indices; ``names`` of the classes; ``seeds`` int64."""
        images = self.images[..., 0] if self.images.shape[3] == 1 else self.images
        return {"images": images, "labels": self.labels, "names": np.array(self.names, str), "seeds": self.seeds}

    def save(self, out: str | Path) -> Path:
        """Save as a grid (.png), as arrays (.npz), as a table (.parquet), or as one file a sample (a folder).

        A table or a folder can be read back as data: its labels keep their names.

        Raises:
            SettingsError: another suffix, a folder that holds other files, or no write permission.
            DiskError: the disk is full or fails. Nothing is left half-written.
        """
        path = Path(out)
        writers: dict[str, Callable[[io.BytesIO], None]] = {
            ".png": self._png,
            ".npz": self._npz,
            ".parquet": self._parquet,
        }
        suffix = "" if str(out).endswith("/") else path.suffix.lower()
        if suffix and suffix not in writers:
            raise SettingsError(
                f"cannot save samples as {suffix}", where=path, do=f"use {', '.join(writers)} or a folder/"
            )
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if not suffix:
                self._folder(path)
            else:
                buffer = io.BytesIO()
                writers[suffix](buffer)
                disk.write(path, buffer.getvalue())
        except OSError as error:
            raise disk.refusal(error, "cannot write samples", path, "choose another --out") from None
        return path

    def _png(self, file: io.BytesIO) -> None:
        file.write(png(self.grid()))

    def _npz(self, file: io.BytesIO) -> None:
        np.savez_compressed(file, allow_pickle=False, **self.arrays())

    def _parquet(self, file: io.BytesIO) -> None:
        import pyarrow as pa
        import pyarrow.parquet as parquet

        columns = {
            "image": [{"bytes": self._encoded(index), "path": None} for index in range(len(self.images))],
            "label": self.labels,
            "seed": self.seeds,
        }
        # the Hub's own description of a column of images and one of classes
        features = {
            "image": {"_type": "Image"},
            "label": {"names": list(self.names), "_type": "ClassLabel"},
            "seed": {"dtype": "int64", "_type": "Value"},
        }
        form = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
        schema = pa.schema(
            [("image", form), ("label", pa.int64()), ("seed", pa.int64())],
            {"huggingface": json.dumps({"info": {"features": features}})},
        )
        parquet.write_table(pa.table(columns, schema), file)

    def _folder(self, path: Path) -> None:
        if path.exists() and any(path.iterdir()):
            raise SettingsError("the folder holds other files", where=path, do="choose an empty --out")
        draft = path.with_name(disk.DRAFT + path.name)
        try:
            self._files(draft)
            draft.replace(path)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise

    def _files(self, path: Path) -> None:
        path.mkdir(exist_ok=True)
        lines = []
        for index in range(len(self.images)):
            word = re.sub(r"[^\w-]+", "-", self.name(index)).strip("-")
            file = "-".join(part for part in (f"{index:05d}", word, f"seed{self.seeds[index]}") if part) + ".png"
            (path / file).write_bytes(self._encoded(index))
            lines.append({"file_name": file, "label": self.name(index), "seed": int(self.seeds[index])})
        (path / "metadata.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))

    def _encoded(self, index: int) -> bytes:
        pixels = self.images[index]
        return png(Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels))
