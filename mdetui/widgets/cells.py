"""Texts fitted to a number of terminal cells, so that columns stay aligned whatever stands in them.

The last line of defence too: nothing that leaves here holds a control character, whoever forgot to clean it.
"""

from __future__ import annotations

from rich.cells import cell_len, split_graphemes

from mdetui import text as safe

ELLIPSIS = "…"


def clean(text: str) -> str:
    """The text itself when it is safe, as column functions give it; else with visible escapes."""
    return text if not text or (text.isascii() and text.isprintable()) else safe.line(text)


def fit(text: str, width: int, *, right: bool = False, keep: str = "start") -> str:
    """Exactly `width` cells of text.

    Args:
        text: One line.
        width: Cells.
        right: Blanks go to the left.
        keep: Which end survives when the text is cut, `start` or `end`; the cut is marked with an ellipsis.
    """
    text = cut(clean(text), width, keep)
    blanks = " " * (width - (len(text) if text.isascii() else cell_len(text)))
    return blanks + text if right else text + blanks


def cut(text: str, width: int, keep: str = "start") -> str:
    """The text, cut with an ellipsis when it is wider than `width` cells; never padded."""
    size = len(text) if text.isascii() else cell_len(text)
    return text if size <= width else _cut(text, width, keep)


def _cut(text: str, width: int, keep: str) -> str:
    """A wide character that would be halved is left out whole."""
    if width <= 0:
        return ""
    if text.isascii():
        return ELLIPSIS + text[len(text) - width + 1 :] if keep == "end" else text[: width - 1] + ELLIPSIS
    spans, _ = split_graphemes(text)
    used = 1
    if keep == "end":
        start = len(text)
        for begin, _, cells in reversed(spans):
            if used + cells > width:
                break
            used += cells
            start = begin
        return ELLIPSIS + text[start:]
    end = 0
    for _, stop, cells in spans:
        if used + cells > width:
            break
        used += cells
        end = stop
    return text[:end] + ELLIPSIS
