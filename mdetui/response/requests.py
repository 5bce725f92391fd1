"""What a plan sends: one `Request` per call, made once, shown on a dry run, recorded, and sent as it is.

The makers here turn targets and options into requests; a catalogue entry names one of them. Nothing else in the program
builds the path or body of a write.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import quote

import msgspec

from mdetui import text
from mdetui.api.endpoints import Operation, operation
from mdetui.api.models.alert import AlertBatchUpdate, AlertUpdate
from mdetui.response.targets import AlertValues, Target

Options = Mapping[str, str]

# batchUpdate names no maximum; an empty 200 for more than this could not be read back in a few calls
ALERT_CHUNK = 100


@dataclass(frozen=True, slots=True)
class Request:
    """One call that changes something.

    Attributes:
        entry: Id of its ledger entry; it stands in the comment as `#k3f9`.
        op: The operation of the table.
        path: Values for the path.
        body: Exactly what is sent.
        targets: Whom it is about; several for a batch.
        comment: The comment inside the body.
        old: Alert values before, by alert id.
        wanted: Alert values it asks for, by alert id.
    """

    entry: str
    op: Operation
    path: Mapping[str, str]
    body: msgspec.Struct
    targets: tuple[Target, ...]
    comment: str
    old: Mapping[str, AlertValues] = field(default_factory=dict)
    wanted: Mapping[str, AlertValues] = field(default_factory=dict)

    @property
    def json(self) -> bytes:
        """The body as it goes over the wire."""
        return msgspec.json.encode(self.body)

    @property
    def route(self) -> str:
        """Path with its values, percent-encoded."""
        return self.op.path.format(**{name: quote(value, safe="") for name, value in self.path.items()})

    def lines(self, base: str) -> list[str]:
        """Method, URL and body in safe text, for the dry run."""
        pretty = msgspec.json.format(self.json, indent=2).decode()
        return [f"{self.op.method} {text.line(base + self.route)}", *text.block(pretty)]

    def without(self, ids: set[str]) -> Request | None:
        """The same batch without some alerts; None when nothing is left or this is no batch."""
        left = tuple(target for target in self.targets if target.id not in ids)
        if not left or not isinstance(self.body, AlertBatchUpdate):
            return None
        kept = {target.id for target in left}
        return replace(
            self,
            targets=left,
            body=msgspec.structs.replace(self.body, alert_ids=[target.id for target in left]),
            old={key: value for key, value in self.old.items() if key in kept},
            wanted={key: value for key, value in self.wanted.items() if key in kept},
        )


@dataclass(frozen=True, slots=True)
class Draft:
    """What a maker works from.

    Attributes:
        targets: Those that are sent, in order.
        options: Chosen options by id.
        old: Alert values as last read, by alert id.
        restore: Alert values to set again, by alert id (an undo).
        comment: Ledger entry id to comment.
        new_id: Gives a fresh ledger entry id.
    """

    targets: tuple[Target, ...]
    options: Options
    old: Mapping[str, AlertValues]
    restore: Mapping[str, AlertValues]
    comment: Callable[[str], str]
    new_id: Callable[[], str]


Maker = Callable[[Draft], tuple[Request, ...]]


def each(op_id: str, body: Callable[[Options, str], msgspec.Struct]) -> Maker:
    """One call per target, with the target's id in the path.

    Args:
        op_id: Operation of the table.
        body: Options and comment to body.
    """

    def make(draft: Draft) -> tuple[Request, ...]:
        made = []
        for target in draft.targets:
            entry = draft.new_id()
            comment = draft.comment(entry)
            made.append(
                Request(entry, operation(op_id), {"id": target.id}, body(draft.options, comment), (target,), comment)
            )
        return tuple(made)

    return make


def alert_updates(values: Callable[[Options], AlertValues]) -> Maker:
    """One PATCH for one alert, `batchUpdate` in chunks for several, all to the same values."""

    def make(draft: Draft) -> tuple[Request, ...]:
        wanted = values(draft.options)
        return tuple(_alert_request(draft, chunk, wanted) for chunk in chunks(draft.targets, ALERT_CHUNK))

    return make


def alert_restores(draft: Draft) -> tuple[Request, ...]:
    """Old values set again; alerts that had the same values share a call."""
    groups: dict[AlertValues, list[Target]] = {}
    for target in draft.targets:
        groups.setdefault(draft.restore[target.id], []).append(target)
    return tuple(
        _alert_request(draft, chunk, wanted) for wanted, group in groups.items() for chunk in chunks(group, ALERT_CHUNK)
    )


def _alert_request(draft: Draft, targets: Sequence[Target], wanted: AlertValues) -> Request:
    entry = draft.new_id()
    comment = draft.comment(entry)
    ids = [target.id for target in targets]
    fields: dict[str, str] = {**wanted.to_dict(), "comment": comment}
    old = {key: draft.old[key] for key in ids if key in draft.old}
    asked = dict.fromkeys(ids, wanted)
    if len(ids) == 1:
        path: dict[str, str] = {"id": ids[0]}
        return Request(
            entry, operation("alerts.update"), path, AlertUpdate(**fields), tuple(targets), comment, old, asked
        )
    body = AlertBatchUpdate(alert_ids=ids, **fields)
    return Request(entry, operation("alerts.batchUpdate"), {}, body, tuple(targets), comment, old, asked)


def chunks(items: Sequence[Target], size: int) -> Iterator[Sequence[Target]]:
    """Slices of at most `size`."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def comment_text(ticket: str, reason: str, analyst: str, entry: str) -> str:
    """`[INC-2291] credential dumping (j.ito@contoso.com via mdetui #k3f9)`: a person and a way back to the ledger."""
    parts = (f"[{ticket}]" if ticket else "", reason, f"({analyst} via mdetui #{entry})")
    return " ".join(part for part in parts if part)


def carries(comment: str | None, entry: str) -> bool:
    """Whether a comment of the service is the one sent with this ledger entry."""
    return f"via mdetui #{entry})" in (comment or "")
