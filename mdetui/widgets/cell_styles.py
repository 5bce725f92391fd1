"""The style names of views (`views.base.STYLES`) as terminal styles, once for all widgets that draw cells.

They are made of the theme's variables, never of colours in code, and looked up once per theme. Component classes would
say the same in CSS, but five widgets with fourteen of them cost a third of the first paint. Every state is also a letter
or a word, so a terminal without colours loses nothing.
"""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from rich.style import Style
from textual.app import App
from textual.color import Color, ColorParseError
from textual.widget import Widget

# style name -> (variable of the theme, attributes)
_LOOKS: dict[str, tuple[str, dict[str, Any]]] = {
    "plain": ("", {}),
    "muted": ("text-muted", {}),
    "strong": ("", {"bold": True}),
    "severity.high": ("text-error", {"bold": True}),
    "severity.medium": ("text-warning", {}),
    "severity.low": ("text-accent", {}),
    "severity.info": ("text-muted", {}),
    "state.good": ("text-success", {}),
    "state.warn": ("text-warning", {}),
    "state.bad": ("text-error", {}),
    "state.busy": ("text-accent", {}),
    "protected": ("text-warning", {"bold": True}),
    "armed": ("text-accent", {"bold": True, "reverse": True}),
    "link": ("text-accent", {}),
    "cursor": ("", {"reverse": True}),
}

_known: WeakKeyDictionary[App[Any], tuple[tuple[str, bool], dict[str, Style]]] = WeakKeyDictionary()


def cell_styles(app: App[Any]) -> dict[str, Style]:
    """Style name to style, without a background, to be laid over any row; made anew when the theme changes."""
    now = (app.theme, app.native_ansi_color)
    found = _known.get(app)
    if found is None or found[0] != now:
        variables = app.get_css_variables()
        found = now, {name: _style(variables, *look) for name, look in _LOOKS.items()}
        _known[app] = found
    return found[1]


def rich_style(widget: Widget, style: str) -> Style:
    """The style of a cell."""
    return cell_styles(widget.app)[style]


def _style(variables: dict[str, str], variable: str, attributes: dict[str, Any]) -> Style:
    if not variable:
        return Style(**attributes)
    value = variables[variable]
    name, _, strength = value.partition(" ")
    if name == "auto":
        # Textual's own muted text: the foreground, part of the way to the background
        color = Color.parse(variables["foreground"]).blend(Color.parse(variables["background"]), 0.4)
        return Style(color=color.rich_color, **attributes)
    try:
        color = Color.parse(name)
    except ColorParseError:
        return Style(**attributes)
    if color.ansi is not None and strength:
        # a colour of the terminal can't be blended; it can be dim
        return Style(color=None if color.ansi == -1 else color.rich_color, dim=True, **attributes)
    return Style(color=color.rich_color, **attributes)
