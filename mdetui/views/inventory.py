"""Lists that hang on a machine: users, software, vulnerabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdetui import text
from mdetui.views import words
from mdetui.views.base import Borrowed, Cell, Column, Context, Line, Subject, View, fact

if TYPE_CHECKING:
    from mdetui.api.models.inventory import Software, Vulnerability
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
        fact("first seen", text.stamp(text.parse_time(row.first_seen))),
        fact("last seen", text.stamp(text.parse_time(row.last_seen))),
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
    subject=Subject(name=_account),
)  # fmt: skip


def _software_preview(row: Software, context: Context, borrowed: Borrowed) -> list[Line]:
    return [
        Line((Cell(f"{text.line(row.vendor)} {text.line(row.name)}", "strong"),)),
        fact("id", text.line(row.id)),
        fact("weaknesses", words.number(row.weaknesses), f"public exploit {words.yes_no(row.public_exploit)}"),
        fact(
            "exposed", f"{text.line(row.exposed_machines)} machines", f"installed {text.line(row.installed_machines)}"
        ),
    ]


def _exploit(value: object) -> Cell:
    return Cell("exploit", "state.bad") if words.yes_no(value) == "yes" else Cell("-", "muted")


SOFTWARE = View(
    id="software",
    title="software",
    noun="product",
    operation="machines.software",
    columns=(
        Column("name", "SOFTWARE", lambda row, _: words.plain(row.name), 24, grow=2, sort=lambda row: (row.name or "").lower()),
        Column("vendor", "VENDOR", lambda row, _: words.plain(row.vendor), 16, grow=1, sort=lambda row: (row.vendor or "").lower()),
        Column("weak", "WEAKNESSES", lambda row, _: words.number(row.weaknesses), 10, right=True, sort=lambda row: words.number_key(row.weaknesses)),
        Column("exploit", "EXPLOIT", lambda row, _: _exploit(row.public_exploit), 7, sort=lambda row: words.yes_no(row.public_exploit)),
        Column("exposed", "EXPOSED", lambda row, _: words.number(row.exposed_machines), 7, right=True, at=90, sort=lambda row: words.number_key(row.exposed_machines)),
    ),
    texts=lambda row: (row.name, row.vendor, row.id),
    default_sort=("weak", True),
    preview=_software_preview,
    subject=Subject(name=lambda row: row.name),
)  # fmt: skip


def _vulnerability_preview(row: Vulnerability, context: Context, borrowed: Borrowed) -> list[Line]:
    lines = [
        Line((Cell(text.line(row.name or row.id), "strong"), Cell("  "), words.level(row.severity), Cell(f"  CVSS {text.line(row.cvss_v3)}"))),
        fact("exploit", f"public {words.yes_no(row.public_exploit)}", f"verified {words.yes_no(row.exploit_verified)}", f"in a kit {words.yes_no(row.exploit_in_kit)}"),
        fact("published", text.stamp(text.parse_time(row.published_on))),
        fact("exposed", f"{text.line(row.exposed_machines)} machines"),
    ]  # fmt: skip
    return lines + [Line((Cell(part),)) for part in text.block(row.description)]


VULNERABILITIES = View(
    id="vulnerabilities",
    title="vulnerabilities",
    noun="vulnerability",
    operation="machines.vulnerabilities",
    columns=(
        Column("name", "CVE", lambda row, _: words.plain(row.name or row.id), 16, sort=lambda row: row.name or row.id),
        Column("severity", "SEVERITY", lambda row, _: words.level(row.severity), 8, sort=lambda row: {"critical": 5}.get((row.severity or "").lower(), words.severity_rank(row.severity))),
        Column("cvss", "CVSS", lambda row, _: words.number(row.cvss_v3), 4, right=True, sort=lambda row: words.number_key(row.cvss_v3)),
        Column("exploit", "EXPLOIT", lambda row, _: _exploit(row.public_exploit), 7, sort=lambda row: words.yes_no(row.public_exploit)),
        Column("exposed", "MACHINES", lambda row, _: words.number(row.exposed_machines), 8, right=True, sort=lambda row: words.number_key(row.exposed_machines)),
        Column("text", "DESCRIPTION", lambda row, _: words.plain(row.description), 20, grow=3),
    ),
    texts=lambda row: (row.name, row.severity, row.description, row.id),
    default_sort=("severity", True),
    preview=_vulnerability_preview,
    subject=Subject(name=lambda row: row.name),
)  # fmt: skip
