"""The live filter over what is loaded."""

from __future__ import annotations

from collections.abc import Iterable

from mdetui.text import MAX_LINE


class Filter:
    """Words that must all be found in the texts of a row, whatever their case.

    `!` in front inverts; quotes keep words together. A quote that is not closed yet holds to the end: people are still
    typing.

    Attributes:
        text: As typed.
        inverted: Rows that match are the ones to leave out.
        words: What is looked for, case folded.
    """

    __slots__ = ("inverted", "text", "words")

    def __init__(self, text: str = "") -> None:
        self.text = text
        body = text.strip()
        self.words = _words(body.removeprefix("!"))
        self.inverted = body.startswith("!") and bool(self.words)

    def __bool__(self) -> bool:
        return bool(self.words)

    def matches(self, texts: Iterable[str | None]) -> bool:
        """Whether a row with these texts is shown. Longer texts are searched as far as they can be shown."""
        hay = "\n".join([text[:MAX_LINE] for text in texts if text]).casefold()
        for word in self.words:
            if word not in hay:
                return self.inverted
        return not self.inverted

    def narrows(self, other: Filter) -> bool:
        """Whether everything this filter shows was shown by `other`, so that only those rows must be looked at."""
        if not other:
            return True
        if self.inverted or other.inverted:
            return False
        return all(any(old in new for new in self.words) for old in other.words)


def _words(text: str) -> tuple[str, ...]:
    words: list[str] = []
    for index, part in enumerate(text.casefold().split('"')):
        if index % 2 == 0:
            words += part.split()
        elif part:
            words.append(part)
    return tuple(words)
