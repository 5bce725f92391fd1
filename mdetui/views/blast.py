"""The blast radius as a list: the lines of a `blast_tree.Tree` that are open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mdetui import text
from mdetui.views import alerts, inventory, machines, words
from mdetui.views.base import Borrowed, Cell, Column, Context, Line, Need, Subject, View, fact

if TYPE_CHECKING:
    from mdetui.api.models.base import RowTime
    from mdetui.views.blast_tree import Row

# pages of things that a tree can begin with
ROOTS = ("file", "ip", "domain", "user")
_WORDS = {"ip": "address", "branch": "", "failed": ""}
_STEP = 2


class Bare:
    """Stands for something of which only the id and the name are known."""

    def __init__(self, known: str, name: str = "") -> None:
        self.id = self.sha1 = self.ip_address = self.host = known
        self.computer_dns_name = name

    def __getattr__(self, name: str) -> None:
        """Nothing else is known of it."""


def item_of(row: Row) -> Any | None:
    """What keys act on: the machine or alert of a line, or what stands for it; None for a branch."""
    if row.branch is not None:
        return None
    if row.kind in ("machine", "alert") and row.entity.item is not None:
        return row.entity.item
    return Bare(row.entity.id, row.entity.label)


def _tree(row: Row, context: Context) -> Cell:
    style = "plain"
    if row.failed:
        return Cell(f"{' ' * _STEP * row.depth}{row.sign} {row.failed}", "state.bad")
    if row.branch is not None or row.seen:
        style = "muted"
    label = row.label
    if row.kind == "machine":
        known = words.machine(row.label, context, row.entity.id, row.entity.item)
        label, style = known.text, "muted" if row.seen else known.style
    elif not row.depth:
        style = "strong"
    return Cell(f"{' ' * _STEP * row.depth}{row.sign} {label}", style)


def _what(row: Row) -> Cell:
    return Cell(_WORDS.get(row.kind, row.kind), "muted")


def _facts(row: Row) -> Cell:
    if row.branch is not None:
        style = (
            "state.busy"
            if row.note.startswith("reading")
            else "muted"
            if row.note in ("none", "1 request")
            else "plain"
        )
        return Cell("Enter asks again" if row.failed else row.note, "muted" if row.failed else style)
    if row.seen:
        return Cell("seen above", "muted")
    item = row.entity.item
    if item is None:
        return Cell(_id(row), "muted")
    if row.kind == "machine":
        return Cell(f"risk {words.level(item.risk_score).text}", words.level(item.risk_score).style)
    if row.kind == "alert":
        return words.level(item.severity)
    return Cell("domain admin", "state.warn") if words.yes_no(item.is_domain_admin) == "yes" else Cell("")


def _id(row: Row) -> str:
    """The hash or number by which it is known, where its label is another name."""
    return "" if row.entity.id in row.label or row.kind == "machine" else text.line(row.entity.id)


def _time(row: Row) -> RowTime | None:
    item = row.entity.item if row.branch is None else None
    if item is None:
        return None
    return item.alert_creation_time if row.kind == "alert" else item.last_seen  # type: ignore[no-any-return]


def _age(row: Row, context: Context) -> Cell:
    return words.when(_time(row), context) if _time(row) else Cell("")


def _texts(row: Row) -> tuple[str | None, ...]:
    entity = row.entity
    return (row.label, row.kind, entity.id if row.branch is None else None, _facts(row).text, row.failed or None)


def _preview(row: Row, context: Context, borrowed: Borrowed) -> list[Line]:
    entity = row.entity
    if row.failed:
        return [Line((Cell(row.failed, "state.bad"),)), Line((Cell("Enter asks again."),))]
    if row.branch is not None:
        note = f"  {row.note}" if row.note else ""
        lines = [Line((Cell(row.label, "strong"), Cell(note, "muted"))), Line((Cell(f"of {entity.label}", "muted"),))]
        if row.trouble:
            lines += [Line((Cell(row.trouble, "state.bad"),)), Line((Cell("r asks again."),))]
        return lines
    if row.kind == "alert":
        return alerts.preview(entity.item, context, borrowed)
    if row.kind == "machine":
        item = entity.item or borrowed.get("machine")
        if item is not None and not isinstance(item, Exception):
            return machines.preview(item, context, borrowed)
        return [machines.machine_facts(borrowed, entity.label, context), fact("id", text.line(entity.id))]
    if entity.item is not None and inventory.USERS.preview is not None:
        return inventory.USERS.preview(entity.item, context, borrowed)
    word = _WORDS.get(row.kind, row.kind)
    return [
        Line((Cell("" if entity.label.startswith(f"{word} ") else f"{word} ", "muted"), Cell(entity.label, "strong"))),
        *([Line((Cell(_id(row), "muted"),))] if _id(row) else []),
        Line((Cell("Enter opens and closes a line, l opens the page of what stands on it.", "muted"),)),
    ]


def _of_alert(need: Need) -> Need:
    return Need(
        need.name, need.operation,
        lambda row: need.path(row.entity.item) if row.kind == "alert" else None,
        lambda row: need.query(row.entity.item),
    )  # fmt: skip


def _of_alert_or_machine(need: Need) -> Need:
    """A machine that is known by name alone is read, too."""

    def path(row: Row) -> Any:
        if row.kind == "machine" and row.entity.item is None:
            return {"id": row.entity.id}
        return need.path(row.entity.item) if row.kind == "alert" else None

    return Need(need.name, need.operation, path)


VIEW = View(
    id="blast",
    title="blast radius",
    noun="line",
    operation="",
    columns=(
        Column("tree", "TREE", _tree, 36, grow=3),
        Column("what", "WHAT", lambda row, _: _what(row), 8),
        Column("facts", "FACTS", lambda row, _: _facts(row), 16),
        Column("age", "AGE", _age, 4, right=True, utc=words.UTC_CELLS),
        Column("id", "ID", lambda row, _: Cell(machines.short_id(row.entity.id) if row.branch is None else "", "muted"), 14, at=100),
    ),
    texts=_texts,
    preview=_preview,
    needs=tuple(
        _of_alert_or_machine(need) if need.name == "machine" else _of_alert(need) for need in alerts.VIEW.needs
    ),
    subject=Subject(kind="blast", key=lambda row: row.key, name=lambda row: row.label, unlinked="A branch has no page: what stands on the lines below it has."),
    keys="blast",
)  # fmt: skip
