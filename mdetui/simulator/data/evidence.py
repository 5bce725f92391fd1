"""Evidence of an alert, made when it is asked for: the same alert always has the same.

Every key is there in every piece, null where it says nothing, as in alerts.md.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mdetui.simulator import ticks
from mdetui.simulator.data.catalogue import KINDS, Drop, Net, Piece, Reg, Run

_KEYS = (
    "entityType evidenceCreationTime sha1 sha256 fileName filePath processId processCommandLine processCreationTime "
    "parentProcessId parentProcessCreationTime parentProcessFileName parentProcessFilePath ipAddress url registryKey "
    "registryHive registryValueType registryValue accountName domainName userSid aadUserId userPrincipalName "
    "detectionStatus"
)
_EMPTY: dict[str, Any] = dict.fromkeys(_KEYS.split(" "))
# what an encoded command holds, and the file of a recipe that drops none
ENCODED = "SQBFAFgAKABOAGUAdwAtAE8AYgBqAGUAYwB0ACAATgBlAHQALgBXAGUAYgBDAGwAaQBlAG4AdAApAA=="
NO_FILE = "C:\\Users\\Public\\upd.exe"
# it starts everything a person starts: no evidence
_SHELL = "explorer.exe"
_HOLE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Facts:
    """What evidence is made from.

    Attributes:
        kind: Number of the kind, from 1.
        incident: Alerts of one incident share files and addresses.
        mix: A number drawn for the alert.
        first: First event, ticks.
        created: Creation, ticks.
        account: Account of the machine; `""` when the alert names no user.
    """

    kind: int
    incident: int
    mix: int
    first: int
    created: int
    account: str


def evidence(facts: Facts) -> list[dict[str, Any]]:
    """The pieces of evidence, user first."""
    # an alert that somebody made through the API is of a kind of its own and has no recipe
    pieces = KINDS[facts.kind - 1].pieces if facts.kind <= len(KINDS) else ()
    fill = _Filler(facts, pieces)
    out = [_user(facts)] if facts.account else []
    at = facts.first
    for number, piece in enumerate(pieces):
        for fields in _pieces(piece, fill, at + number * 7 * ticks.SECOND, first=number == 0):
            out.append({**_EMPTY, "evidenceCreationTime": ticks.text(facts.created + len(out) * 1_333_333), **fields})
    return out


def recipe(kind: int) -> Iterator[tuple[str, str]]:
    """What alerts of a kind leave in the tenant: `file`, `domain` or `ip`, and its text with placeholders unfilled."""
    for number, piece in enumerate(KINDS[kind - 1].pieces):
        if isinstance(piece, Run):
            if number == 0 and piece.parent != _SHELL:
                yield "file", joined(piece.parent_path, piece.parent)
            yield "file", joined(piece.path, piece.file)
        elif isinstance(piece, Drop):
            yield "file", joined(piece.path, piece.file)
        elif isinstance(piece, Net):
            if host := domain_of(piece.url):
                yield "domain", host
            yield "ip", "{ip}"


def domain_of(url: str) -> str:
    """The domain in a URL; `""` when it has none, or an address instead."""
    host = url.partition("://")[2].partition("/")[0].partition(":")[0]
    return "" if host == "{ip}" or host.replace(".", "").isdigit() else host


def process_number(name: str) -> int:
    """What a program adds to the alert's own number to make its process id."""
    return int(hashlib.sha256(name.lower().encode()).hexdigest()[:3], 16) * 4 + 600


def account(name: str) -> dict[str, str]:
    """The ids of an account, the same wherever it is met."""
    digest = hashlib.sha256(f"account:{name}".encode()).hexdigest()
    return {
        "accountName": name,
        "domainName": "CONTOSO",
        "userSid": f"S-1-5-21-1417850291-2080731653-839522115-{1100 + int(digest[:5], 16) % 88_000}",
        "aadUserId": f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-9{digest[17:20]}-{digest[20:32]}",
        "userPrincipalName": f"{name}@contoso.com",
    }


class _Filler:
    """Fills the placeholders of a recipe."""

    def __init__(self, facts: Facts, pieces: tuple[Piece, ...]) -> None:
        case = hashlib.sha256(f"case:{facts.incident}".encode()).digest()
        self._words = {
            "user": facts.account or "Public",
            "n": str(1000 + facts.incident % 8999),
            "hex": case.hex()[:8],
            "b64": ENCODED,
            "ip": f"198.51.100.{case[0] % 254 + 1}",
        }
        drops = [piece for piece in pieces if isinstance(piece, Drop)]
        self._words["file"] = self(joined(drops[0].path, drops[0].file)) if drops else NO_FILE
        keys = [piece.key for piece in pieces if isinstance(piece, Reg)]
        self._words["key"] = keys[0] if keys else ""
        urls = [piece.url for piece in pieces if isinstance(piece, Net) and piece.url]
        self._words["url"] = self(urls[0]) if urls else ""
        self._base = facts.mix % 40_000 // 4 * 4

    def __call__(self, text: str) -> str:
        # unknown holes stay: a command line may well hold braces
        return _HOLE.sub(lambda hole: self._words.get(hole[1], hole[0]), text)

    def process(self, name: str) -> int:
        """Process id: one per program of an alert, so that parents and children meet."""
        return self._base + process_number(name)


def _pieces(piece: Piece, fill: _Filler, at: int, *, first: bool) -> Iterator[dict[str, Any]]:
    if isinstance(piece, Run):
        if first and piece.parent != _SHELL:
            parent = Run(piece.parent_path, piece.parent, f'"{joined(piece.parent_path, piece.parent)}"')
            yield _process(parent, fill, at - 42 * ticks.SECOND)
        yield _process(piece, fill, at)
    elif isinstance(piece, Drop):
        yield {"entityType": "File", **_file(fill(piece.path), fill(piece.file)), "detectionStatus": "Detected"}
    elif isinstance(piece, Net):
        if piece.url:
            yield {"entityType": "Url", "url": fill(piece.url)}
        yield {"entityType": "Ip", "ipAddress": fill("{ip}")}
    else:
        yield {
            "entityType": "Registry",
            "registryHive": piece.hive,
            "registryKey": fill(piece.key),
            "registryValueType": "String",
            "registryValue": f"{piece.name}={fill(piece.value)}",
        }


def _process(run: Run, fill: _Filler, at: int) -> dict[str, Any]:
    return {
        "entityType": "Process",
        **_file(fill(run.path), fill(run.file)),
        "processId": fill.process(run.file),
        "processCommandLine": fill(run.command),
        "processCreationTime": ticks.text(at),
        "parentProcessId": fill.process(run.parent),
        "parentProcessCreationTime": ticks.text(at - 38 * ticks.SECOND - 1_204_163),
        "parentProcessFileName": run.parent,
        "parentProcessFilePath": fill(run.parent_path),
        "detectionStatus": "Detected",
    }


def _file(path: str, name: str) -> dict[str, str]:
    known = f"file:{joined(path, name)}".encode()
    return {
        "fileName": name,
        "filePath": path,
        "sha1": hashlib.sha1(known).hexdigest(),
        "sha256": hashlib.sha256(known).hexdigest(),
    }


def _user(facts: Facts) -> dict[str, Any]:
    return {
        **_EMPTY,
        "entityType": "User",
        "evidenceCreationTime": ticks.text(facts.created),
        **account(facts.account),
    }


def joined(path: str, name: str) -> str:
    """A folder and a file as one path."""
    return f"{path}{'/' if path.startswith('/') else chr(92)}{name}"
