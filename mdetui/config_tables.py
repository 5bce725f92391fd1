"""The tables of `config.toml` beside the profiles: queues, columns, keys, page sizes, refresh.

Kinds of values are checked here; whether a view, a column, a key or a word exists is for `settings`, which knows them.
Imported only when one of these tables is there: a start without them pays nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import TYPE_CHECKING, Any

from mdetui import limits

if TYPE_CHECKING:
    from mdetui.config_file import Place

# rows a request may ask for: a larger page blocks the program while it is decoded
LARGEST_PAGE = 1_000
# smaller ones cost a call each for nothing, and the queue finds the end of a slice of time by a page that is not full
SMALLEST_PAGE = 20
DIGITS = 9


@dataclass(frozen=True, slots=True)
class SavedQueue:
    """One `[[queues.VIEW]]`.

    Attributes:
        name: What it is called; that of a queue which is there already replaces it.
        words: What is asked, as in the command bar: `status:new sev:high /powershell`.
        sort: Column id, `-` before it for descending; "" keeps the order of the view.
        fold: Name of a fold, `none` for no fold; "" keeps that of the view.
        digit: Key it is put on, 1 to 9; 0 takes the next free one.
    """

    name: str
    words: str = ""
    sort: str = ""
    fold: str = ""
    digit: int = 0


@dataclass(frozen=True, slots=True)
class PageSize:
    """Rows of the first request and of any later one."""

    first: int
    most: int


@dataclass(frozen=True, slots=True)
class Tables:
    """What the tables say, and where each value stands by dotted key.

    Attributes:
        queues: By view, in the order of the file.
        columns: By view: column ids, each with a width behind a colon where one was given.
        keys: Key id to keys, comma-separated, as they were written.
        page_size: By view.
        refresh_of: Seconds by view; 0 turns it off.
        refresh: Seconds for every other view; None when nobody said.
        sources: File and line.
    """

    queues: dict[str, tuple[SavedQueue, ...]] = field(default_factory=dict)
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    page_size: dict[str, PageSize] = field(default_factory=dict)
    refresh_of: dict[str, int] = field(default_factory=dict)
    refresh: int | None = None
    sources: dict[str, str] = field(default_factory=dict)


def read(tables: Mapping[str, Any], place: Place) -> Tables:
    """Read the tables that a file has.

    Args:
        tables: By name; what stands there may be anything.
        place: Where it stands.

    Raises:
        ConfigError: A value is of the wrong kind or out of range, or a key of a queue is not known.
    """
    for name, value in tables.items():
        place.expect(dict, value, name)
    sources: dict[str, str] = {}
    refresh = {
        view: _refresh(value, f"refresh.{view}", place, sources) for view, value in tables.get("refresh", {}).items()
    }
    general = refresh.pop("default", None)
    if general is not None:
        sources["refresh"] = sources["refresh.default"]
    return Tables(
        queues={view: _queues(view, value, place, sources) for view, value in tables.get("queues", {}).items()},
        columns={view: _columns(view, value, place, sources) for view, value in tables.get("columns", {}).items()},
        keys=_keys(tables.get("keys", {}), "", place, sources),
        page_size={view: _page(view, value, place, sources) for view, value in tables.get("page_size", {}).items()},
        refresh_of=refresh,
        refresh=general,
        sources=sources,
    )


def _queues(view: str, value: object, place: Place, sources: dict[str, str]) -> tuple[SavedQueue, ...]:
    key = f"queues.{view}"
    sources[key] = place.of(key)
    if type(value) is not list or not all(type(one) is dict for one in value):
        raise place.error(key, "These must be queues.", f"Begin each with a line [[{key}]].")
    return tuple(_queue(one, f"{key}[{at}]", place, sources) for at, one in enumerate(value))


def _queue(table: Mapping[str, Any], key: str, place: Place, sources: dict[str, str]) -> SavedQueue:
    sources[key] = place.of(key)
    known = {one.name: one for one in fields(SavedQueue)}
    for name, value in table.items():
        at = f"{key}.{name}"
        if name not in known:
            raise place.error(at, "This key is not known.", f"Known here: {', '.join(known)}.")
        default = known[name].default
        place.expect(str if default is MISSING else type(default), value, at)
        sources[at] = place.of(at)
    if not table.get("name", "").strip():
        raise place.error(f"{key}.name", "A queue needs a name.", 'Give one, such as name = "new, high".')
    if "digit" in table and not 1 <= table["digit"] <= DIGITS:
        raise place.error(f"{key}.digit", f"{table['digit']} is no key of a queue.", f"Use 1 to {DIGITS}.")
    return SavedQueue(**table)


def _columns(view: str, value: object, place: Place, sources: dict[str, str]) -> tuple[str, ...]:
    key = f"columns.{view}"
    sources[key] = place.of(key)
    place.expect(list, value, key)
    found = tuple(value) if isinstance(value, list) else ()
    for at, one in enumerate(found):
        place.expect(str, one, f"{key}[{at}]")
        sources[f"{key}[{at}]"] = place.of(f"{key}[{at}]", one)
    if not found:
        raise place.error(key, "A list needs at least one column.", "Leave the key out for those of the program.")
    return found


def _keys(table: Mapping[str, Any], prefix: str, place: Place, sources: dict[str, str]) -> dict[str, str]:
    """Ids are written with quotes or without: `"list.filter" = "f"` and `list.filter = "f"` are the same."""
    found: dict[str, str] = {}
    for name, value in table.items():
        key = f"{prefix}{name}"
        if type(value) is dict:
            found |= _keys(value, f"{key}.", place, sources)
            continue
        place.expect(str, value, f"keys.{key}")
        sources[f"keys.{key}"] = place.of(f"keys.{key}")
        found[key] = value
    return found


def _page(view: str, value: object, place: Place, sources: dict[str, str]) -> PageSize:
    key = f"page_size.{view}"
    if type(value) is not dict:
        size = _number(value, key, place, range(SMALLEST_PAGE, LARGEST_PAGE + 1), sources)
        return PageSize(size, size)
    sources[key] = place.of(key)
    known = [one.name for one in fields(PageSize)]
    for name in value:
        if name not in known:
            raise place.error(f"{key}.{name}", "This key is not known.", f"Known here: {', '.join(known)}.")
    sizes = {
        name: _number(one, f"{key}.{name}", place, range(SMALLEST_PAGE, LARGEST_PAGE + 1), sources)
        for name, one in value.items()
    }
    first, most = sizes.get("first", min(100, sizes.get("most", 100))), sizes.get("most", LARGEST_PAGE)
    if first > most:
        raise place.error(key, f"The first page ({first}) is larger than the largest ({most}).", "Make first smaller.")
    return PageSize(first, most)


def _number(value: object, key: str, place: Place, allowed: range, sources: dict[str, str]) -> int:
    place.expect(int, value, key)
    if not isinstance(value, int) or value not in allowed:
        raise place.error(key, f"{value} can't be used.", f"Use {allowed[0]} to {allowed[-1]}.")
    sources[key] = place.of(key)
    return value


def _refresh(value: object, key: str, place: Place, sources: dict[str, str]) -> int:
    place.expect(int, value, key)
    if not isinstance(value, int) or not limits.refreshes(value):
        raise place.error(key, f"{value} can't be used.", limits.REFRESH_TODO)
    sources[key] = place.of(key)
    return value
