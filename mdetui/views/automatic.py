"""Views of whatever the API lists and nobody has made a view for: columns and preview come from the model.

Names of fields say what they are: times end in `time` or `timestamp`, truths begin with `is_`, numbers with
`number_of`. What tells rows apart and how they stand comes first, ids and long texts last.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from mdetui import text
from mdetui.api.endpoints import OPERATIONS, Operation, operation
from mdetui.errors import PlanError
from mdetui.views import machines, portal, posture, words
from mdetui.views.base import BLANK, Borrowed, Cell, Column, Context, Line, Pivot, Subject, View, heading
from mdetui.views.registry import PAGES, VIEWS

if TYPE_CHECKING:
    import msgspec

# cells of a line of 80 columns that columns may take before the rest waits for wider screens
_ROOM = 74
# longest header that a column is made wider for
_HEADER = 12
# longest label of the preview
_LABEL = 18
# how far back changes are asked for; the service takes 14 days
_CHANGES = timedelta(days=7)
# what an operation can't be asked without: nobody can browse a question
_QUESTIONS = frozenset(("machines.findByTag",))

# kind, of fields whose names match
_KINDS = (
    ("text", re.compile(r"description|rationale|remediation$|reason$|_url$|url$|notes$|^additional_fields$")),
    ("name", re.compile(r"^cve_id$")),
    ("time", re.compile(r"(time|timestamp|timestamp_utc|_utc|_seen|_scanned|_on|_offset|not_after|not_before|_date)$")),
    ("truth", re.compile(r"^is_|_available$|_active$|_enabled$")),
    ("id", re.compile(r"(^|_)(id|ids|sid|thumbprint|serial_number|reference|cce)$")),
    ("number", re.compile(r"(^number_of|_number$|_count$|_score$|_length$|_devices$|_hours$|_impact$|_size$|_total$)")),
    ("word", re.compile(r"(vendor|manufacturer|level|platform|version|architecture|type|state|category|algorithm|benchmark|_source)$")),
    ("name", re.compile(r"(name|title|subject|user|target|path)$")),
)  # fmt: skip
# the order of columns: kinds by usefulness, machines before everything
_ORDER = ("machine", "name", "level", "truth", "number", "time", "word", "text", "other", "id", "many")
_LEVEL = re.compile(r"(status|severity|risk|state|severity_level|exploitability_level)$")
_WIDTHS = {"machine": 16, "name": 15, "level": 10, "word": 12, "other": 12, "id": 16, "many": 14, "text": 20, "truth": 5, "number": 6, "time": 5}  # fmt: skip
_GROW = {"machine": 1, "name": 1, "text": 3, "many": 1}
# what a row is about grows most
_MAIN = 4
# a CVE is no longer
_CVE = 16
_MACHINE = ("device_name", "computer_dns_name", "machine_name")
_MACHINE_ID = ("device_id", "machine_id")
_TITLES = {
    "device_name": "MACHINE",
    "computer_dns_name": "MACHINE",
    "machine_name": "MACHINE",
    "rbac_group_name": "GROUP",
    "os_platform": "SYSTEM",
    "os_version": "SYSTEM VERSION",
    "os_architecture": "ARCH",
    "operating_system": "SYSTEM",
    "number_of_weaknesses": "WEAK",
    "operating_system_version": "SYSTEM VERSION",
    "vulnerability_severity_level": "SEVERITY",
    "exploitability_level": "EXPLOIT",
}
# they say more or less the same of every row of a machine, so that they come after what the row is about
_LATE = frozenset(("rbac_group_name", "rbac_group_id", "os_platform", "os_version", "os_architecture"))
_STAMP = re.compile(r"_(timestamp_utc|timestamp|date_time|time_offset|utc)$")
_NOISE = re.compile(r"_(number|devices)$|^(software|extension|configuration|component)_")


class Field(NamedTuple):
    """A field of a model.

    Attributes:
        name: In Python.
        label: For a person.
        kind: One of `_ORDER`, which says how it is shown.
    """

    name: str
    label: str
    kind: str


def browsable() -> list[str]:
    """Ids of the operations that `:browse` opens: lists of the whole tenant, and exports, without a view of their own."""
    taken = {view.operation for view in VIEWS.values()} | {
        need.operation for page in PAGES.values() for need in page.needs
    }
    return sorted(name for name, op in OPERATIONS.items() if name not in taken and _lists(op))


def _lists(op: Operation) -> bool:
    listing = op.paging != "one" or bool(op.lines)
    whole = op.method == "GET" and "{" not in op.path and op.id not in _QUESTIONS
    return listing and whole and op.reads and not op.retired


def find(word: str) -> str:
    """The operation that a person means: its id, or a part of it that only one has.

    Raises:
        PlanError: None or several have it.
    """
    known = browsable()
    exact = [name for name in known if name.lower() == word.lower()]
    found = exact or matches(word)
    if len(found) == 1:
        return found[0]
    if not found:
        raise PlanError(f"There is no {word!r} to browse.", f"Known: {', '.join(known)}.")
    raise PlanError(f"{word!r} may be several things.", f"One of: {', '.join(found)}.")


def matches(word: str) -> list[str]:
    """What begins with the word, else what has it inside."""
    known = browsable()
    low = word.lower()
    return [name for name in known if name.lower().startswith(low)] or [name for name in known if low in name.lower()]


def query_of(name: str, now: datetime) -> Mapping[str, str]:
    """Query options without which the service refuses.

    Args:
        name: Id of the operation.
        now: Time of asking.
    """
    since = "sinceTime" in operation(name).options
    return {"sinceTime": (now - _CHANGES).strftime("%Y-%m-%dT%H:%M:%SZ")} if since else {}


@cache
def view_of(name: str) -> View:
    """The view of an operation.

    Args:
        name: Its id.
    """
    op = operation(name)
    model = op.line or op.model
    if model is None:
        raise TypeError(f"{name} is no list")
    fields = fields_of(model)
    machine_id = _one_of(fields, _MACHINE_ID)
    named = next((field.name for field in fields if field.kind in ("machine", "name")), "id")
    return View(
        id=f"browse.{name}",
        title=name,
        noun="row",
        operation=name,
        columns=_columns(fields),
        texts=partial(_texts, tuple(field.name for field in fields)),
        preview=partial(_preview, fields),
        opens="machine" if machine_id else "",
        page_id=lambda row: getattr(row, machine_id),
        subject=Subject(
            kind="device" if machine_id else "",
            name=lambda row: getattr(row, named),
            machine_id=lambda row: getattr(row, machine_id) if machine_id else None,
            pivots=tuple(_pivots({field.name for field in fields})),
            portal=lambda row: portal.machine(getattr(row, machine_id)) if machine_id else None,
            unlinked="Only lists of machines lead to a page of the portal here.",
        ),
        keys="machines" if machine_id else "things",
    )


def fields_of(model: type[msgspec.Struct]) -> tuple[Field, ...]:
    """The fields of a model by usefulness: the machine, what tells rows apart, then by kind."""
    import msgspec

    found = {field.name: field for field in msgspec.structs.fields(model)}
    machine = next((name for name in _MACHINE if name in found), "")
    kinds = {name: "machine" if name == machine else _kind(name, field.type) for name, field in found.items()}
    keys: tuple[str, ...] = getattr(model, "KEY", ())

    def rank(name: str) -> tuple[bool, bool, int, int]:
        # an id that has a name beside it tells a person nothing
        spoken = kinds[name] != "id" or name.removesuffix("_id") + "_name" not in found
        telling = name in keys and name not in _MACHINE_ID and spoken
        titled = kinds[name] == "name" and (telling or not keys)
        place = 0 if titled else 1 if kinds[name] == "level" else 2 if telling else 3
        return name != machine, name in _LATE, place, _ORDER.index(kinds[name])

    return tuple(Field(name, _STAMP.sub("", name).replace("_", " "), kinds[name]) for name in sorted(found, key=rank))


def _kind(name: str, kind: Any) -> str:
    if "list" in str(kind) or "models" in str(kind) or name.endswith(("_array", "_object")):
        return "many"
    if _LEVEL.search(name):
        return "level"
    return next((found for found, pattern in _KINDS if pattern.search(name)), "other")


def _one_of(fields: tuple[Field, ...], names: tuple[str, ...]) -> str:
    """The first of these names that is there; "" when none is."""
    return next((name for name in names if any(field.name == name for field in fields)), "")


# columns


def _columns(fields: tuple[Field, ...]) -> tuple[Column, ...]:
    """What has no room on a narrow screen waits for a wider one."""
    # texts are what a catalogue is about; elsewhere the preview has them
    about = not any(field.kind == "machine" for field in fields)
    ranked = sorted(fields, key=lambda field: field.kind == "text" and not about)
    columns: list[Column] = []
    taken = 0
    for field in ranked:
        title = _title(field)
        width = _CVE if field.name == "cve_id" else max(_WIDTHS[field.kind], min(len(title), _HEADER))
        fits = taken + width + 1 <= _ROOM or not columns
        taken += width + 1 if fits else 0
        first = field.kind == "name" and not any(one.grow == _MAIN for one in columns)
        grow = 0 if field.name == "cve_id" else _MAIN if first else _GROW.get(field.kind, 0)
        columns.append(_column(field, title, width, grow, 0 if fits else 81 + len(columns)))
    return tuple(columns)


def _title(field: Field) -> str:
    known = _TITLES.get(field.name, "") if field.kind == "machine" or field.name not in _MACHINE else ""
    return known or _NOISE.sub("", _STAMP.sub("", field.name)).removeprefix("is_").replace("_", " ").upper()


def _column(field: Field, title: str, width: int, grow: int, at: int) -> Column:
    def read(row: Any) -> Any:
        return getattr(row, field.name)

    if field.kind == "time":
        return words.time_column(field.name, title, read, width, at=at)
    if field.kind == "number":
        return posture.count(field.name, title, field.name, width, at)
    return Column(
        field.name, title, lambda row, context: _cell(field, row, context), width, grow=grow, at=at,
        sort=lambda row: _shown(read(row)).lower(),
    )  # fmt: skip


def _cell(field: Field, row: Any, context: Context) -> Cell:
    value = getattr(row, field.name)
    if field.kind == "machine":
        machine_id = next((found for name in _MACHINE_ID if (found := getattr(row, name, None))), None)
        return words.machine(value, context, machine_id)
    if field.kind == "level":
        level = words.level(value)
        return level if level.style != "plain" else words.status(_shown(value))
    if field.kind == "truth":
        return Cell(words.yes_no(value), "muted" if value is None else "plain")
    if field.kind == "id":
        return Cell(machines.short_id(_shown(value)), "muted")
    return words.plain(_shown(value))


def _shown(value: Any) -> str:
    """A value of the wire in a line; "" when there is none."""
    if value is None:
        return ""
    plain = _plain(value)
    if isinstance(plain, list):
        return ", ".join(_shown(one) for one in plain)
    if isinstance(plain, dict):
        return " ".join(_shown(one) for one in plain.values() if one not in (None, ""))
    return str(plain)


def _plain(value: Any) -> Any:
    """Without our own types."""
    if isinstance(value, (str, int, float)):
        return value
    import msgspec

    return msgspec.to_builtins(value)


def _texts(names: tuple[str, ...], row: Any) -> tuple[str | None, ...]:
    """What the local filter searches: everything."""
    return tuple(_shown(getattr(row, name)) for name in names)


# preview


def _preview(fields: tuple[Field, ...], row: Any, context: Context, borrowed: Borrowed) -> list[Line]:
    """Every field; costs no request."""
    width = min(_LABEL, max(len(field.label) for field in fields)) + 2
    lines: list[Line] = []
    later: list[Line] = []
    for field in fields:
        value = getattr(row, field.name)
        plain = None if value is None else _plain(value)
        if isinstance(plain, (list, dict)) and plain:
            later += [BLANK, heading(field.label), *_nested(plain)]
        elif field.kind == "text" and plain:
            later += [BLANK, heading(field.label), *(Line((Cell(part),)) for part in text.block(plain))]
        else:
            lines.append(_fact(field, plain, width))
    return lines + later


def _fact(field: Field, value: Any, width: int) -> Line:
    label = Cell(field.label.ljust(width - 2) + "  ", "muted")
    if field.kind == "time":
        at = text.parse_time(value)
        return Line((label, Cell(text.stamp(at) if at else "-", "plain" if at else "muted")), width)
    if field.kind == "truth":
        return Line((label, Cell(words.yes_no(value))), width)
    return Line((label, Cell(text.line(value), "muted" if value in (None, "", [], {}) else "plain")), width)


def _nested(value: Any, indent: int = 0) -> Iterator[Line]:
    """Lists and objects, a line for each value."""
    space = " " * indent
    if isinstance(value, dict):
        for name, one in value.items():
            if isinstance(one, (dict, list)) and one:
                yield Line((Cell(f"{space}{text.line(name)}", "muted"),))
                yield from _nested(one, indent + 2)
            else:
                yield Line((Cell(f"{space}{text.line(name)}  ", "muted"), Cell(text.line(one))), indent + 2)
        return
    for one in value:
        if isinstance(one, dict) and not any(isinstance(part, (dict, list)) for part in one.values()):
            shown = "  ".join(text.line(part) for part in one.values() if part not in (None, ""))
            yield Line((Cell(f"{space}{shown}"),), indent + 2)
        elif isinstance(one, (dict, list)):
            yield from _nested(one, indent + 2)
        else:
            yield Line((Cell(f"{space}{text.line(one)}"),), indent + 2)


# pivots


def _pivots(names: set[str]) -> Iterator[Pivot]:
    """To the pages of what a row names."""
    machine = next((name for name in _MACHINE_ID if name in names), None)
    if machine is not None:
        yield Pivot("m", "the machine", "page:machine", lambda row: getattr(row, machine))
    if "cve_id" in names:
        yield Pivot("c", "the vulnerability", "page:vulnerability", lambda row: row.cve_id)
    if {"software_vendor", "software_name"} <= names:
        yield Pivot(
            "s", "the software", "page:software", lambda row: posture.product(row.software_vendor, row.software_name)
        )
    if "recommendation_reference" in names:
        yield Pivot("r", "the recommendation", "page:recommendation", lambda row: row.recommendation_reference or None)
