"""The list of accounts that were seen on a machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdetui import text
from mdetui.views import portal, words
from mdetui.views.base import Borrowed, Cell, Column, Context, Line, Subject, View, fact

if TYPE_CHECKING:
    from mdetui.api.models.machine import MachineUser


def _account(row: MachineUser) -> str:
    name = row.account_name or row.id
    return f"{row.account_domain}\\{name}" if row.account_domain else name


def _user_preview(row: MachineUser, context: Context, borrowed: Borrowed) -> list[Line]:
    return [
        Line((Cell(text.line(_account(row)), "strong"),)),
        fact("sid", text.line(row.account_sid)),
        fact("logon types", text.line(row.logon_types)),
        fact("machines", text.line(row.log_on_machines_count)),
        fact("domain admin", words.yes_no(row.is_domain_admin)),
        fact("first seen", text.stamp_of(row.first_seen)),
        fact("last seen", text.stamp_of(row.last_seen)),
    ]


def _admin(row: MachineUser) -> Cell:
    answer = words.yes_no(row.is_domain_admin)
    return Cell("domain admin", "state.warn") if answer == "yes" else Cell(answer, "muted")


USERS = View(
    id="users",
    title="users",
    noun="user",
    operation="machines.users",
    columns=(
        Column("account", "ACCOUNT", lambda row, _: words.plain(_account(row)), 24, grow=2, sort=lambda row: _account(row).lower()),
        Column("admin", "ADMIN", lambda row, _: _admin(row), 12, sort=lambda row: words.yes_no(row.is_domain_admin)),
        Column("logon", "LOGON TYPES", lambda row, _: words.plain(row.logon_types), 20, grow=1),
        words.time_column("last", "LAST", lambda row: row.last_seen, 4),
        Column("machines", "MACHINES", lambda row, _: words.number(row.log_on_machines_count), 8, right=True, at=90, sort=lambda row: words.number_key(row.log_on_machines_count)),
    ),
    texts=lambda row: (row.account_name, row.account_domain, row.account_sid, row.logon_types),
    default_sort=("last", True),
    preview=_user_preview,
    subject=Subject(
        name=_account, portal=lambda row: portal.user(row.account_sid, row.account_name, row.account_domain),
        unlinked="The portal finds an account by its SID, and this one came without.",
    ),
)  # fmt: skip
