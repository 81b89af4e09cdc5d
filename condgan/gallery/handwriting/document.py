"""Text, plain or as Markdown, as blocks to be written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from condgan.core.names import composed

if TYPE_CHECKING:
    from markdown_it.token import Token

HEADINGS = (1.5, 1.3, 1.15)
"""How much larger headings of each level are written; of further levels as the last."""


DEEPEST = 1_000
"""How deep lists and quotations stand within each other, at most."""
TAG = re.compile(r"<[^>]*>|<!--.*?-->", re.S)
Kind = Literal["paragraph", "heading", "item", "line", "rule"]


class Run(NamedTuple):
    """A part of a block."""

    text: str
    underlined: bool = False


class Block(NamedTuple):
    """A paragraph, a heading or an item of a list."""

    runs: tuple[Run, ...]
    kind: Kind = "paragraph"
    """``line``: a line of verse or code, after which no space follows. ``rule``: a line across the page."""
    level: int = 0
    """Of a heading from 1 on; of an item how deep its list stands within others."""
    marker: str = ""
    """What stands before an item."""

    @property
    def size(self) -> float:
        """How large it is written, against a paragraph."""
        return HEADINGS[min(self.level, len(HEADINGS)) - 1] if self.kind == "heading" else 1.0

    @property
    def text(self) -> str:
        """All of it, with its marker."""
        return " ".join([*([self.marker] if self.marker else []), "".join(run.text for run in self.runs)])


def plain(text: str) -> list[Block]:
    """Paragraphs, of which each line is one of its own: lines are kept as they are."""
    found: list[Block] = []
    for part in re.split(r"\n\s*\n", composed(text).strip("\n")):
        lines = [line.strip() for line in part.splitlines() if line.strip()]
        found += [Block((Run(line),), "line") for line in lines[:-1]]
        found += [Block((Run(line),)) for line in lines[-1:]]
    return found


def markdown(text: str) -> list[Block]:
    """Paragraphs, headings and lists; what is emphasised is underlined, code is written line by line."""
    from markdown_it import MarkdownIt

    found: list[Block] = []
    lists: list[int | None] = []
    """The next number of each list that is open; ``None`` of one with dots."""
    heading, marker = 0, ""
    row: list[Run] | None = None
    """The cells of a row of a table."""
    for token in MarkdownIt("commonmark", {"maxNesting": DEEPEST}).enable("table").parse(composed(text)):
        if token.type == "heading_open":
            heading = int(token.tag[1:])
        elif token.type in ("bullet_list_open", "ordered_list_open"):
            lists.append(None if token.type.startswith("bullet") else int(token.attrs.get("start", 1)))
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            lists.pop()
        elif token.type == "list_item_open":
            number = lists[-1]
            marker = "-" if number is None else f"{number}."
            lists[-1] = None if number is None else number + 1
        elif token.type == "hr":
            found.append(Block((), "rule"))
        elif token.type == "tr_open":
            row = []
        elif token.type == "tr_close":
            found.append(Block(tuple(row or ()), "line"))
            row = None
        elif token.type in ("fence", "code_block", "html_block"):
            content = TAG.sub("", token.content) if token.type == "html_block" else token.content
            for line in content.splitlines():
                if line.strip():
                    found.append(Block((Run(line),), "line", marker=marker))
                    marker = ""
        elif token.type == "inline":
            lines = _lines(token.children or [])
            if row is not None:
                row += [*([Run("; ")] if row else []), *(run for line in lines for run in line)]
                continue
            kind: Kind = "heading" if heading else "item" if lists else "paragraph"
            level = heading or len(lists)
            for runs in lines[:-1]:
                found.append(Block(runs, kind if kind != "paragraph" else "line", level, marker))
                marker = ""
            found.append(Block(lines[-1], kind, level, marker))
            heading, marker = 0, ""
    return found


def _lines(children: Sequence[Token]) -> list[tuple[Run, ...]]:
    """The lines of a paragraph, as its author broke it."""
    lines: list[list[Run]] = [[]]
    deep = 0
    for child in children:
        if child.type in ("em_open", "strong_open"):
            deep += 1
        elif child.type in ("em_close", "strong_close"):
            deep -= 1
        elif child.type == "hardbreak":
            lines.append([])
        elif child.type == "softbreak":
            lines[-1].append(Run(" ", bool(deep)))
        elif child.type != "html_inline" and (child.type == "image" or child.content):
            lines[-1].append(Run(child.content, bool(deep)))
    return [tuple(line) for line in lines]
