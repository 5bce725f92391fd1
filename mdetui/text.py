"""Tenant text made safe: for a terminal, a CSV cell, a file name. Nothing else cleans text.

Alert titles, file names, command lines and user names are chosen by attackers. Whatever is not a plain printing
character is shown as a visible escape, so that it can neither steer the terminal nor hide or reorder what a person
reads. The functions here are pure and know no widget; fitting to a width is `widgets/cells.py`.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from typing import NewType

# Longest text any cell or detail line is made of; a 100 kB title costs as little as a short one. The rest is counted.
MAX_LINE = 2_000
MAX_BLOCK = 60_000
# More marks than this on one base character draw over neighbouring rows ("zalgo"); real scripts need at most three.
MAX_COMBINING = 3

# Cc control, Cf format (bidi, zero width, tags), Cs surrogates, Co private, Cn unassigned, Zl/Zp separators
_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Letters that draw nothing at all: used to make two names look the same
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800")
# Flags are made of two letters and skin tones change the character before them: terminals disagree about their width, and
# a column that is one cell off hides where the next begins
_WIDTH_UNSURE = re.compile("[\U0001f1e6-\U0001f1ff\U0001f3fb-\U0001f3ff]")
_CSV_START = ("=", "+", "-", "@", "\t", "\r", "|", "%")
# A time of the wire that was read once: seconds since 1970, UTC. A row holds it in 32 bytes, its text in 80. A class of
# its own would take 48, and the garbage collector would walk them all.
Instant = NewType("Instant", float)
# up to here (the year 2106) seconds in 64 bits tell microseconds apart
_FAR = 2**32
_FILE_BAD = re.compile(r"[^A-Za-z0-9._-]+")


def _escape(char: str) -> str:
    code = ord(char)
    if char == "\n":
        return "\\n"
    if char == "\t":
        return "\\t"
    if char == "\r":
        return "\\r"
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _clean(text: str) -> str:
    out: list[str] = []
    marks = 0
    for char in text:
        if " " <= char <= "~":
            out.append(char)
            marks = 0
            continue
        category = unicodedata.category(char)
        if category in _UNSAFE or char in _BLANK or "\ufe00" <= char <= "\ufe0f" or _WIDTH_UNSURE.match(char):
            out.append(_escape(char))
            marks = 0
        elif category == "Zs":
            out.append(" ")
            marks = 0
        elif category in ("Mn", "Me"):
            # a mark with no base would sit on whatever the cell before it ends with
            marks += 1
            out.append(char if 0 < marks <= MAX_COMBINING and out else _escape(char))
        else:
            out.append(char)
            marks = 0
    return "".join(out)


def line(value: object, limit: int = MAX_LINE) -> str:
    """One line of safe text from anything the service sent; `None` becomes `-`.

    Args:
        value: A value of the wire; not only strings come.
        limit: Longest result in characters before cutting; what is cut is counted at the end.
    """
    if value is None:
        return "-"
    text = value if type(value) is str else str(value)
    if not text:
        return "-"
    cut = len(text) - limit
    if cut > 0:
        text = text[:limit]
    if not (text.isascii() and text.isprintable()):
        text = _clean(text)
    return f"{text} (+{cut} characters)" if cut > 0 else text


def block(value: object, limit: int = MAX_BLOCK) -> list[str]:
    """Safe lines from a text that may hold line breaks (descriptions, raw JSON). Never empty."""
    if value is None or value == "":
        return ["-"]
    text = str(value)
    cut = len(text) - limit
    if cut > 0:
        text = text[:limit]
    lines = [line(part) if part else "" for part in text.replace("\r\n", "\n").split("\n")]
    if cut > 0:
        lines.append(f"(+{cut} characters)")
    return lines


def is_plain(text: str) -> bool:
    """Whether the text shows as itself, so that a person can type what they see."""
    return line(text) == text and text == text.strip()


def csv_cell(value: object) -> str:
    """Safe text for a spreadsheet cell: what a formula could start with is quoted."""
    text = line(value)
    return f"'{text}" if text.startswith(_CSV_START) and text != "-" else text


def file_name(value: object, fallback: str = "unnamed") -> str:
    """A name that can't leave its folder or be hidden: letters, digits, `.`, `_`, `-`, at most 100 characters."""
    text = _FILE_BAD.sub("_", str(value or "")).strip("._")[:100].strip("._")
    return text or fallback


def parse_time(value: object) -> datetime | None:
    """A time of the wire (ISO 8601, 0 to 7 fraction digits, `Z` or nothing; `Instant`), or None when it is none.

    `0001-01-01T00:00:00Z` is the service's "no date" (gotchas 27) and gives None too.
    """
    if type(value) is float:
        return datetime.fromtimestamp(value, UTC) if 0 <= value < _FAR else None
    if type(value) is not str or len(value) < 10:
        return None
    try:
        # fromisoformat of 3.11+ takes Z and cuts a 7th digit
        when = datetime.fromisoformat(value)
    except ValueError:
        return None
    if when.year <= 1:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def instant(value: str) -> Instant | str:
    """A time of the wire, read; the text itself when it is none, or so far away that microseconds would be lost."""
    when = parse_time(value)
    since = when.timestamp() if when is not None else -1.0
    return Instant(since) if 0 <= since < _FAR else value


def seconds(value: object) -> float | None:
    """The same in seconds since 1970; None when it is none."""
    if type(value) is float:
        return value if 0 <= value < _FAR else None
    when = parse_time(value)
    return when.timestamp() if when is not None else None


def age(when: datetime | None, now: datetime) -> str:
    """Short age, at most four characters: `now`, `4m`, `7h`, `12d`, `3y`; `-` when unknown, `+4m` is in the future."""
    if when is None:
        return "-"
    seconds = (now - when).total_seconds()
    sign = "+" if seconds < -60 else ""
    seconds = abs(seconds)
    if seconds < 60:
        return "now"
    for limit, unit, size in ((3600, "m", 60), (86_400, "h", 3600), (86_400 * 999, "d", 86_400)):
        if seconds < limit:
            return f"{sign}{int(seconds // size)}{unit}"
    return f"{sign}{int(seconds // (86_400 * 365))}y"


def lasting(when: datetime | None, now: datetime) -> str:
    """Short age of something that goes on: as `age`, with seconds below a minute."""
    seconds = (now - when).total_seconds() if when else -1.0
    return f"{int(seconds)}s" if 0 <= seconds < 60 else age(when, now)


def stamp(when: datetime | None) -> str:
    """`2026-11-24 14:02:07Z`, always UTC; `-` when unknown."""
    return when.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%SZ") if when else "-"


def stamp_of(value: object) -> str:
    """The same of a time of the wire; `-` when it is none."""
    return stamp(parse_time(value))


def plural(count: int, noun: str) -> str:
    """`1 machine`, `14 machines`, `2 entries`, `2 branches`."""
    if count == 1:
        return f"{count:,} {noun}"
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{count:,} {noun[:-1]}ies"
    return f"{count:,} {noun}{'es' if noun.endswith(('ch', 'ss')) else 's'}"
