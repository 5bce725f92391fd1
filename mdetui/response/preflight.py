"""What the service says of the targets before anything is sent, in a few batched reads.

`read` asks; `verdicts` judges. The two are apart so that another choice on the sheet (Selective instead of Full) is
judged again without asking again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from mdetui.api import odata
from mdetui.api.endpoints import operation
from mdetui.api.models.action import OPEN_STATUSES, MachineAction
from mdetui.api.models.alert import AlertRow
from mdetui.api.models.machine import Machine
from mdetui.clock import Clock
from mdetui.errors import BadAnswer, WireError
from mdetui.response.protected import label
from mdetui.response.states import ISOLATION
from mdetui.response.targets import Target
from mdetui.response.wire import Wire

T = TypeVar("T")

# ids in one `$filter`: 30 machine ids make an address of about 2 kB
CHUNK = 30
# names in one `$filter`: each is asked for exactly and as the start of a longer one
_NAMES = 15
_OPEN = tuple(sorted(OPEN_STATUSES))


@dataclass(frozen=True, slots=True)
class Readings:
    """What was read.

    Attributes:
        at: When.
        machines: By id; a machine that is missing here is not in the service's list.
        twins: Other machines with the same first label, by machine id; None when that could not be read.
        actions: Open actions and isolation history by machine id.
        cancelling: Actions that are targets themselves, by id.
        alerts: By id.
    """

    at: datetime
    machines: Mapping[str, Machine] = field(default_factory=dict)
    twins: Mapping[str, tuple[Machine, ...]] | None = None
    actions: Mapping[str, tuple[MachineAction, ...]] = field(default_factory=dict)
    cancelling: Mapping[str, MachineAction] = field(default_factory=dict)
    alerts: Mapping[str, AlertRow] = field(default_factory=dict)


async def read(wire: Wire, targets: Sequence[Target], clock: Clock) -> Readings:
    """Read what must be known about targets of one kind.

    Raises:
        WireError: A read that the plan can't do without failed. Names are the exception: without them every name
            counts as not unique.
    """
    ids = [target.id for target in targets]
    if targets[0].kind == "alert":
        return Readings(clock.now(), alerts=await alerts(wire, ids))
    machine_ids = [target.machine_id for target in targets if target.machine_id]
    cancelling, machines, actions = await _together(
        actions_by_id(wire, ids if targets[0].kind == "action" else []),
        machines_by_id(wire, machine_ids),
        actions_of(wire, machine_ids),
    )
    names = {target.machine_id: target.machine_name for target in targets if target.machine_id}
    names |= {key: machine.computer_dns_name or "" for key, machine in machines.items()}
    try:
        twins = await _twins(wire, names)
    except WireError:
        # the sheet says so and asks for the id as well
        twins = None
    return Readings(clock.now(), machines, twins, actions, cancelling)


async def machines_by_id(wire: Wire, ids: Sequence[str]) -> dict[str, Machine]:
    """Machines by id."""
    return {row.id: row for row in await _rows(wire, "machines.list", _by("id", ids), Machine)}


async def alerts(wire: Wire, ids: Sequence[str]) -> dict[str, AlertRow]:
    """Alerts by id, without evidence."""
    found: dict[str, AlertRow] = {}
    op = operation("alerts.list")
    for chunk in _chunks(ids, CHUNK):
        # not the pager of the queue: it walks through time, and here the ids are known
        query = {"$filter": odata.any_of("id", chunk), "$top": str(CHUNK)}
        page = await wire.fetch(op, query=query)
        found |= {row.id: row for row in page.rows if isinstance(row, AlertRow)}
    return found


async def actions_by_id(
    wire: Wire, ids: Sequence[str], *, strict: bool = False, urgent: bool = True
) -> dict[str, MachineAction]:
    """Machine actions by id; `strict` as in `actions_of`."""
    found = await _rows(wire, "actions.list", _by("id", ids), MachineAction, strict=strict, urgent=urgent)
    return {row.id: row for row in found}


async def actions_of(
    wire: Wire, machine_ids: Sequence[str], *, everything: bool = False
) -> dict[str, tuple[MachineAction, ...]]:
    """Machine actions by machine id: the open ones and those that tell the isolation state.

    Args:
        wire: The client.
        machine_ids: Of which machines.
        everything: All of them instead, and no row may be unreadable: what is missing must surely not be there.

    Raises:
        BadAnswer: `everything` was asked for and a row can't be read.
    """
    wanted = odata.any_of("status", _OPEN) + " or " + odata.any_of("type", (ISOLATION.on, ISOLATION.off))
    filters = (odata.both(chain, "" if everything else wanted) for chain in _by("machineId", machine_ids))
    found: dict[str, list[MachineAction]] = {}
    for row in await _rows(wire, "actions.list", filters, MachineAction, strict=everything):
        found.setdefault(row.machine_id or "", []).append(row)
    return {key: tuple(rows) for key, rows in found.items()}


async def _twins(wire: Wire, names: Mapping[str, str]) -> dict[str, tuple[Machine, ...]]:
    """Other machines by the same first label: a re-imaged machine may come back with or without its domain."""
    labels = sorted({name.split(".", 1)[0] for name in names.values() if name})
    # the service may compare with case, and names come in both
    spelled = {form for text in labels for form in (text, text.lower(), text.upper())}
    filters = (
        " or ".join(
            part
            for text in chunk
            for part in (
                odata.eq("computerDnsName", text),
                odata.starts_with("computerDnsName", text + "."),
            )
        )
        for chunk in _chunks(sorted(spelled), _NAMES)
    )
    groups: dict[str, dict[str, Machine]] = {}
    for row in await _rows(wire, "machines.list", filters, Machine):
        groups.setdefault(label(row.computer_dns_name), {})[row.id] = row
    return {
        machine_id: tuple(row for row in groups.get(label(name), {}).values() if row.id != machine_id)
        for machine_id, name in names.items()
        if name
    }


async def _rows(
    wire: Wire, op: str, filters: Iterable[str], kind: type[T], *, strict: bool = False, urgent: bool = True
) -> list[T]:
    found: list[T] = []
    for chain in filters:
        pager = wire.pager(operation(op), filter=chain, urgent=urgent)
        while (page := await pager.next()) is not None:
            rows = [row for row in page.rows if isinstance(row, kind)]
            if strict and len(rows) < len(page.rows):
                raise BadAnswer(f"A row of {op} can't be read.", "Look at the list in the portal.", operation=op)
            found += rows
    return found


def _by(prop: str, values: Sequence[str]) -> Iterator[str]:
    return (odata.any_of(prop, chunk) for chunk in _chunks(list(dict.fromkeys(values)), CHUNK))


def _chunks(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    return (items[start : start + size] for start in range(0, len(items), size))


async def _together(*reads: Any) -> list[Any]:
    """All reads at once; none is left running when one fails."""
    tasks = [asyncio.ensure_future(one) for one in reads]
    try:
        return list(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()
