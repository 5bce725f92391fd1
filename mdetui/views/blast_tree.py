"""How far something reached: a tree of machines, alerts and users around a file, an address, a domain or an account.

Nothing is read before a branch is opened, and each branch is one request at most. What the tree knows of a machine or an
account it knows once, wherever it is shown: only the first place in the tree can be opened, the others are marked, so
that a circle (machine, user, the same machine) has an end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from mdetui import text
from mdetui.errors import MdetuiError
from mdetui.views import words
from mdetui.views.found import Named, user

if TYPE_CHECKING:
    from mdetui.views.base import Reader


class Ask(NamedTuple):
    """A branch that every thing of a kind has.

    Attributes:
        name: Unique for that kind.
        title: What it holds.
        kind: Of what it holds.
        operation: What is asked; "" where the alerts of the root tell it.
        path: Id and the time now to the values of the path.
    """

    name: str
    title: str
    kind: str
    operation: str = ""
    path: Callable[[str, datetime], Mapping[str, str]] = lambda known, now: {"id": known}


def _now(known: str, now: datetime) -> dict[str, str]:
    # the service looks 15 minutes to both sides (find-machines-by-ip.md)
    return {"ip": known, "timestamp": now.strftime("%Y-%m-%dT%H:%M:%SZ")}


_ASKS: Mapping[str, tuple[Ask, ...]] = {
    "file": (
        Ask("machines", "machines that had it", "machine", "files.machines"),
        Ask("alerts", "alerts", "alert", "files.alerts"),
    ),
    "domain": (
        Ask("machines", "machines that talked to it, 500 at most", "machine", "domains.machines"),
        Ask("alerts", "alerts", "alert", "domains.alerts"),
    ),
    # machines that talked to an address can only be hunted for
    "ip": (
        Ask("machines", "machines whose own address it is now", "machine", "machines.findByIp", _now),
        Ask("named", "machines that its alerts name", "machine"),
        Ask("alerts", "alerts", "alert", "ips.alerts"),
    ),
    "user": (
        Ask("machines", "machines it was seen on", "machine", "users.machines"),
        Ask("alerts", "alerts", "alert", "users.alerts"),
    ),
    "machine": (Ask("users", "users seen on it", "user", "machines.users"), Ask("here", "its alerts of {}", "alert")),
}
_NOUNS = {"file": "the file", "ip": "the address", "domain": "the domain", "user": "the user"}


@dataclass(eq=False, slots=True)
class Entity:
    """A machine, an alert, an account, or what the tree began with.

    Attributes:
        kind: Id of its page.
        id: Id of that page.
        label: Safe name.
        item: Its row as the service sent it; None where only its name is known.
        open: Whether its branches are shown.
        branches: What it can be asked for.
    """

    kind: str
    id: str
    label: str
    item: Any = None
    open: bool = False
    branches: list[Branch] = field(default_factory=list)

    @property
    def key(self) -> str:
        """Unique in the tree."""
        return f"{self.kind}:{self.id.casefold()}"


@dataclass(eq=False, slots=True)
class Branch:
    """One question about an entity.

    Attributes:
        owner: Whose.
        ask: The question.
        title: What it holds, for a person.
        found: The answer; None before it came.
        unread: Rows of the answer that could not be read.
        open: Whether the answer is shown.
        loading: Whether it is being asked.
        error: Why it did not come.
        turn: How often it was asked for: a read that was given up has no say in the next.
    """

    owner: Entity
    ask: Ask
    title: str
    found: list[Entity] | None = None
    unread: int = 0
    open: bool = False
    loading: bool = False
    error: MdetuiError | None = None
    turn: int = 0

    @property
    def key(self) -> str:
        """Unique in the tree."""
        return f"{self.owner.key}/{self.ask.name}"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the tree.

    Attributes:
        key: Unique in the tree; the same as long as the line means the same.
        depth: How far it is set in.
        sign: `+` can be opened, `-` is open, `·` has nothing to open.
        label: Safe text.
        entity: What it shows; for a branch whose it is.
        branch: The branch, or the one that failed; None for an entity.
        failed: Why the branch above did not come; "" else.
        seen: It stands further up already.
        note: How much a branch holds, or what it costs.
        trouble: Why what a branch is made of did not come; "" else.
    """

    key: str
    depth: int
    sign: str
    label: str
    entity: Entity
    branch: Branch | None = None
    failed: str = ""
    seen: bool = False
    note: str = ""
    trouble: str = ""

    @property
    def kind(self) -> str:
        """`machine`, `alert`, `user` ..., `branch` or `failed`."""
        return "failed" if self.failed else "branch" if self.branch is not None else self.entity.kind


