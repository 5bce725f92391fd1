"""The machine list and the machine page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from mdetui import text
from mdetui.response import states
from mdetui.views import portal, words
from mdetui.views.base import (
    BLANK,
    RAW,
    Borrowed,
    Cell,
    Column,
    Context,
    Line,
    Need,
    Page,
    Pivot,
    Subject,
    Tab,
    View,
    fact,
    got,
    rows,
)

if TYPE_CHECKING:
    from mdetui.api.models.action import MachineAction
    from mdetui.api.models.machine import Machine


def system(machine: Machine) -> str:
    """`Windows11 22H2`, in the words of the service."""
    return " ".join(text.line(part) for part in (machine.os_platform, machine.version) if part) or "-"


COLUMNS = (
    Column(
        "name", "MACHINE", lambda row, ctx: words.machine(row.computer_dns_name, ctx, row=row), 18, grow=2,
        sort=lambda row: (row.computer_dns_name or "").lower(),
    ),
    Column("system", "SYSTEM", lambda row, _: Cell(system(row)), 22, grow=1, sort=lambda row: system(row).lower()),
    Column("health", "HEALTH", lambda row, _: words.status(row.health_status), 9, sort=lambda row: row.health_status or ""),
    Column(
        "risk", "RISK", lambda row, _: words.level(row.risk_score), 6, sort=lambda row: words.severity_rank(row.risk_score)
    ),
    Column(
        "value", "VALUE", lambda row, _: words.level(row.device_value), 6,
        sort=lambda row: {"high": 3, "normal": 2, "low": 1}.get((row.device_value or "").lower(), 0),
    ),
    words.time_column("seen", "REPORT", lambda row: row.last_seen, 6),
    Column(
        "exposure", "EXPOSURE", lambda row, _: words.level(row.exposure_level), 8, at=96,
        sort=lambda row: words.severity_rank(row.exposure_level),
    ),
    Column("group", "GROUP", lambda row, _: words.plain(row.rbac_group_name), 14, at=96, sort=lambda row: row.rbac_group_name or ""),
    Column("address", "ADDRESS", lambda row, _: words.plain(row.last_ip_address), 15, at=112, sort=lambda row: row.last_ip_address or ""),
    Column("tags", "TAGS", lambda row, _: words.plain(", ".join(row.machine_tags or ()) or None), 16, grow=1, at=132),
    Column("id", "ID", lambda row, _: Cell(short_id(row.id), "muted"), 13, at=150),
)  # fmt: skip


def short_id(value: str) -> str:
    """`3c0f1e77..91ab`: enough of an id to compare by eye."""
    clean = text.line(value)
    return f"{clean[:8]}..{clean[-4:]}" if len(clean) > 16 else clean


def texts(row: Machine) -> tuple[str | None, ...]:
    """What the local filter searches."""
    tags = " ".join(row.machine_tags or ())
    return (
        row.computer_dns_name, row.os_platform, row.version, row.health_status, row.risk_score, row.device_value,
        row.rbac_group_name, row.last_ip_address, row.last_external_ip_address, tags, row.id,
    )  # fmt: skip


def machine_facts(borrowed: Borrowed, name: str | None, context: Context) -> Line:
    """The line that says on what an alert happened: the read `machine`, or only the name the alert gives."""
    machine: Machine | None = got(borrowed, "machine")
    if machine is None:
        if not name:
            return Line((Cell("no machine named", "muted"),))
        waiting = words.waiting(borrowed, "machine", "reading the machine ...")
        return Line((Cell(text.line(name), "strong"), Cell("  "), waiting), 2)
    return _facts_line(machine, name, context)


def _facts_line(machine: Machine, name: str | None, context: Context) -> Line:
    reason = context.protects_machine(machine)
    cells = [
        Cell(text.line(machine.computer_dns_name or name), "protected" if reason else "strong"),
        Cell(f"  {system(machine)}"),
        Cell("  risk ", "muted"),
        words.level(machine.risk_score),
        Cell("  value ", "muted"),
        words.level(machine.device_value),
        Cell(f"  {words.reported(machine.last_seen, context)}"),
    ]
    if reason:
        cells.append(Cell(f"  protected: {reason}", "protected"))
    return Line(tuple(cells), 2)


def preview(row: Machine, context: Context, borrowed: Borrowed) -> list[Line]:
    """The machine in a few lines; costs no request."""
    return [_facts_line(row, row.computer_dns_name, context), *_details(row, context)]


def _details(row: Machine, context: Context) -> list[Line]:
    addresses = [text.line(item.ip_address) for item in row.ip_addresses or () if item.ip_address]
    duplicate = words.yes_no(row.is_potential_duplication)
    return [
        fact("id", text.line(row.id)),
        fact("system", system(row), f"build {text.line(row.os_build)}", text.line(row.os_architecture or row.os_processor)),
        fact("health", words.status(row.health_status), text.line(row.onboarding_status)),
        fact("exposure", words.level(row.exposure_level)),
        fact("addresses", text.line(row.last_ip_address), f"external {text.line(row.last_external_ip_address)}"),
        *([fact("", ", ".join(addresses))] if len(addresses) > 1 else []),
        fact("group", text.line(row.rbac_group_name)),
        fact("tags", ", ".join(text.line(tag) for tag in row.machine_tags or ()) or "-"),
        fact("joined", f"Entra {words.yes_no(row.is_aad_joined)}", f"managed by {text.line(row.managed_by)}"),
        fact("antivirus", text.line(row.defender_av_status), f"sensor {text.line(row.agent_version)}"),
        fact("first seen", text.stamp_of(row.first_seen)),
        fact("last report", text.stamp_of(row.last_seen), Cell("a full report, not \"online\"", "muted")),
        *([fact("twin", Cell("the service thinks this is a duplicate", "state.warn"))] if duplicate == "yes" else []),
        *([fact("merged into", text.line(row.merged_into_machine_id))] if row.merged_into_machine_id else []),
    ]  # fmt: skip


def isolation(actions: Iterable[MachineAction], context: Context) -> Cell:
    """`isolated (action 14:02)`, `released (action ..)` or `isolation unknown`: the API has no field for it.

    Args:
        actions: Machine actions of one machine.
        context: Gives the time.
    """
    state = states.read(actions, states.ISOLATION)
    style = (
        "state.busy" if state.opening else "muted" if state.on is None else "state.warn" if state.on else "state.good"
    )
    return Cell(state.text(context.now), style)


def head(machine: Machine | None, page_id: str, context: Context, borrowed: Borrowed) -> list[Line]:
    """Four lines: name and isolation, system, addresses, tags and id."""
    if machine is None:
        return [Line((Cell("reading ", "muted"), Cell(text.line(page_id))))]
    actions = rows(borrowed, "actions")
    waiting = words.waiting(borrowed, "actions", "isolation: reading ...")
    state = waiting if actions is None else isolation(actions, context)
    reason = context.protects_machine(machine)
    first = [
        Cell(text.line(machine.computer_dns_name), "strong"),
        Cell("  "),
        state,
        Cell("  "),
        words.status(machine.health_status),
        Cell("  risk ", "muted"),
        words.level(machine.risk_score),
    ]
    if reason:
        first.append(Cell(f"  protected: {reason}", "protected"))
    return [
        Line(tuple(first), 2),
        Line((
            Cell(system(machine)), Cell("  build ", "muted"), Cell(text.line(machine.os_build)),
            Cell("  exposure ", "muted"), words.level(machine.exposure_level),
            Cell("  value ", "muted"), words.level(machine.device_value),
        ), 2),
        Line((
            Cell(text.line(machine.last_ip_address)), Cell("  "), Cell(text.line(machine.last_external_ip_address)),
            Cell("  first ", "muted"), Cell(text.line(machine.first_seen)[:10]),
            Cell(f"  {words.reported(machine.last_seen, context)}"),
            Cell(" (full report)", "muted"),
        ), 2),
        Line((
            Cell("id ", "muted"), Cell(text.line(machine.id)),
            Cell("  group ", "muted"), Cell(text.line(machine.rbac_group_name)),
            Cell("  tags ", "muted"), Cell(", ".join(text.line(tag) for tag in machine.machine_tags or ()) or "none"),
        ), 2),
    ]  # fmt: skip


def overview(machine: Machine, context: Context, borrowed: Borrowed) -> list[Line]:
    """All facts of the machine and its latest actions."""
    lines = _details(machine, context)
    actions = rows(borrowed, "actions")
    lines += [BLANK, Line((Cell("latest actions", "strong"),))]
    if actions is None:
        return [*lines, Line((words.waiting(borrowed, "actions", "reading ..."),))]
    actions.sort(key=lambda row: words.time_key(row.creation_date_time_utc), reverse=True)
    lines += [_action_line(row, context) for row in actions[:8]]
    return lines if actions else [*lines, Line((Cell("none in the service's memory", "muted"),))]


def _action_line(row: Any, context: Context) -> Line:
    return Line((
        Cell(words.when(row.creation_date_time_utc, context).text.rjust(5) + "  "),
        Cell(text.line(row.type).ljust(26)), words.status(row.status),
        Cell(f"  {text.line(row.requestor)}", "muted"),
    ), 7)  # fmt: skip


_ACTIONS = Need(
    "actions", "actions.list", lambda row: {}, lambda row: {"$filter": f"machineId eq '{row.id}'", "$top": "100"}
)


def _path(page_id: str) -> dict[str, str]:
    return {"id": page_id}


SUBJECT = Subject(
    kind="machine",
    name=lambda row: row.computer_dns_name,
    machine_id=lambda row: row.id,
    pivots=(
        Pivot("m", "the machine", "page:machine", lambda row: row.id),
        Pivot("n", "machines of the same name", "list:machines", lambda row: row.computer_dns_name, "name"),
        Pivot("s", "machines of the same system", "list:machines", lambda row: row.os_platform, "os"),
    ),
    portal=lambda row: portal.machine(row.id),
)


VIEW = View(
    id="machines",
    title="machines",
    noun="machine",
    operation="machines.list",
    columns=COLUMNS,
    texts=texts,
    preview=preview,
    opens="machine",
    subject=SUBJECT,
    keys="machines",
    command=("machines", "m"),
)

PAGE = Page(
    id="machine",
    noun="machine",
    operation="machines.get",
    head=head,
    head_lines=4,
    tabs=(
        Tab("overview", "Overview", overview),
        Tab("alerts", "Alerts", view="alerts", operation="machines.alerts", path=_path),
        Tab("users", "Users", view="users", path=_path),
        Tab("software", "Software", view="software", operation="machines.software", path=_path),
        Tab("vulnerabilities", "CVEs", view="vulnerabilities", operation="machines.vulnerabilities", path=_path),
        Tab("advice", "Advice", view="recommendations", operation="machines.recommendations", path=_path),
        Tab("kbs", "KBs", view="missingkbs", path=_path),
        Tab("actions", "Actions", view="actions", filter=lambda page_id: f"machineId eq '{page_id}'"),
        Tab("json", "JSON", needs=(RAW,)),
    ),
    title=lambda machine, page_id: text.line(machine.computer_dns_name if machine else page_id).split(".")[0],
    needs=(_ACTIONS,),
    subject=SUBJECT,
)
