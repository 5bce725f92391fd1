"""The key table as Textual bindings; also what the help, the bottom line and the palette ask."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from mdetui.keys import Key, context

# keys that must win over Textual's own: ctrl+q quits with priority, ctrl+c copies or quits
_FIRST = frozenset({"ctrl+q", "ctrl+c"})


def bindings(*contexts: str) -> list[BindingType]:
    """Bindings of these contexts of the key table, each with id and tooltip.

    Keys of the sheet's state machine are left out: it takes them itself, with their time.
    """
    return [_binding(key) for name in contexts for key in context(name) if key.action != "sheet"]


def _binding(key: Key) -> Binding:
    return Binding(
        key.keys,
        key.action,
        key.label,
        show=False,
        key_display=key.display,
        priority=key.keys in _FIRST,
        tooltip=key.help,
        id=key.id,
    )
