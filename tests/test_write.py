"""``condgan write``."""

import shutil
import sys
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

import condgan as cg
from condgan.core import specimen
from condgan.core.errors import DataError, SettingsError
from condgan.core.specimen import ACCENTED, LETTERS, SIGNS
from condgan.data import scan
from condgan.data.find import find
from condgan.data.scan import Read, paragraphs
from condgan.data.specimen import Specimen
from condgan.gallery.handwriting.page import POINT, SIZES
from condgan.verbs.write import write_form
from tests.commands import run
from tests.letters import drawn, letters

pypdfium2 = pytest.importorskip("pypdfium2")
TEXT = "# A heading\n\nSome *words* that are long enough, internationally, to fill a line or two; and then some more."


@pytest.fixture(scope="module")
def pipe() -> cg.Pipeline:
    return letters(LETTERS + SIGNS)


def text_of(file: Path) -> str:
    document = pypdfium2.PdfDocument(file)
    return " ".join(page.get_textpage().get_text_range() for page in document)


def test_a_pdf_has_the_text_and_the_letters(pipe: cg.Pipeline, tmp_path: Path) -> None:
    out = tmp_path / "deep/page.pdf"
    found = cg.write(pipe, text=TEXT, out=out, hand=5)
    assert text_of(out).split() == TEXT.replace("#", "").replace("*", "").split()
    assert not found.instead and len(found.pages) == 1
    outlines = {each.glyph.outlines[0].tobytes() for page in found.pages for each in page.letters}
    assert len(outlines) == sum(len(page.letters) for page in found.pages)  # no two are alike
    again = tmp_path / "again/page.pdf"
    cg.write(pipe, text=TEXT, out=again, hand=5)
    assert again.read_bytes() == out.read_bytes()
    cg.write(pipe, text=TEXT, out=again, hand=6)
    assert again.read_bytes() != out.read_bytes()
    picture = np.asarray(pypdfium2.PdfDocument(out)[0].render(scale=1).to_pil().convert("L"))
    assert 0.001 < (picture < 160).mean() < 0.1


def test_pictures_of_several_pages(pipe: cg.Pipeline, tmp_path: Path) -> None:
    found = cg.write(
        pipe, text="word " * 90, out=tmp_path / "page.png", size=6, paper="A5", ruling="ruled", ink="black"
    )
    assert len(found.pages) > 1
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == [f"page-{n}.png" for n in range(1, len(found.pages) + 1)]
    with Image.open(files[0]) as opened:
        assert opened.size == (round(148 * POINT / 72 * 150), round(210 * POINT / 72 * 150))
        assert np.asarray(opened.convert("L")).min() < 40
    # the last text of a page is its number
    assert [page.text[-1].text for page in found.pages] == [str(n) for n in range(1, len(found.pages) + 1)]


