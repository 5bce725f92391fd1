"""Whether the names in the configuration exist: views, words, columns, sorts, folds, keys.

`config` parses and knows none of them. The program, `mdetui config check` and the JSON schema ask here, so all three
say the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mdetui import keymap, paths
from mdetui.config import Config
from mdetui.config_tables import DIGITS, SavedQueue
from mdetui.errors import ConfigError, PlanError
from mdetui.feeds.shape import BOTH
from mdetui.settings import numbered, split
from mdetui.views import folds
from mdetui.views.base import View
from mdetui.views.query import parse, words_of
from mdetui.views.registry import VIEWS

WIDEST_COLUMN = 200
# kinds of paging in which a request says how many rows it wants
_SIZED = ("slices", "skip", "linkOrSkip")
_NOBODY = "somebody@example.com"


def views_with(table: str) -> dict[str, View]:
    """Views that a table of the configuration may name: `queues`, `columns`, `page_size` or `refresh`."""
    if table == "queues":
        return {name: view for name, view in VIEWS.items() if words_of(name) and view.operation}
    if table == "columns":
        return dict(VIEWS)
    found = {name: view for name, view in VIEWS.items() if view.operation}
    if table == "page_size":
        from mdetui.api.endpoints import operation

        # the others take the pages that the service makes
        return {name: view for name, view in found.items() if operation(view.operation).paging in _SIZED}
    return found


def sorts_of(view: View) -> list[str]:
    """Columns that a queue may be sorted by."""
    return [column.id for column in view.columns if column.sort is not None]


def folds_of(view: View) -> list[str]:
    """Folds that a queue may begin with."""
    return ["none", *folds.names(view)]


def check(config: Config) -> None:
    """See that every name in the configuration exists.

    Raises:
        ConfigError: The first that does not; names file, line, key and what is known.
    """
    for error in problems(config):
        raise error


def problems(config: Config) -> Iterator[ConfigError]:
    """Everything that is wrong with the names in a configuration that was read."""
    yield from _queue_problems(config)
    yield from _column_problems(config)
    for refused in keymap.problems(config.keys):
        yield _error(config, f"keys.{refused.key}", refused.what, refused.todo)
    for view in config.page_size:
        yield from _view_problems(config, "page_size", view)
    for view in config.refresh_of:
        yield from _view_problems(config, "refresh", view)


def theme_problem(config: Config) -> ConfigError | None:
    """What is wrong with the name of the theme. The program says it and goes on with the dark one."""
    known = sorted({path.stem for folder in paths.theme_dirs() for path in folder.glob("*.toml")})
    if not config.theme or config.theme in known:
        return None
    return _error(config, "theme", f"There is no theme {config.theme!r}.", f"Known themes: {', '.join(known)}.")


def _queue_problems(config: Config) -> Iterator[ConfigError]:
    for name, saved in config.queues.items():
        unknown = list(_view_problems(config, "queues", name))
        yield from unknown
        if unknown:
            continue
        for at, queue in enumerate(saved):
            yield from _words_problems(config, f"queues.{name}[{at}]", VIEWS[name], queue)
        twice = list(_twice(config, name, saved))
        yield from twice
        placed = {at for _, at in numbered(name, saved).values()}
        for at, queue in enumerate(saved):
            if not twice and at not in placed:
                yield _error(
                    config,
                    f"queues.{name}[{at}]",
                    f"There is no key left for {queue.name!r}: a list has {DIGITS} queues, the program's own included.",
                    "Give it the digit or the name of one that it shall replace.",
                )


def _twice(config: Config, view: str, saved: Sequence[SavedQueue]) -> Iterator[ConfigError]:
    names: set[str] = set()
    digits: set[int] = set()
    for at, queue in enumerate(saved):
        key = f"queues.{view}[{at}]"
        if queue.name in names:
            yield _error(config, f"{key}.name", f"There are two queues of the name {queue.name!r}.", "Rename one.")
        if queue.digit in digits:
            yield _error(config, f"{key}.digit", f"Two queues want the key {queue.digit}.", "Give one another.")
        names.add(queue.name)
        digits |= {queue.digit} - {0}


def _words_problems(config: Config, key: str, view: View, queue: SavedQueue) -> Iterator[ConfigError]:
    try:
        parse(view.id, queue.words, _NOBODY)
    except PlanError as error:
        yield _error(config, f"{key}.words", error.what, error.todo)
    known = sorts_of(view)
    if queue.sort and queue.sort.removeprefix("-") not in known:
        yield _error(config, f"{key}.sort", f"{queue.sort!r} is no column to sort {view.id} by.",
                     f"Known: {', '.join(known)}; - before it turns it round.")  # fmt: skip
    if queue.fold and queue.fold not in folds_of(view):
        one = ", ".join(name for name in folds_of(view) if BOTH not in name)
        yield _error(config, f"{key}.fold", f"{queue.fold!r} is no fold of {view.id}.",
                     f"Known: {one}, and two columns joined by {BOTH}.")  # fmt: skip


def _column_problems(config: Config) -> Iterator[ConfigError]:
    for name, columns in config.columns.items():
        unknown = list(_view_problems(config, "columns", name))
        yield from unknown
        known = [column.id for column in VIEWS[name].columns] if not unknown else []
        seen: set[str] = set()
        for at, one in enumerate(columns if known else ()):
            key = f"columns.{name}[{at}]"
            column, width = split(one)
            if column not in known:
                yield _error(config, key, f"{name} has no column {column!r}.", f"Known: {', '.join(known)}.")
            elif not 0 <= width <= WIDEST_COLUMN:
                yield _error(config, key, f"{one!r} has no width that can be used.",
                             f'Use "{column}" or "{column}:20", at most {WIDEST_COLUMN}.')  # fmt: skip
            elif column in seen:
                yield _error(config, key, f"{column!r} stands here twice.", "Take one out.")
            seen.add(column)


def _view_problems(config: Config, table: str, view: str) -> Iterator[ConfigError]:
    known = views_with(table)
    if view not in known:
        names = [*known, *(("default",) if table == "refresh" else ())]
        yield _error(config, f"{table}.{view}", f"There is no list {view!r} here.", f"Known: {', '.join(names)}.")


def _error(config: Config, key: str, what: str, todo: str) -> ConfigError:
    """The error for a key, at the line that `config` has kept for it or for what it stands in."""
    source, at = config.source_of(key), key
    while source == "default" and at:
        at = at.rpartition("[" if at.endswith("]") else ".")[0]
        source = config.source_of(at)
    where, _, line = source.rpartition(", line ")
    if line.isdigit():
        return ConfigError(what, todo, where=where, line=int(line), key=key)
    return ConfigError(what, todo, where=source, key=key)
