"""The fields of the confirmation sheet: a line of text, or a choice. Keys are named as Textual names them."""

from __future__ import annotations

from dataclasses import dataclass

from mdetui import text

# a comment longer than this is a report, not a reason
LONGEST = 400


@dataclass(slots=True)
class TextField:
    """One line of text with a cursor."""

    key: str
    label: str
    value: str = ""
    cursor: int = 0

    def press(self, key: str, char: str | None) -> bool:
        """Edit; True when something changed."""
        before = (self.value, self.cursor)
        if key == "left":
            self.cursor = max(0, self.cursor - 1)
        elif key == "right":
            self.cursor = min(len(self.value), self.cursor + 1)
        elif key in ("home", "ctrl+a"):
            self.cursor = 0
        elif key in ("end", "ctrl+e"):
            self.cursor = len(self.value)
        elif key == "backspace":
            self._cut(self.cursor - 1, self.cursor)
        elif key == "delete":
            self._cut(self.cursor, self.cursor + 1)
        elif key == "ctrl+u":
            self._cut(0, self.cursor)
        elif key == "ctrl+w":
            head = self.value[: self.cursor].rstrip()
            self._cut(head.rfind(" ") + 1, self.cursor)
        elif char is not None and char.isprintable():
            self.insert(char)
        return (self.value, self.cursor) != before

    def insert(self, typed: str) -> None:
        """Insert typed or pasted text, as one safe line."""
        room = LONGEST - len(self.value)
        flat = typed if len(typed) == 1 else " ".join(typed.split())
        safe = flat if flat == " " else text.line(flat)[:room] if flat else ""
        self.value = self.value[: self.cursor] + safe[:room] + self.value[self.cursor :]
        self.cursor += len(safe[:room])

    def _cut(self, start: int, end: int) -> None:
        start = max(0, start)
        self.value = self.value[:start] + self.value[end:]
        self.cursor = start


@dataclass(slots=True)
class ChoiceField:
    """One of some values; arrows and space go through them, a letter jumps."""

    key: str
    label: str
    values: tuple[str, ...]
    value: str = ""

    def press(self, key: str, char: str | None) -> bool:
        """Choose; True when the value changed."""
        if not self.values:
            return False
        before = self.value
        at = self.values.index(self.value) if self.value in self.values else None
        if key in ("right", "down", "space") or char == " ":
            self.value = self.values[0 if at is None else (at + 1) % len(self.values)]
        elif key in ("left", "up"):
            self.value = self.values[-1 if at is None else (at - 1) % len(self.values)]
        elif char is not None and char.isalpha():
            # the next value that starts with it, round and round
            start = 0 if at is None else at + 1
            turned = self.values[start:] + self.values[:start]
            self.value = next((one for one in turned if one.casefold().startswith(char.casefold())), self.value)
        return self.value != before


Field = TextField | ChoiceField
