"""What a view is made of: columns, lines, reads, pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from mdetui.errors import MdetuiError
from mdetui.views.cells import STYLES, Cell

if TYPE_CHECKING:
    from mdetui.views.found import Named
    from mdetui.views.query import Word

__all__ = [
    "BLANK",
    "RAW",
    "STYLES",
    "Borrowed",
    "Cell",
    "Column",
    "Context",
    "Details",
    "Line",
    "Need",
    "Page",
    "Part",
    "Pivot",
    "Reader",
    "Subject",
    "Tab",
    "View",
    "fact",
    "got",
    "heading",
]


class Line(NamedTuple):
    """One line of a preview or a page, before wrapping.

    Attributes:
        cells: Pieces that follow each other; spaces between them are theirs.
        indent: Columns by which the continuation of a wrapped line is set in.
    """

    cells: tuple[Cell, ...]
    indent: int = 0


BLANK = Line(())


def heading(text: str) -> Line:
    """A line that names what follows."""
    return Line((Cell(text, "strong"),))


def fact(label: str, *values: Cell | str, width: int = 14) -> Line:
    """`label   value value`, the label in a column of its own."""
    cells = [Cell(label.ljust(width), "muted")]
    for value in values:
        if len(cells) > 1:
            cells.append(Cell("  "))
        cells.append(value if isinstance(value, Cell) else Cell(value))
    return Line(tuple(cells), width)


@dataclass(slots=True)
class Context:
    """What cells may depend on beside their row.

    Attributes:
        now: Wall time of this drawing.
        utc: Show times instead of ages.
        me: The analyst's name, so that "me" can stand for it.
        protects: Says why a machine name is protected, or None; known locally, at once.
        protects_machine: The same of a machine that was read, by all the rules that the sheet goes by.
        facts: Borrowed facts by machine id; fills in later from a cache.
        tenants: Profile to the context of its tenant, in a list of several.
    """

    now: datetime
    utc: bool = False
    me: str = ""
    protects: Callable[[str | None], str | None] = lambda name: None
    protects_machine: Callable[[Any], str | None] = lambda machine: None
    facts: Mapping[str, Any] = field(default_factory=dict)
    tenants: Callable[[str], Context] | None = None

    def of(self, profile: str) -> Context:
        """What cells of a row depend on that is of that tenant."""
        return self if self.tenants is None else self.tenants(profile)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list.

    Attributes:
        id: Stable name for sorting, folding and configuration.
        title: Header text.
        cell: Row and context to cell.
        width: Cells it takes at least.
        grow: Share of the room that is left over; 0 keeps `width`.
        right: Right-aligned (numbers, ages).
        at: Terminal width from which the column is shown.
        sort: Row to a sort key (never None); None where sorting makes no sense.
        keep: Which end of a text survives when it is cut: `start` or `end`.
        utc: Cells it takes at least while UTC times are shown instead of ages.
    """

    id: str
    title: str
    cell: Callable[[Any, Context], Cell]
    width: int
    grow: int = 0
    right: bool = False
    at: int = 0
    sort: Callable[[Any], Any] | None = None
    keep: str = "start"
    utc: int = 0


@dataclass(frozen=True, slots=True)
class Need:
    """A read that a preview or a page makes use of.

    Attributes:
        name: Under which the result is handed to the drawing function.
        operation: Id in the operation table.
        path: Row to the values of the path, or None when this row has no such thing.
        query: Row to the query parameters.
    """

    name: str
    operation: str
    path: Callable[[Any], Mapping[str, str] | None]
    query: Callable[[Any], Mapping[str, str]] = lambda row: {}


# the entity of the page as the service sent it
RAW = Need("raw", "", lambda row: {"id": row.id})


@dataclass(frozen=True, slots=True)
class Pivot:
    """From a row to what belongs to it.

    Attributes:
        letter: Key in the pivot menu.
        label: What it leads to.
        target: `page:machine` or `list:alerts`.
        argument: Row to the page id, or to the value of `word`; None where the row has no such thing.
        word: Word of the query that the value belongs to, for a list.
    """

    letter: str
    label: str
    target: str
    argument: Callable[[Any], str | None]
    word: str = ""


# What a read gave: the entity or page, an error, or nothing yet (the name is missing).
Borrowed = Mapping[str, Any]


def got(borrowed: Borrowed, name: str) -> Any | None:
    """What a read gave; None while it is missing and when it failed."""
    value = borrowed.get(name)
    return None if isinstance(value, MdetuiError) else value


def rows(borrowed: Borrowed, name: str) -> list[Any] | None:
    """The rows of a list that was read, without those that could not be; None as `got`."""
    page = got(borrowed, name)
    return None if page is None else [row for row in page.rows if getattr(row, "why", None) is None]


