"""Generated images with what they were asked to be, and the forms in which they are saved."""

import io
import json
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Int64, UInt8
from PIL import Image

from condgan.core import disk
from condgan.core.errors import SettingsError
from condgan.gallery.grid import grid, png

MOST_COLUMNS = 16
"""A grid has a column for each value of a field if there are no more values than this."""
LONGEST_NAME = 100
"""Bytes of a sample's values in the name of its file, at most: many disks refuse names of more than 255 bytes."""


class Samples(NamedTuple):
    """Generated images; for each the values that were requested and the seed."""

    images: UInt8[np.ndarray, "n h w c"] | list[UInt8[np.ndarray, "h w c"]]
    """With 1, 3 or 4 channels; a list where the images differ in size."""
    columns: Mapping[str, Sequence[str | int | float | tuple[float, ...]]]
    """The requested values by public name, as people see them, without pictures; empty texts where a choice was left
    out."""
    seeds: Int64[np.ndarray, " n"]
    choices: Mapping[str, tuple[str, ...]]
    """All values of each choice field, by public name."""

    def caption(self, index: int) -> str:
        """The requested values of one sample, joined by commas, without vectors."""
        known = [values[index] for values in self.columns.values() if not isinstance(values[index], tuple)]
        return ", ".join(str(value) for value in known if str(value))

    def grid(self, columns: int | None = None) -> Image.Image:
        """All images as one picture, with their values above the columns, or else below each image.

        Args:
            columns: images in a row. By default there is a column for each value of the first choice field where its
                values come in turn and are at most 16; else there are about as many columns as rows.

        Raises:
            SettingsError: the images differ in size, or there are none, or too many.
        """
        first = next((self.columns[name] for name in self.choices if name in self.columns), ())
        turn = len(set(first))
        in_turn = 1 < turn <= MOST_COLUMNS and all(value == first[index % turn] for index, value in enumerate(first))
        captions = [self.caption(index) for index in range(len(self.images))]
        return grid(self._array(), columns or (turn if in_turn else None), captions)

    def arrays(self) -> dict[str, np.ndarray]:
        """The samples as arrays that need no pickle.

        Returns:
            ``images`` uint8 n,h,w of one channel, or n,h,w,c; ``seeds`` int64; for each choice field NAME, ``NAME``
            int64, the index of each value in ``NAME_names``, or −1 where it was left out; for any other field its
            values.

        Raises:
            SettingsError: the images differ in size.
        """
        images = self._array()
        arrays = {"images": images[..., 0] if images.shape[3] == 1 else images, "seeds": self.seeds}
        for name, values in self.columns.items():
            if name in self.choices:
                arrays[name] = np.array(self._indices(name), np.int64)
                arrays[f"{name}_names"] = np.array(self.choices[name], str)
            else:
                arrays[name] = np.array(even(values))
        return arrays

    def _array(self) -> UInt8[np.ndarray, "n h w c"]:
        """All images in one array."""
        if isinstance(self.images, np.ndarray):
            return self.images
        if len({image.shape for image in self.images}) == 1:
            return np.stack(self.images)
        raise SettingsError("images of several sizes", where="samples", do="save them into a folder: --out DIR/")

    def _indices(self, name: str) -> list[int]:
        """The indices of a choice field's values; −1 where it was left out."""
        places: dict[Any, int] = {value: index for index, value in enumerate(self.choices[name])}
        return [places.get(value, -1) for value in self.columns[name]]

    def save(self, out: str | Path) -> Path:
        """Save as a grid (.png), as arrays (.npz), as a table (.parquet), or as one file a sample (a folder).

        A table or a folder can be read back as data: its columns keep their names.

        Raises:
            SettingsError: another suffix, a folder that holds other files, no write permission, or images of several
                sizes that are to be saved as a grid or as arrays.
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

        images = [{"bytes": self._encoded(index), "path": None} for index in range(len(self.images))]
        columns: dict[str, Any] = {
            "image": pa.array(images, pa.struct([("bytes", pa.binary()), ("path", pa.string())])),
            "seed": pa.array(self.seeds),
        }
        # the Hub's own description of a column of images and one of classes
        features: dict[str, Any] = {"image": {"_type": "Image"}, "seed": {"dtype": "int64", "_type": "Value"}}
        for name, values in self.columns.items():
            if name in self.choices:
                columns[name] = pa.array(self._indices(name), pa.int64())
                features[name] = {"names": list(self.choices[name]), "_type": "ClassLabel"}
            else:
                columns[name] = pa.array(even(values))
                lists = pa.types.is_list(columns[name].type)
                inner = columns[name].type.value_type if lists else columns[name].type
                feature = {"dtype": str(inner).replace("double", "float64"), "_type": "Value"}  # the Hub's word for it
                features[name] = {"feature": feature, "_type": "Sequence"} if lists else feature
        table = pa.table(columns).replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})
        parquet.write_table(table, file)

    def _folder(self, path: Path) -> None:
        if path.exists() and any(path.iterdir()):
            raise SettingsError("the folder holds other files", where=path, do="choose an empty --out")
        draft = path.with_name(disk.DRAFT + path.name)
        shutil.rmtree(draft, ignore_errors=True)  # of a process that was killed
        try:
            self._files(draft)
            draft.replace(path)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise

    def _files(self, path: Path) -> None:
        path.mkdir()
        lines = []
        for index in range(len(self.images)):
            words = re.sub(r"[^\w.-]+", "-", self.caption(index)).encode()[:LONGEST_NAME]
            value = words.decode(errors="ignore").strip("-.")
            file = "-".join(part for part in (f"{index:05d}", value, f"seed{self.seeds[index]}") if part) + ".png"
            (path / file).write_bytes(self._encoded(index))
            lines.append({"file_name": file, **self._values(index), "seed": int(self.seeds[index])})
        (path / "metadata.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))

    def _values(self, index: int) -> dict[str, Any]:
        """The requested values of one sample; ``None`` for a choice that was left out."""
        return {
            name: values[index] if name not in self.choices or values[index] in self.choices[name] else None
            for name, values in self.columns.items()
        }

    def _encoded(self, index: int) -> bytes:
        pixels = self.images[index]
        return png(Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels))


def even(values: Sequence[Any]) -> list[Any]:
    """Values of one form: vectors of NaN where other items have vectors and one was left out."""
    width = next((len(value) for value in values if isinstance(value, tuple)), None)
    return (
        list(values)
        if width is None
        else [value if isinstance(value, tuple) else (np.nan,) * width for value in values]
    )
