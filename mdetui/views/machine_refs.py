"""Machines that a vulnerability, a product, a recommendation or a remediation task names. Their rows are machines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdetui import text
from mdetui.views import machines, words
from mdetui.views.base import Borrowed, Cell, Column, Context, Line, Need, Tab, View, fact, got

if TYPE_CHECKING:
    from mdetui.api.models.machine import Machine, MachineReference


def preview(row: MachineReference, context: Context, borrowed: Borrowed) -> list[Line]:
    """The machine itself, once it is read."""
    machine: Machine | None = got(borrowed, "machine")
    if machine is not None:
        return machines.preview(machine, context, borrowed)
    return [
        machines.machine_facts(borrowed, row.computer_dns_name, context),
        fact("id", text.line(row.id)),
        fact("system", text.line(row.os_platform)),
        fact("group", text.line(row.rbac_group_name)),
    ]


VIEW = View(
    id="machinerefs",
    title="machines",
    noun="machine",
    operation="vulnerabilities.machines",
    columns=(
        Column("name", "MACHINE", lambda row, ctx: words.machine(row.computer_dns_name, ctx, row.id), 20, grow=2, sort=lambda row: (row.computer_dns_name or "").lower()),
        Column("system", "SYSTEM", lambda row, _: words.plain(row.os_platform), 17, sort=lambda row: row.os_platform or ""),
        Column("group", "GROUP", lambda row, _: words.plain(row.rbac_group_name), 18, grow=1, sort=lambda row: row.rbac_group_name or ""),
        Column("id", "ID", lambda row, _: Cell(machines.short_id(row.id), "muted"), 14),
    ),
    texts=lambda row: (row.computer_dns_name, row.os_platform, row.rbac_group_name, row.id),
    default_sort=("name", False),
    preview=preview,
    needs=(Need("machine", "machines.get", lambda row: {"id": row.id}),),
    opens="machine",
    subject=machines.SUBJECT,
    keys="machines",
)  # fmt: skip


def tab(operation: str) -> Tab:
    """The tab of the machines that an entity names.

    Args:
        operation: Gives them.
    """
    return Tab("machines", "Machines", view="machinerefs", operation=operation, path=lambda page_id: {"id": page_id})