def test_from_the_command_line(pipe: cg.Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import io

    pipe.save_pretrained(tmp_path / "letters")
    monkeypatch.setattr(cg.Pipeline, "from_pretrained", lambda *_: pipe)
    (tmp_path / "note.txt").write_text("hello\nworld")
    assert run("write", "letters", tmp_path / "note.txt", "--out", tmp_path / "note.pdf") == 0
    assert text_of(tmp_path / "note.pdf").split() == ["hello", "world"]
    monkeypatch.setattr(sys, "stdin", io.StringIO("from elsewhere"))
    assert run("write", "letters", "-", "--out", tmp_path / "note.pdf") == 0
    assert text_of(tmp_path / "note.pdf").split() == ["from", "elsewhere"]


def test_unknown_characters_are_named(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    found = cg.write(letters("abcdefghijklmnopqrstuvwxyz."), text="Über ☃ naïve!", out=tmp_path / "a.pdf")
    assert found.instead == {"Ü": "u", "☃": "", "ï": "i", "!": "."}
    assert (
        "written as others: Ü as u, ï as i, ! as ." in caplog.text
        and "left out, since nothing is like them: ☃ (1)" in caplog.text
    )
    assert text_of(tmp_path / "a.pdf").split()[0] == "Über"


@pytest.mark.parametrize(
    ("words", "error", "message"),
    [
        ({"text": "☃"}, DataError, "nothing to write"),
        ({"text": ""}, DataError, "nothing to write"),
        ({}, SettingsError, "no text"),
        ({"source": "/nothing/there.txt"}, DataError, r"cannot read the text; /nothing/there\.txt"),
        ({"text": "a", "paper": "A9"}, SettingsError, "no paper A9"),
        ({"text": "a", "ink": "inky"}, SettingsError, "no colour inky"),
        ({"text": "a", "ruling": "dotted"}, SettingsError, "no ruling dotted"),
        ({"text": "a", "margin": 105.0}, SettingsError, "margins leave no room"),
        ({"text": "a", "language": "xx-yy"}, SettingsError, "no hyphenation for xx-yy"),
        ({"text": "a", "label": "a"}, SettingsError, "the letters are what is written"),
        ({"text": "a", "field": "letter"}, SettingsError, "no field letter"),
        ({"text": "a", "out": "page.doc"}, SettingsError, r"cannot write a page as \.doc"),
    ],
)
def test_what_cannot_be_written(pipe: cg.Pipeline, words: dict, error: type, message: str) -> None:  # type: ignore[type-arg]
    with pytest.raises(error, match=message):
        cg.write(pipe, **words)


def test_a_pipeline_without_letters(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="knows no letters; its classes: wren, robin; train one"):
        cg.write(letters(("wren", "robin")), text="a")


def test_print_is_read_in_the_order_of_people() -> None:
    lines = [
        Read("second", 60, 10, 110, 20), Read("first", 0, 11, 50, 21), Read("hyphen-", 0, 24, 60, 34),
        Read("ated", 0, 38, 40, 48), Read("Another", 0, 70, 60, 80),
    ]  # fmt: skip
    assert paragraphs(lines) == "first second hyphenated\n\nAnother"


def filled_in(folder: Path, text: str) -> None:
    """The form, printed, filled in, and scanned askew."""
    folder.mkdir()
    form = write_form(folder.parent / "form.pdf")
    dots = 150 / 25.4
    places = [*specimen.cells(LETTERS + SIGNS + ACCENTED, 3)]
    for number, page in enumerate(pypdfium2.PdfDocument(form)):
        picture = page.render(scale=150 / 72).to_pil().convert("RGB")
        for cell in places:
            if cell.page == number and cell.character in text:
                ink = Image.fromarray((255 * drawn(cell.character, False).numpy()).astype(np.uint8))
                x = (cell.x + specimen.BOX[0] / 2) * dots - ink.width / 2
                y = (cell.y + specimen.BASELINE * specimen.BOX[1]) * dots - 29
                picture.paste((20, 30, 90), (round(x), round(y)), ink)
        turned = picture.rotate([1.5, 91, 180][number], expand=True, fillcolor=(240, 240, 235))
        turned.save(folder / f"{number}.jpg", quality=85)


def test_the_text_of_a_pdf_is_that_of_the_source_whoever_writes(pipe: cg.Pipeline, tmp_path: Path) -> None:
    text = (
        "gypsy jigs mingle with wide willows, if only they will; a fly of ill will: (thirteen) apples 10\u00a0kg a\tb "
        * 3
    )
    for hand in range(4):
        cg.write(pipe, text=text, out=tmp_path / "page.pdf", hand=hand)
        assert [word.strip("-") for word in text_of(tmp_path / "page.pdf").split()] == text.split()


def test_the_lines_stay_on_the_paper(pipe: cg.Pipeline) -> None:
    found = cg.write(pipe, text="gypsy para\n\n" * 60, margin=3, paper="A5")
    deep = "\n".join("  " * level + "- gypsy" for level in range(9))
    for written in (found, cg.write(pipe, text=deep, paper="A5", size=6)):
        width, height = (side * POINT for side in SIZES["A5"])
        for page in written.pages:
            for letter in page.letters:
                points = np.concatenate(letter.glyph.outlines) * letter.scale
                assert letter.x + points[:, 0].min() >= 0 and letter.x + points[:, 0].max() <= width
                assert letter.y - points[:, 1].max() >= 0 and letter.y - points[:, 1].min() <= height


def test_a_word_that_no_line_has_room_for(pipe: cg.Pipeline) -> None:
    written = cg.write(pipe, text="ab" * 500)
    assert sum(len(page.letters) for page in written.pages) >= 1000 and not written.instead


@pytest.mark.parametrize("program", ["rapidocr", "tesseract"])
def test_print_is_read_and_written_by_hand(
    program: str, pipe: cg.Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if program == "rapidocr":
        pytest.importorskip("rapidocr_onnxruntime")
    elif shutil.which("tesseract") is None:
        pytest.skip("Tesseract is not installed")
    else:
        monkeypatch.setitem(sys.modules, "rapidocr_onnxruntime", None)
    font = ImageFont.truetype(str(Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")), 30)
    page = Image.new("RGB", (900, 420), "white")
    lines = ("The quick brown fox", "jumps over it.", "", "A second paragraph", "follows the first.")
    for number, line in enumerate(lines):
        ImageDraw.Draw(page).text((60, 40 + 50 * number), line, "black", font)
    page.save(tmp_path / "scan.png")
    assert scan.text_of(tmp_path / "scan.png").split("\n\n") == [" ".join(lines[:2]), " ".join(lines[3:])]
    found = cg.write(pipe, tmp_path / "scan.png", out=tmp_path / "page.pdf")
    assert text_of(tmp_path / "page.pdf").split() == " ".join(lines).split() and not found.instead
    Image.new("RGB", (300, 200), "white").save(tmp_path / "empty.png")
    with pytest.raises(DataError, match="no print was found; .*empty.png"):
        cg.write(pipe, tmp_path / "empty.png")


def test_without_a_reader_of_print(pipe: cg.Pipeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rapidocr_onnxruntime", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    Image.new("RGB", (300, 200), "white").save(tmp_path / "page.png")
    with pytest.raises(SettingsError, match=r"no reader of print; .*pip install 'condgan\[write\]'"):
        cg.write(pipe, tmp_path / "page.png")


def test_a_form_filled_in_by_hand_becomes_data(tmp_path: Path) -> None:
    filled_in(tmp_path / "scans", "agT.é")
    source = find(str(tmp_path / "scans"))
    assert isinstance(source, Specimen)
    dataset = source.load()
    assert dataset.schema.columns["label"].names == ("T", "a", "g", ".", "é")
    assert len(dataset) == 15 and dataset.target.shape[1:] == (1, 48, 48)
    ink = {name: [] for name in "Tag.é"}  # type: ignore[var-annotated]
    for image, label in zip(dataset.target[:, 0].numpy(), dataset.columns["label"].tolist(), strict=True):
        ink["Tag.é"[label]].append(np.flatnonzero((image < 128).any(1)))
    line = np.mean([each[-1] for each in ink["T"]])
    assert abs(np.mean([each[-1] for each in ink["a"]]) - line) < 3
    assert np.mean([each[-1] for each in ink["g"]]) > line + 4
    assert np.mean([each[0] for each in ink["."]]) > np.mean([each[0] for each in ink["a"]]) + 4


def test_other_pictures_are_no_forms(birds: Path, tmp_path: Path) -> None:
    assert not isinstance(find(str(birds)), Specimen)
    (tmp_path / "scans").mkdir()
    Image.new("RGB", (1240, 1754), "white").save(tmp_path / "scans" / "empty.png")
    assert not isinstance(find(str(tmp_path / "scans")), Specimen)
    with pytest.raises(DataError, match="no filled-in form: its four black squares are not found; empty.png"):
        Specimen(path=str(tmp_path / "scans")).records()