@dataclass(frozen=True, slots=True)
class Subject:
    """What keys can do with a row of a list or with the entity of a page.

    Attributes:
        kind: What it is as a target of an action: `alert`, `machine`, `action` or "".
        key: Row to its id, unique within the tenant.
        name: Row to the name that is copied and shown in questions.
        machine_id: Row to the machine that `m` opens, or None.
        profile: Row to the profile of its tenant; None where all rows are of the tenant that is open.
        pivots: What `p` offers.
        names: Entity to what it names that has a page of its own (`found.Named`); `p` offers each.
        portal: Row to the path of its page in the security portal (`portal`), or None.
        unlinked: Why a row has none, one sentence.
        secret: The key is as good as a password (the link to a file): it may be copied, and is never shown.
    """

    kind: str = ""
    key: Callable[[Any], str] = lambda row: row.id
    name: Callable[[Any], str | None] = lambda row: row.id
    machine_id: Callable[[Any], str | None] = lambda row: None
    profile: Callable[[Any], str | None] = lambda row: None
    pivots: tuple[Pivot, ...] = ()
    names: Callable[[Any], Sequence[Named]] = lambda row: ()
    portal: Callable[[Any], str | None] = lambda row: None
    unlinked: str = ""
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Part:
    """Something that one read per row tells and the list itself does not.

    Attributes:
        id: Stable name for folding.
        value: What was read to a text that is safe to show; "" where it has none.
    """

    id: str
    value: Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Details:
    """What can be folded by once each row was read, one request for each.

    Attributes:
        operation: Id of the read.
        path: Row to the values of the path.
        column: Column that each part is joined with.
        parts: What the reads tell.
    """

    operation: str
    path: Callable[[Any], Mapping[str, str]]
    column: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class View:
    """One resource as a list.

    Attributes:
        id: Stable name, also the context of its keys when there is one.
        title: Shown in the breadcrumb.
        noun: Singular, for counts ("14 machines").
        operation: Id of the operation that fills it.
        columns: In order of importance from left to right.
        texts: Row to the texts that the local filter searches.
        default_sort: Column id and whether it is descending; "" keeps the order in which rows come.
        preview: Row, context and borrowed reads to lines; None for no preview.
        needs: Reads the preview borrows.
        opens: Id of the page that Enter opens, "" for none.
        page_id: Row to the id of the page that Enter opens.
        row_id: Row to an id that is unique in the list, where that of the subject is not; None else.
        leads: Whether a row that could not be read stands first.
        fold: Row to a key by which repeats are folded, or None.
        details: What it can be folded by when each row is read, or None.
        version: Row to its time of update, so that a late answer does not replace a newer row; None when unknown.
        subject: What keys can do with its rows.
        keys: Context of the key table.
        command: Names in the command bar, the full one first; empty where the list hangs on something else.
        help: What the command opens, one sentence without a full stop; the title when empty.
        words: Words of the command bar that the server filters by (`query.Word`).
    """

    id: str
    title: str
    noun: str
    operation: str
    columns: tuple[Column, ...]
    texts: Callable[[Any], tuple[str | None, ...]]
    default_sort: tuple[str, bool] = ("", False)
    preview: Callable[[Any, Context, Borrowed], list[Line]] | None = None
    needs: tuple[Need, ...] = ()
    opens: str = ""
    page_id: Callable[[Any], str | None] = lambda row: row.id
    row_id: Callable[[Any], str] | None = None
    leads: Callable[[Any], bool] = lambda row: False
    fold: Callable[[Any], Any] | None = None
    details: Details | None = None
    version: Callable[[Any], Any] | None = None
    subject: Subject = Subject()
    keys: str = "list"
    command: tuple[str, ...] = ()
    help: str = ""
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab of a page: either lines drawn from the page's reads, or a list.

    Attributes:
        id: Stable name.
        title: On the tab strip.
        lines: Entity, context and borrowed reads to lines; None when the tab is a list.
        needs: Reads of this tab alone, asked when it is first shown.
        view: Id of the view of a list tab.
        operation: Operation of a list tab when it is not the view's own.
        path: Page id to the path values of a list tab.
        filter: Page id to the `$filter` of a list tab.
        rows: Entity to the rows of a list tab that came with it: no request of their own.
    """

    id: str
    title: str
    lines: Callable[[Any, Context, Borrowed], list[Line]] | None = None
    needs: tuple[Need, ...] = ()
    view: str = ""
    operation: str = ""
    path: Callable[[str], Mapping[str, str]] = lambda page_id: {}
    filter: Callable[[str], str] = lambda page_id: ""
    rows: Callable[[Any], Sequence[Any]] | None = None


class Reader(Protocol):
    """What a page whose entity takes more than one read needs of a session."""

    async def read(self, op: str, path: Mapping[str, str], query: Mapping[str, str], *, fresh: bool = False) -> Any:
        """A read through the cache."""

    async def file(self, op: str, link: str, most: int) -> bytes:
        """A file behind a link; at most so many bytes."""


@dataclass(frozen=True, slots=True)
class Page:
    """One entity as a page: a few lines at the top, tabs below.

    Attributes:
        id: Stable name; also the context of its keys when there is one.
        noun: Singular.
        operation: Read that gives the entity; "" where the API has none: then its id is all that is known.
        head: Entity (None while it is loading), page id, context and borrowed reads to the lines at the top.
        head_lines: How many lines the top takes.
        needs: Reads of the page that the top and the tabs share.
        tabs: From left to right.
        title: Entity and page id to the text of the breadcrumb.
        subject: What keys can do with the entity.
        keys: Context of the key table.
        read: Session, page id and whether it must be fresh to the entity, where `operation` alone does not give it.
    """

    id: str
    noun: str
    operation: str
    head: Callable[[Any, str, Context, Borrowed], list[Line]]
    head_lines: int
    tabs: tuple[Tab, ...]
    title: Callable[[Any, str], str]
    needs: tuple[Need, ...] = ()
    subject: Subject = Subject()
    keys: str = "machine"
    read: Callable[[Reader, str, bool], Awaitable[Any]] | None = None
