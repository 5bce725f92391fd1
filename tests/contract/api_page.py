"""Reads the tables of the API's digest: operations with their permissions and rates, in the digest's own shorthand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.contract.route_list import Rate

_CODE = re.compile(r"`([^`]+)`")
_PATHS = re.compile(r"(?:(GET|POST|PATCH|DELETE) )?(same|`[^`]+`)")
_STEM = re.compile(r"[A-Z][A-Za-z]+(?:\.[A-Z][A-Za-z]+)*")


@dataclass
class Said:
    """What the page says of one operation."""

    application: set[str]
    delegated: set[str]
    rate: Rate


def _cells(line: str) -> list[str]:
    return [cell.strip().replace("**", "") for cell in line.strip()[1:-1].split("|")]


def _names(said: str, app: bool) -> set[str]:
    """Permission names in a piece of text; `X.Read(.All)/ReadWrite(.All)` and `A, B` with one prefix are taken apart."""
    said = (
        said.replace("(.All)", ".All" if app else "").replace("Task(s)", "Tasks").replace("/ .All", "/ ReadWrite.All")
    )
    found: set[str] = set()
    prefix = ""
    for part in re.split(r"[,/\s]+|or ", said):
        name = part.strip("().;:")
        if not _STEM.fullmatch(name):
            continue
        if "." in name and name.partition(".")[0] not in ("Read", "ReadWrite"):
            prefix = name.partition(".")[0]
        elif prefix:
            name = f"{prefix}.{name}"
        if "." in name:
            found.add(name)
    return found


def _grant(said: str) -> tuple[set[str], set[str]]:
    said = re.split(r"[.;(]? ?\b[Rr]oles? ", said)[0]
    parts = re.split(r"[;(/,] ?D |\(D ", said, maxsplit=1)
    if len(parts) == 2:
        return _names(parts[0].removeprefix("A "), True), _names(parts[1], False)
    return _names(said.removeprefix("A "), True), _names(said.removeprefix("A "), False)


def _page_rate(said: str, before: Rate) -> Rate:
    minute, hour = re.search(r"(\d+)/min", said), re.search(r"([\d,]+)/h", said)
    if not minute and not hour:
        return before
    return int(minute[1]) if minute else None, int(hour[1].replace(",", "")) if hour else None


class Page:
    """The tables of the page, section by section."""

    def __init__(self, page: str) -> None:
        self.said: dict[tuple[str, str], Said] = {}
        for section in re.split(r"^## ", page, flags=re.MULTILINE)[1:]:
            number = int(section.partition(".")[0]) if section[0].isdigit() else 0
            if 1 <= number <= 19:
                self._section(number, section)

    def _section(self, number: int, section: str) -> None:
        lines = section.splitlines()
        heading = lines[0].partition(" ")[2]
        stated = re.search(r"^Perms[^:]*: (.*)$", section, re.MULTILINE)
        std = _grant(re.sub(r"^[^(]*\(", "", heading)) if "(A " in heading else (set(), set())
        if stated and number == 2:
            std = _grant(stated[1])
        self._number, self._std, self._last, self._base = number, std, std, ""
        head: list[str] = []
        for line in lines:
            if not line.startswith("|"):
                head = []
            elif not head:
                head = _cells(line)
            elif not line.startswith("|---"):
                self._row(head, _cells(line))

    def _row(self, head: list[str], cells: list[str]) -> None:
        by = dict(zip(head, cells, strict=False))
        if "JSON path (`/api/machines/...`)" in by:
            self._export(by)
            return
        first = head[0]
        if first not in ("Method + path", "GET path") and not (self._number == 8 and "Path" in by):
            return
        where = (
            by["Path"].replace("https://api.security.microsoft.com", "").replace("https://graph.microsoft.com", "")
            if self._number == 8
            else cells[0]
        )
        grant = self._grant_of(by.get(next((name for name in by if name.startswith("Perms")), ""), ""), cells)
        rate = _page_rate(by.get("Rate", by.get("Limits", "")), (None, None) if self._number == 19 else (100, 1500))
        if self._number == 8:
            rate = (45, 1500)
        for method, path in self._paths(where, "GET" if first == "GET path" else ""):
            self.said.setdefault((method, path.lower()), Said(*grant, rate))

    def _grant_of(self, said: str, cells: list[str]) -> tuple[set[str], set[str]]:
        if self._number == 17:
            writes = cells[0].startswith(("POST", "PATCH")) and "History" not in cells[0]
            return _grant(
                "A Machine.ReadWrite.All; D Machine.ReadWrite" if writes else "A Machine.Read.All; D Machine.Read.All"
            )
        if self._number in (9, 10, 11, 12, 13):
            own = re.search(r"(A [A-Z]\S+ \(D [^)]+\))|needs (\S+\.Read)|^(\S+\.Read)$", cells[-1])
            if not own:
                return self._std
            stem = own[2] or own[3]
            return _grant(own[1]) if own[1] else ({f"{stem}.All"}, {stem})
        if not said or said.startswith("same"):
            if said == "same as PATCH":
                return self.said[("PATCH", "/api/alerts/{}")].application, self.said[
                    ("PATCH", "/api/alerts/{}")
                ].delegated
            return self._last
        if said.startswith("std"):
            return self._std
        if "etc." in said:
            return {"Alert.Read.All", "Alert.ReadWrite.All"}, {"Alert.Read", "Alert.ReadWrite"}
        if said == "ReadWrite":
            assert self._last[0]
            return ({name for name in self._last[0] if "ReadWrite" in name},) * 2
        found = _grant(said.partition("(the ")[0])
        if "delegated not listed" in said:
            found = (found[0], {"Ti.ReadWrite"})
        self._last = found
        return found

    def _paths(self, said: str, method: str) -> Iterator[tuple[str, str]]:
        base = self._base
        for verb, what in _PATHS.findall(said):
            method = verb or method
            path = what.strip("`").split("?")[0]
            if path == "same":
                path = self._base
            elif path.startswith("..."):
                path = f"/api/DeviceAuthenticatedScanDefinitions/{path.removeprefix('.../')}"
            elif self._number == 17 and not path.startswith("/api"):
                path = f"{base if method == 'GET' else '/api/DeviceAuthenticatedScanDefinitions'}{path}"
            elif self._number == 19 and not path.startswith("/v1.0"):
                path = f"/v1.0/security{path.removeprefix('/security')}"
            base = path
            self._base = path
            yield method, re.sub(r"\{\w+\}", "{}", path)

    def _export(self, by: dict[str, str]) -> None:
        stems = re.findall(r"(\w+)\.Read", by["Perm stem"])
        grant = {f"{stem}.Read.All" for stem in stems}, {f"{stem}.Read" for stem in stems}
        for cell, rate in ((by["JSON path (`/api/machines/...`)"], (30, 1000)), (by["File path"], (5, 20))):
            name = cell.split(" ")[0].strip("`")
            if name != "none":
                self.said.setdefault(("GET", f"/api/machines/{name}".lower()), Said(*grant, rate))