class Tree:
    """The tree, what is known in it, and what of it is open.

    Args:
        root: What it begins with.
    """

    def __init__(self, root: Named) -> None:
        self._known: dict[str, Entity] = {}
        self._about = _NOUNS[root.page]
        self.root = self._entity(Entity(root.page, root.id, root.label))
        self.root.open = True
        # grows when the lines may be others
        self.stamp = 0

    # what is known

    def count(self, kind: str) -> int:
        """How many of a kind are known so far, without the root."""
        return sum(entity.kind == kind and entity is not self.root for entity in self._known.values())

    @property
    def told(self) -> str:
        """`12 machines, 4 alerts, 1 user`: what is known so far, shown or not."""
        counts = {kind: self.count(kind) for kind in ("machine", "alert", "user")}
        return ", ".join(text.plural(count, kind) for kind, count in counts.items() if count) or "nothing yet"

    @property
    def loading(self) -> int:
        """Branches that are being asked."""
        return sum(branch.loading for entity in self._known.values() for branch in entity.branches)

    @property
    def errors(self) -> list[MdetuiError]:
        """Why branches did not come."""
        return [branch.error for one in self._known.values() for branch in one.branches if branch.error is not None]

    def _entity(self, new: Entity) -> Entity:
        known = self._known.setdefault(new.key, new)
        if known is new:
            new.branches = [Branch(new, ask, ask.title.format(self._about)) for ask in _ASKS.get(new.kind, ())]
        elif known.item is None:
            known.item = new.item
        return known

    # the lines

    def rows(self) -> list[Row]:
        """The lines that are open, from top to bottom."""
        return list(self._walk(self.root, "", 0, set()))

    def _walk(self, entity: Entity, under: str, depth: int, seen: set[str]) -> Iterator[Row]:
        key = f"{under}>{entity.key}"
        if entity.key in seen:
            yield Row(key, depth, "·", entity.label, entity, seen=True)
            return
        seen.add(entity.key)
        opens = bool(entity.branches)
        yield Row(key, depth, ("-" if entity.open else "+") if opens else "·", entity.label, entity)
        for branch in entity.branches if entity.open else ():
            yield from self._walk_branch(branch, depth + 1, seen)

    def _walk_branch(self, branch: Branch, depth: int, seen: set[str]) -> Iterator[Row]:
        source, found = self._source(branch), self.found(branch)
        sign = "·" if found == [] else "-" if branch.open else "+"
        trouble = text.line(str(source.error)) if source.error is not None and not source.loading else ""
        note = self._note(source, found)
        yield Row(branch.key, depth, sign, branch.title, branch.owner, branch, note=note, trouble=trouble)
        if not branch.open:
            return
        if trouble:
            yield Row(f"{branch.key}!", depth + 1, "·", "not read", branch.owner, branch, trouble)
        for entity in found or ():
            yield from self._walk(entity, branch.key, depth + 1, seen)

    def _note(self, source: Branch, found: Sequence[Entity] | None) -> str:
        if source.loading:
            return "reading ..."
        if found is None:
            return "not read" if source.error is not None else "1 request"
        bad = f", {source.unread} unreadable" if source.unread and source.found is found else ""
        return (f"{len(found):,}" if found else "none") + bad

    def _source(self, branch: Branch) -> Branch:
        """The branch that is asked: itself, or the alerts of the root."""
        if branch.ask.operation:
            return branch
        return next(own for own in self.root.branches if own.ask.name == "alerts")

    def found(self, branch: Branch) -> list[Entity] | None:
        """What a branch holds; None before that is known."""
        source = self._source(branch)
        if source is branch or source.found is None:
            return source.found
        if branch.ask.name == "here":
            return [alert for alert in source.found if alert.item.machine_id == branch.owner.id]
        named = {
            row.machine_id: self._entity(
                Entity("machine", row.machine_id, _name(row.computer_dns_name, row.machine_id))
            )
            for row in (alert.item for alert in source.found)
            if row.machine_id
        }
        return sorted(named.values(), key=lambda machine: machine.label.lower())

    # opening

    def toggle(self, row: Row) -> Branch | None:
        """Open or close a line.

        Returns:
            The branch that must be read for it, with `loading` set; None when nothing needs to be asked.
        """
        self.stamp += 1
        branch = row.branch
        if branch is None:
            row.entity.open = not row.entity.open and bool(row.entity.branches)
            return None
        source = self._source(branch)
        # open it may be since before its load was given up
        unasked = source.found is None and source.error is None and not source.loading
        branch.open = not branch.open or unasked or bool(row.failed)
        if not branch.open or source.loading or source.found is not None:
            return None
        return self.begin(source)

    def begin(self, branch: Branch) -> Branch:
        """A branch is going to be read, once more where it was already."""
        self.stamp += 1
        branch.loading, branch.error, branch.turn = True, None, branch.turn + 1
        return branch

    def failed(self, branch: Branch, error: MdetuiError) -> None:
        """A branch did not come."""
        branch.error = error
        self._ended(branch)

    def stop(self) -> None:
        """Give up every branch under way: a line that has nothing to show yet closes."""
        for entity in self._known.values():
            for branch in entity.branches:
                if branch.loading:
                    branch.turn += 1
                    self._ended(branch)

    def _ended(self, branch: Branch) -> None:
        self.stamp += 1
        branch.loading = False
        if branch.found is None and branch.error is None:
            branch.open = False

    def asked(self, row: Row) -> Branch | None:
        """The branch that was read for a line; None when nothing was."""
        if row.branch is not None:
            source = self._source(row.branch)
            return source if source.found is not None or source.error is not None else None
        within = row.key.rpartition(">")[0]
        for entity in self._known.values():
            for branch in entity.branches:
                if branch.key == within:
                    return self._source(branch)
        return None

    async def read(self, reader: Reader, branch: Branch, now: datetime, *, fresh: bool = False) -> None:
        """Ask for a branch; what went wrong is kept with it. What comes after it was given up is nobody's.

        Args:
            reader: The session.
            branch: From `toggle` or `begin`.
            now: Wall time.
            fresh: Ask the service, whatever was read in the last minute.
        """
        ask, turn = branch.ask, branch.turn
        try:
            page = await reader.read(ask.operation, ask.path(branch.owner.id, now), {}, fresh=fresh)
        except MdetuiError as error:
            if branch.turn == turn:
                self.failed(branch, error)
            return
        if branch.turn == turn:
            good = [row for row in page.rows if getattr(row, "why", None) is None]
            branch.unread = len(page.rows) - len(good)
            made = [self._entity(_MAKE[ask.kind](row)) for row in _in_order(ask.kind, good)]
            branch.found = list({entity.key: entity for entity in made}.values())
            self._ended(branch)


def _name(name: str | None, known: str) -> str:
    return text.line(name or known)


def _account(row: Any) -> Entity:
    before, _, name = (row.account_name or row.id or "").rpartition("\\")
    named = user(name, row.account_domain or before or None)
    return Entity("user", named.id, named.label.removeprefix("user "), row)


_MAKE: Mapping[str, Callable[[Any], Entity]] = {
    "machine": lambda row: Entity("machine", row.id, _name(row.computer_dns_name, row.id), row),
    "alert": lambda row: Entity("alert", row.id, _name(row.title, row.id), row),
    "user": _account,
}


def _in_order(kind: str, rows: Sequence[Any]) -> list[Any]:
    """What matters most first: risk, severity, then the newest; accounts that were there last."""
    if kind == "machine":
        return sorted(
            rows, key=lambda row: (-words.severity_rank(row.risk_score), (row.computer_dns_name or "").lower())
        )
    if kind == "alert":
        return sorted(
            rows, key=lambda row: (-words.severity_rank(row.severity), -words.time_key(row.alert_creation_time))
        )
    return sorted(rows, key=lambda row: -words.time_key(row.last_seen))
