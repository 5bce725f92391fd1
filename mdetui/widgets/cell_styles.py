"""The style names of views (`views.base.STYLES`) as component classes, once for all widgets that draw cells.

Only theme variables here: a colour in code would be wrong in half of the themes. Every state is also a letter or a
word, so a terminal without colours loses nothing.
"""

from __future__ import annotations

from rich.style import Style
from textual.widget import Widget

from mdetui.views.base import STYLES

_RULES = {
    "plain": "",
    "muted": "color: $text-muted;",
    "strong": "text-style: bold;",
    "severity-high": "color: $text-error; text-style: bold;",
    "severity-medium": "color: $text-warning;",
    "severity-low": "color: $text-accent;",
    "severity-info": "color: $text-muted;",
    "state-good": "color: $text-success;",
    "state-warn": "color: $text-warning;",
    "state-bad": "color: $text-error;",
    "state-busy": "color: $text-accent;",
    "protected": "color: $text-warning; text-style: bold;",
    "link": "color: $text-accent;",
    "cursor": "text-style: reverse;",
}


def class_of(style: str) -> str:
    """`severity.high` -> `cell--severity-high`."""
    return f"cell--{style.replace('.', '-')}"


CELL_CLASSES = {class_of(style) for style in STYLES}


def cell_css(widget: str) -> str:
    """CSS rules of all cell styles below a widget type."""
    rules = (f"    & .cell--{name} {{ {rule} }}" for name, rule in _RULES.items() if rule)
    return f"{widget} {{\n" + "\n".join(rules) + "\n}\n"


def rich_style(widget: Widget, style: str) -> Style:
    """The style of a cell without the widget's own background, to be laid over any row."""
    if style == "plain":
        return Style.null()
    return widget.get_component_rich_style(class_of(style), partial=True)
