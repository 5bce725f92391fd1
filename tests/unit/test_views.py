"""Views are data: every id they name exists, and their cells survive rows in which nothing is filled."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from mdetui.api.endpoints import OPERATIONS
from mdetui.api.log import LogEntry
from mdetui.api.models.action import MachineAction
from mdetui.api.models.alert import Alert, Evidence
from mdetui.api.models.live import CommandState
from mdetui.keys import CONTEXTS
from mdetui.response import states
from mdetui.response.entries import Entry, Event
from mdetui.views import blast_tree, cases, evidence, isolated, live
from mdetui.views.base import RAW, STYLES, Context, Line, Need, Page, View
from mdetui.views.query import QUEUES, words_of
from mdetui.views.registry import PAGES, VIEWS
from mdetui.views.words import yes_no

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
# views of rows that come from this host
LOCAL = {
    "log": lambda: LogEntry(NOW, "p", "alerts.list", "GET", "/", "id", "default"),
    "blast": lambda: blast_tree.Row("k", 0, "+", "-", blast_tree.Entity("machine", "m1", "-")),
    "ledger": lambda: Entry("k3f9", None, Event.INTENT, None),
    "isolated": lambda: isolated.Isolated("m1", None, states.read((), states.ISOLATION), MachineAction()),
}
# rows that come with the entity of a page, and entities that are put together
PARTS: dict[str, Any] = {
    "incidentMachines": lambda: cases.CaseMachine(),
    "commands": lambda: live.Ran("a/0", 0, CommandState()),
    "incidentEvidence": lambda: cases.Piece("", "?", "-", "", None, None),
}
ENTITIES: dict[str, Any] = {"incident": lambda: cases.Case("1"), "result": lambda: live.Result("a/0", "-", "")}
# the API has no such entity: its id is all that is known
ID_ONLY = ("user",)


def blank(operation: str) -> Any:
    """What an operation returns, with nothing in it."""
    model = OPERATIONS[operation].model
    assert model is not None
    return model()


def needs() -> list[Need]:
    found = [need for view in VIEWS.values() for need in view.needs]
    for page in PAGES.values():
        found += page.needs
        found += [need for tab in page.tabs for need in tab.needs]
    return found


@pytest.mark.parametrize("view", VIEWS.values(), ids=lambda view: view.id)
def test_every_id_of_a_view_exists(view: View) -> None:
    assert view.operation in OPERATIONS or view.id in LOCAL or view.id in PARTS
    assert not view.opens or view.opens in PAGES
    assert view.keys in CONTEXTS
    columns = {column.id for column in view.columns}
    assert len(columns) == len(view.columns)
    assert not view.default_sort[0] or view.default_sort[0] in columns


@pytest.mark.parametrize("page", PAGES.values(), ids=lambda page: page.id)
def test_every_id_of_a_page_exists(page: Page) -> None:
    assert page.operation in OPERATIONS or page.id in ID_ONLY
    assert page.keys in CONTEXTS
    for tab in page.tabs:
        assert not tab.view or tab.view in VIEWS
        assert not tab.operation or tab.operation in OPERATIONS


def test_every_read_that_is_borrowed_exists_and_reads() -> None:
    for need in needs():
        if need is RAW:
            continue
        assert OPERATIONS[need.operation].reads


def test_words_and_queues_belong_to_views() -> None:
    assert set(QUEUES) <= set(VIEWS)
    for view, words in {name: words_of(name) for name in VIEWS if words_of(name)}.items():
        filters = OPERATIONS[VIEWS[view].operation].filters
        for word in words:
            # what the hint shows is an example
            assert word.help.startswith(f"{word.name}:")
            value = word.help.split()[0].rstrip(",").partition(":")[2]
            built = word.filter(value, "me")
            assert any(prop in built for prop in filters), f"{word.name} asks for a property the server does not filter"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(True, "yes"), ("True", "yes"), (1, "yes"), ("false", "no"), ("0", "no"), ("Unknown", "Unknown"), (None, "-")],
)
def test_truths_that_come_as_text(value: object, shown: str) -> None:
    assert yes_no(value) == shown


@pytest.mark.parametrize("view", VIEWS.values(), ids=lambda view: view.id)
def test_a_row_with_nothing_in_it_draws(view: View) -> None:
    own: Any = {**LOCAL, **PARTS}.get(view.id)
    row = own() if own is not None else blank(view.operation)
    for column in view.columns:
        cell = column.cell(row, Context(NOW))
        assert cell.style in STYLES
        if column.sort is not None:
            assert column.sort(row) is not None
    tuple(view.texts(row))
    if view.preview is not None:
        assert_lines(view.preview(row, Context(NOW), {}))


def entity_of(page: Page) -> Any:
    if page.id in ID_ONLY:
        return None
    if page.id in ENTITIES:
        return ENTITIES[page.id]()
    return blank(page.operation)


@pytest.mark.parametrize("page", PAGES.values(), ids=lambda page: page.id)
def test_an_entity_with_nothing_in_it_draws(page: Page) -> None:
    entity = entity_of(page)

    class Empty:
        rows: tuple[()] = ()

    empty = Empty()
    borrowed: dict[str, Any] = {"actions": empty}
    for need in (need for tab in page.tabs for need in tab.needs if need is not RAW):
        asked = OPERATIONS[need.operation]
        borrowed[need.name] = blank(need.operation) if asked.paging == "one" else empty
    for found in (None, entity):
        lines = page.head(found, "id", Context(NOW), {})
        assert_lines(lines)
        assert len(lines) <= page.head_lines
    for tab in page.tabs:
        if tab.lines is not None:
            assert_lines(tab.lines(entity, Context(NOW), borrowed))
        else:
            assert tab.view or RAW in tab.needs


def assert_lines(lines: list[Line]) -> None:
    for line in lines:
        for cell in line.cells:
            assert cell.style in STYLES
            assert "\n" not in cell.text


def process(pid: int, parent: int | None, command: str, parent_name: str | None = None) -> Evidence:
    return Evidence(
        entity_type="Process",
        process_id=pid,
        parent_process_id=parent,
        process_command_line=command,
        parent_process_file_name=parent_name,
    )


def test_the_chain_of_processes_reads_from_parent_to_child() -> None:
    items = [process(3, 2, "rundll32 c"), process(2, 1, "powershell -enc", "winword.exe")]
    assert evidence.chain(items) == "winword.exe > powershell -enc > rundll32 c"


def test_processes_that_are_each_others_parents_end() -> None:
    items = [process(1, 2, "a"), process(2, 1, "b")]
    assert evidence.chain(items)
    assert evidence.tree(items)


def test_accounts_are_named_once() -> None:
    alert = Alert(evidence=[Evidence(entity_type="User", account_name="m", domain_name="C")] * 3)
    assert evidence.users(alert) == ["C\\m"]
