"""``condgan write``."""

from typing import Annotated, Literal

from cyclopts import Parameter

from condgan.cli.fields import complete_where
from condgan.cli.translate import STDIN
from condgan.core.errors import SettingsError


def write(
    pipeline: str = "",
    source: str = "",
    /,
    *,
    form: str | None = None,
    out: str = "page.pdf",
    hand: int = 0,
    paper: str = "A4",
    ruling: Literal["plain", "ruled", "squared"] = "plain",
    margin: float = 22.0,
    size: float = 2.1,
    ink: str = "#1f2f57",
    language: str = "en",
    field: str | None = None,
    where: Annotated[list[str] | None, Parameter(negative="", completer=complete_where)] = None,
    device: str = "auto",
    **fields: Annotated[str, Parameter(negative="")],
) -> None:
    """Write a document by hand, with a generator whose classes are characters.

    Each letter is generated for itself, so that no two are alike. Characters that the generator does not know are
    named, with what is written in their place.

    Parameters
    ----------
    pipeline
        A run's folder, or owner/name on the Hugging Face Hub.
    source
        A text file, Markdown (.md), a picture of print (pip install 'condgan[write]'), or - for the standard input.
    form
        X.pdf: no document, but the form to fill in with letters of your own; condgan train FOLDER takes scans of it.
    out
        X.pdf, with text that can be searched (pip install 'condgan[write]'), or X.png.
    hand
        A seed: whose hand it is.
    paper
        A4, A5 or Letter.
    ruling
        plain, ruled or squared.
    margin
        In millimetres.
    size
        The height of a small x, in millimetres.
    ink
        A colour, by name or as #rrggbb.
    language
        Of hyphenation, such as en, de or fr.
    field
        Whose classes are characters; by default the one that has most.
    where
        NAME=VALUE, NAME=VALUE: other values, the same for all letters.
    device
        auto, cpu, cuda or mps.
    """
    from rich import print as show
    from rich.markup import escape

    from condgan.verbs.write import write as generate
    from condgan.verbs.write import write_form

    if form is not None:
        write_form(form)
        show(f"the form in [bold]{escape(form)}[/bold]")
        return
    if not pipeline or not source:
        raise SettingsError("no text", where="command line", do="give a pipeline and a file, or --form FILE.pdf")
    source = "-" if source == STDIN else source
    found = generate(
        pipeline,
        source,
        out=out,
        hand=hand,
        paper=paper,
        ruling=ruling,
        margin=margin,
        size=size,
        ink=ink,
        language=language,
        field=field,
        device=device,
        where=where,
        **fields,
    )
    count = len(found.pages)
    show(f"{count} page{'s' * (count != 1)} in [bold]{escape(out)}[/bold]")
