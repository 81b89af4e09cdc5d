"""Generated images or clips with what they were asked to be, and the forms in which they are saved."""

import io
import json
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Int64, UInt8
from PIL import Image

from condgan.core import disk
from condgan.core.errors import SettingsError
from condgan.gallery.animation import SUFFIXES, clip, encoded
from condgan.gallery.grid import Sheet, drawn, png, sheet
from condgan.gallery.pdf import pdf
from condgan.gallery.strips import columns_of_strips, stills

MOST_COLUMNS = 16
"""A grid has a column for each value of a field if there are no more values than this."""
RATE = 8.0
"""Frames a second of clips of which it is not known."""
LONGEST_NAME = 100
"""Bytes of a sample's values in the name of its file, at most: many disks refuse names of more than 255 bytes."""


class Samples(NamedTuple):
    """Generated images; for each the values that were requested and the seed."""

    images: UInt8[np.ndarray, "n *space c"] | list[UInt8[np.ndarray, "h w c"]]
    """With 1, 3 or 4 channels; a list where the images differ in size. Clips are n,t,h,w,c."""
    columns: Mapping[str, Sequence[str | int | float | tuple[float, ...] | None]]
    """The requested values by public name, as people see them, without pictures; where one was left out an empty text,
    of a number ``None``."""
    seeds: Int64[np.ndarray, " n"]
    choices: Mapping[str, tuple[str, ...]]
    """All values of each choice field, by public name."""
    across: int | None = None
    """Images in a row of the grid, where a field is swept over."""
    rate: float = 0.0
    """Of clips: frames a second; 0 where that is not known."""

    @property
    def clips(self) -> UInt8[np.ndarray, "n t h w c"] | None:
        """Them, where they are clips."""
        return self.images if isinstance(self.images, np.ndarray) and self.images.ndim == 5 else None

    @property
    def seconds(self) -> float:
        """Of clips: how long a frame is shown."""
        return 1 / (self.rate or RATE)

    def caption(self, index: int) -> str:
        """The requested values of one sample, joined by commas, without vectors; of several fields with their names."""
        return self._caption(index, list(self.columns))

    def _caption(self, index: int, names: Sequence[str]) -> str:
        """Those of some fields, with their names; a text that is all there is stands alone."""
        values = {name: self.columns[name][index] for name in names}
        known = {name: each for name, each in values.items() if each not in ("", None) and not isinstance(each, tuple)}
        bare = len(self.columns) == 1 and all(isinstance(each, str) for each in known.values())
        return ", ".join(str(each) if bare else f"{name} {_short(each)}" for name, each in known.items())

    def grid(self, columns: int | None = None) -> Image.Image:
        """The ``sheet`` of all images as a picture."""
        return drawn(self.sheet(columns))

    def sheet(self, columns: int | None = None) -> Sheet:
        """All images on one sheet, with their values above the columns, or else below each image; clips as strips.

        Args:
            columns: images in a row. By default there is a column for each value of the first choice field where its
                values come in turn and are at most 16; else there are about as many columns as rows.

        Raises:
            SettingsError: the images differ in size, or there are none, or too many.
        """
        first = next((self.columns[name] for name in self.choices if name in self.columns), ())
        turn = len(set(first))
        in_turn = 1 < turn <= MOST_COLUMNS and all(value == first[index % turn] for index, value in enumerate(first))
        # what is the same everywhere tells nothing of a picture
        differing = [name for name, values in self.columns.items() if len(set(values)) > 1] or list(self.columns)
        width = columns or self.across
        if self.clips is not None:
            captions = [self._caption(index, differing) for index in range(len(self.images))]
            return sheet(self._stills(), width or columns_of_strips(self.clips), captions)
        along = [name for name in differing if width and self._along(name, width)]
        rows = self._rows(width, differing) if width and width < len(self.images) and not along else range(0)
        if rows:  # nothing but the seed differs along a row
            return sheet(self._stills(), width, None, [self._caption(row, differing) for row in rows])
        if not along or len(self.images) <= (width or 0):
            captions = [self._caption(index, differing) for index in range(len(self.images))]
            return sheet(self._stills(), width or (turn if in_turn else None), captions)
        down = [name for name in differing if name not in along]
        captions = [self._caption(index, along) for index in range(len(self.images))]
        return sheet(self._stills(), width, captions, [self._caption(row, down) for row in self._rows(width, down)])

    def film(self, columns: int | None = None) -> list[Image.Image]:
        """Clips as they move, all on one sheet: a picture for each frame.

        Raises:
            SettingsError: they are images.
        """
        if self.clips is None:
            raise SettingsError("images do not move", where="samples", do="save them as .png, or into a folder/")
        across = columns or self.across
        moments = [self._replace(images=frames, across=across) for frames in np.moveaxis(self.clips, 1, 0)]
        return [moment.grid() for moment in moments]

    def _along(self, name: str, width: int | None) -> bool:
        """Whether each row of so many images has the same different values of a field, in the same order."""
        values = [*self.columns[name]]
        first = values[:width]
        return len(set(first)) > 1 and all(value == first[index % len(first)] for index, value in enumerate(values))

    def _rows(self, width: int | None, names: Sequence[str]) -> range:
        """The first image of each row, where these fields are the same along all rows."""
        starts = range(0, len(self.images), width or 1)
        same = all(
            len({self.columns[name][index] for index in range(start, min(start + starts.step, len(self.images)))}) == 1
            for name in names
            for start in starts
        )
        return starts if same and names else range(0)

    def arrays(self) -> dict[str, np.ndarray]:
        """The samples as arrays that need no pickle.

        Returns:
            ``images`` uint8 n,h,w of one channel, or n,h,w,c, of clips n,t,h,w or n,t,h,w,c; ``seeds`` int64; of clips
            ``frame_rate``, frames a second, where it is known; for each choice field NAME, ``NAME`` int64, the index of
            each value in ``NAME_names``, or −1 where it was left out; for any other field its values.

        Raises:
            SettingsError: the images differ in size.
        """
        images = self._array()
        arrays = {"images": images[..., 0] if images.shape[-1] == 1 else images, "seeds": self.seeds}
        if self.rate:
            arrays["frame_rate"] = np.array(self.rate)
        for name, values in self.columns.items():
            if name in self.choices:
                arrays[name] = np.array(self._indices(name), np.int64)
                arrays[f"{name}_names"] = np.array(self.choices[name], str)
            else:
                arrays[name] = np.array(even(values))
        return arrays

    def _stills(self) -> UInt8[np.ndarray, "n h w c"]:
        """All images in one array, clips as strips."""
        return stills(self._array())

    def _array(self) -> UInt8[np.ndarray, "n *space c"]:
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
        """Save as a grid (.png, .pdf), as arrays (.npz), as a table (.parquet), or as one file a sample (a folder);
        clips also as they move, all on one sheet (.webp, .gif, .apng, .mp4).

        Arrays, a table or a folder can be read back as data: columns keep their names.

        Raises:
            SettingsError: another suffix, a folder that holds other files, no write permission, or images of several
                sizes that are to be saved as a grid or as arrays.
            DiskError: the disk is full or fails. Nothing is left half-written.
        """
        path = Path(out)
        writers: dict[str, Callable[[io.BytesIO], None]] = {
            ".png": self._png,
            ".pdf": self._pdf,
            ".npz": self._npz,
            ".parquet": self._parquet,
        }
        if self.clips is not None:
            writers |= {suffix: partial(self._moving, suffix=suffix) for suffix in SUFFIXES if suffix != ".png"}
        suffix = "" if str(out).endswith("/") else path.suffix.lower()
        if suffix and suffix not in writers:
            raise SettingsError(
                f"cannot save {'samples' if self.clips is None else 'clips'} as {suffix}",
                where=path,
                do=f"use {', '.join(writers)} or a folder/",
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

    def _pdf(self, file: io.BytesIO) -> None:
        file.write(pdf(self.sheet()))

    def _moving(self, file: io.BytesIO, suffix: str) -> None:
        film = self.film()
        file.write(encoded(film, suffix, [self.seconds] * len(film)))

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
            file = "-".join(part for part in (f"{index:05d}", value, f"seed{self.seeds[index]}") if part) + (
                ".png" if self.clips is None else ".webp"
            )
            (path / file).write_bytes(self._encoded(index))
            lines.append({"file_name": file, **self._values(index), "seed": int(self.seeds[index])})
        (path / "metadata.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))

    def _values(self, index: int) -> dict[str, Any]:
        """The requested values of one sample; ``None`` for one that was left out."""
        return {name: None if values[index] == "" else values[index] for name, values in self.columns.items()}

    def _encoded(self, index: int) -> bytes:
        pixels = self.images[index]
        if pixels.ndim == 4:
            frames = [Image.fromarray(each[..., 0] if each.shape[2] == 1 else each) for each in pixels]
            return clip(frames, self.seconds)
        return png(Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels))


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def even(values: Sequence[Any]) -> list[Any]:
    """Values of one form: NaN where a number was left out, a vector of NaN where a vector was."""
    width = next((len(value) for value in values if isinstance(value, tuple)), None)
    if width is not None:
        return [value if isinstance(value, tuple) else (np.nan,) * width for value in values]
    return [np.nan if value is None else value for value in values]
