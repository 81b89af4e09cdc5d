"""Which files are images: by their suffix, and where that says nothing, by their first bytes."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.util import find_spec

from PIL import Image


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FORMATS = (
    *("PNG", "JPEG", "BMP", "DIB", "GIF", "WEBP", "TIFF", "PPM", "AVIF", "JPEG2000"),
    *("PCX", "ICO", "ICNS", "SGI", "QOI", "DDS", "XBM"),
)
"""What is looked for in a file, whatever its name; Pillow alone would hand PostScript to an interpreter."""
BY_SUFFIX = {".tga": "TGA", ".vda": "TGA"}
"""Formats without a mark of their own: they are looked for only where the name says so."""
HEIF = (".heic", ".heif", ".hif")
"""Photos of telephones; Pillow reads them with a package of its own."""
ARRAY = ".npy"
FILMS = _words(".mp4 .m4v .mov .avi .mkv .webm .mpg .mpeg .ogv .wmv")
"""Films; they are read with a package of its own."""

IMAGES = _words(
    ".png .apng .jpg .jpeg .jpe .jfif .jif .mpo .bmp .dib .gif .webp .tif .tiff .ppm .pgm .pbm .pnm "
    ".avif .avifs .jp2 .j2k .j2c .jpc .jpf .jpx .pcx .ico .icns .sgi .qoi .dds .xbm .tga .vda .npy"
)
"""Suffixes of what is read."""
UNFINISHED = (".bak", ".tmp", ".part", ".crdownload", ".swp", ".orig")
"""Suffixes of copies and of downloads that were cut short: they are left out whatever is in them."""
ABOUT = _words(
    ".csv .tsv .json .jsonl .ndjson .parquet .feather .arrow .txt .xml .yaml .yml .xlsx .xls .mat "
    ".npz .h5 .hdf5 .pkl .pickle .pt .pth .lmdb .mdb .tfrecord .tfrecords .db .sqlite .caption .lst "
    ".names .data"
)
"""Suffixes of files that may say something of the images beside them."""
OTHERS = _words(
    ".svg .eps .ps .psd .ai .xcf .raw .cr2 .cr3 .nef .arw .dng .rw2 .orf .exr .hdr .dcm .nii .mrc "
    ".mha .wav .mp3 .zip .tar .gz .tgz .bz2 .xz .7z .rar .exe .dll "
    ".so .bin"
)
"""Suffixes of what is known not to be read."""
HARMLESS = re.compile(
    r"(readme|licen[cs]e|copying|changelog|citation|notice|authors|source)(\W.*)?$"
    r"|.*\.(md|rst|html?|pdf|bib|py|ipynb|sh|md5|sha\d*|sha\d+sum|url|webloc|log|ini)$"
    r"|(md5|sha\d+)sums?(\.txt)?$|requirements.*\.txt$|dockerfile$|makefile$",
    re.IGNORECASE,
)
"""Names of files that say nothing of the images."""

MARKS: tuple[tuple[int, bytes], ...] = (
    (0, b"\x89PNG"),
    (0, b"\xff\xd8\xff"),
    (0, b"GIF8"),
    (0, b"II*\0"),
    (0, b"MM\0*"),
    (8, b"WEBP"),
    (4, b"ftypavif"),
    (4, b"jP  \r\n"),
    (0, b"qoif"),
    (0, b"\x93NUMPY"),
)
HEIF_MARKS = (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypheim")
MARK = 16
"""Bytes that are enough to see one."""


def is_image(name: str) -> bool:
    """Whether a name is that of an image that is read."""
    suffix = suffix_of(name)
    return suffix in IMAGES or (suffix in HEIF and heif())


def is_readable_film(name: str) -> bool:
    """Whether a name is that of a film, and films can be read."""
    return suffix_of(name) in FILMS and reads_films()


def says_nothing(name: str) -> bool:
    """Whether the suffix tells neither that a file is an image nor that it is none."""
    suffix = suffix_of(name)
    known = _images(suffix) or suffix in ABOUT or suffix in UNFINISHED or suffix in OTHERS
    return not (known or name.endswith("~") or HARMLESS.match(name.rsplit("/", 1)[-1]))


def is_marked(first: bytes) -> bool:
    """Whether a file that begins so is an image that is read."""
    return any(first[at : at + len(mark)] == mark for at, mark in MARKS) or (heif() and first[4:12] in HEIF_MARKS)


def suffix_of(name: str) -> str:
    """The suffix of a name, in lower case, with its dot; empty where it has none."""
    base = name.rsplit("/", 1)[-1]
    stem, dot, suffix = base.rpartition(".")
    return f".{suffix.lower()}" if dot and stem else ""


def stem_of(name: str) -> str:
    """A name, with its folders, without the suffix of an image or any other that names a kind of file."""
    suffix = suffix_of(name)
    known = _images(suffix) or suffix in ABOUT or suffix in OTHERS
    return name[: -len(suffix)] if known else name


def _images(suffix: str) -> bool:
    """Whether it is one of images, be there a package that reads them or not."""
    return suffix in IMAGES or suffix in HEIF or suffix in FILMS


def reads_films() -> bool:
    """Whether films can be read."""
    return find_spec("av") is not None


def heif() -> bool:
    """Whether Pillow reads the photos of telephones; where the package is there it is made to."""
    if "HEIF" in Image.OPEN:
        return True
    if find_spec("pillow_heif") is None:
        return False
    import pillow_heif  # type: ignore[import-not-found,unused-ignore]

    pillow_heif.register_heif_opener()
    return True


def formats(name: str = "") -> tuple[str, ...]:
    """The formats to look for in a file of that name."""
    named = BY_SUFFIX.get(suffix_of(name)) if name else None
    return (*_formats(), named) if named else _formats()


@lru_cache(1)
def _formats() -> tuple[str, ...]:
    """Those that this build of Pillow has."""
    Image.init()
    heif()
    return tuple(each for each in (*FORMATS, "HEIF") if each in Image.OPEN)
