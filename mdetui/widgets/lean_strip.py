"""LeanStrip: the same line in fewer bytes. Textual writes every piece of a line with its whole style and a reset behind
it; here only what changes from piece to piece is written. On a line of five pieces that is 120 bytes in place of 205."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from rich.color import ColorSystem
from rich.console import COLOR_SYSTEMS, Console
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter
from textual.strip import Strip

_ATTRIBUTES = (
    ("bold", "1"),
    ("dim", "2"),
    ("italic", "3"),
    ("underline", "4"),
    ("blink", "5"),
    ("blink2", "6"),
    ("reverse", "7"),
    ("conceal", "8"),
    ("strike", "9"),
    ("underline2", "21"),
    ("frame", "51"),
    ("encircle", "52"),
    ("overline", "53"),
)


# switches one attribute off; 22 switches bold and dim off together
_OFF = {"1": "22", "2": "22", "3": "23", "4": "24", "7": "27", "9": "29"}


class _Codes(NamedTuple):
    attributes: frozenset[str]
    color: str
    back: str


_PLAIN = _Codes(frozenset(), "", "")
# attributes that can be seen on a blank: underlines, reverse, strike, frames
_ON_BLANKS = frozenset(("4", "7", "9", "21", "51", "52", "53"))


@lru_cache(4096)
def _codes(style: Style, system: ColorSystem) -> _Codes:
    """What a style sets, as SGR parameters; "" is the terminal's own colour."""
    color = ";".join(style.color.downgrade(system).get_ansi_codes()) if style.color is not None else ""
    back = ";".join(style.bgcolor.downgrade(system).get_ansi_codes(False)) if style.bgcolor is not None else ""
    attributes = frozenset(code for name, code in _ATTRIBUTES if getattr(style, name))
    return _Codes(attributes, "" if color == "39" else color, "" if back == "49" else back)


@lru_cache(4096)
def _change(old: _Codes, new: _Codes) -> str:
    """The shortest sequence that leads from one style to another."""
    if old == new:
        return ""
    whole = ";".join((*sorted(new.attributes), *(part for part in (new.color, new.back) if part)))
    if old == _PLAIN:
        return f"\x1b[{whole}m"
    fresh = f"\x1b[0;{whole}m" if whole else "\x1b[0m"
    gone = old.attributes - new.attributes
    if gone - _OFF.keys() or (gone & {"1", "2"} and new.attributes & {"1", "2"}):
        return fresh
    parts = sorted({_OFF[code] for code in gone} | (new.attributes - old.attributes))
    if old.color != new.color:
        parts.append(new.color or "39")
    if old.back != new.back:
        parts.append(new.back or "49")
    return min(f"\x1b[{';'.join(parts)}m", fresh, key=len)


def _alike_on_blanks(old: _Codes, new: _Codes) -> bool:
    """Whether blanks look the same in both styles: of a blank only the background and lines are seen."""
    return old.back == new.back and not (old.attributes | new.attributes) & _ON_BLANKS


class LeanStrip(Strip):
    """A strip that looks like any other and stays lean when it is cut."""

    __slots__ = ()

    @classmethod
    def of(cls, strip: Strip) -> LeanStrip:
        """The same line as a lean strip."""
        return strip if isinstance(strip, LeanStrip) else cls(strip, strip.cell_length)

    def crop(self, start: int, end: int | None = None) -> Strip:
        """A part of the line; kept, so that it is made once."""
        start, end = max(0, start), self.cell_length if end is None else min(self.cell_length, end)
        known = self._crop_cache.get((start, end))
        if isinstance(known, LeanStrip):
            return known
        part = LeanStrip.of(super().crop(start, end))
        if part is not self:
            self._crop_cache[start, end] = part
        return part

    def divide(self, cuts: Iterable[int]) -> Sequence[Strip]:
        """The line in parts."""
        return [LeanStrip.of(part) for part in super().divide(cuts)]

    def apply_filter(self, filter: LineFilter, background: Color) -> Strip:  # noqa: A002
        """The line in other colours; kept, so that it is made once."""
        known = self._filter_cache.get((filter, background))
        if not isinstance(known, LeanStrip):
            known = self._filter_cache[filter, background] = LeanStrip.of(super().apply_filter(filter, background))
        return known

    def render(self, console: Console) -> str:
        """The line as the terminal takes it; ends in the terminal's own style."""
        if self._render_cache is None:
            self._render_cache = self._lean(COLOR_SYSTEMS.get(console.color_system or "", ColorSystem.TRUECOLOR))
        return self._render_cache

    def _lean(self, system: ColorSystem) -> str:
        output: list[str] = []
        now = _PLAIN
        for text, style, _ in self:
            new = _PLAIN if style is None else _codes(style, system)
            if not text.strip(" ") and _alike_on_blanks(now, new):
                new = now
            output += (_change(now, new), text)
            now = new
        output.append(_change(now, _PLAIN))
        return "".join(output)
