"""Health of the antivirus on each machine: mode, what is out of date, how the last scans went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdetui import text
from mdetui.views import portal, words
from mdetui.views.base import Borrowed, Cell, Column, Context, Line, Pivot, Subject, View, fact
from mdetui.views.query import Word, equals, one_of, quote

if TYPE_CHECKING:
    from mdetui.api.models.avhealth import AvHealth

_MODES = {"active": "0", "passive": "1", "disabled": "2", "edrblocked": "4", "passiveaudit": "5"}
_FRESH = {"old": "False", "current": "True", "unknown": "Unknown"}
_SCANS = {"completed": "plain", "failed": "state.bad", "cancelled": "state.warn"}


def mode(row: AvHealth) -> Cell:
    """In words."""
    word = text.line(row.mode)
    return Cell(word, {"Active": "plain", "Disabled": "state.bad"}.get(word, "state.warn"))


def fresh(value: object) -> Cell:
    """`current`, `old`, `unknown`: machines silent for a week are unknown."""
    answer = words.yes_no(value)
    return (
        Cell("current")
        if answer == "yes"
        else Cell("old", "state.warn")
        if answer == "no"
        else Cell("unknown", "muted")
    )


def _fresh_key(value: object) -> int:
    return ["old", "unknown", "current"].index(fresh(value).text)


def scan(result: str | None) -> Cell:
    """How a scan ended; `-` where there was none."""
    return Cell(text.line(result), _SCANS.get((result or "").lower(), "muted"))


COLUMNS = (
    Column("name", "MACHINE", lambda row, ctx: words.machine(row.computer_dns_name, ctx, row.machine_id), 18, grow=3, sort=lambda row: (row.computer_dns_name or "").lower()),
    Column("mode", "MODE", lambda row, _: mode(row), 13, sort=lambda row: row.mode),
    Column("signature", "SIGNAT.", lambda row, _: fresh(row.av_is_signature_up_to_date), 7, sort=lambda row: _fresh_key(row.av_is_signature_up_to_date)),
    Column("engine", "ENGINE", lambda row, _: fresh(row.av_is_engine_up_to_date), 7, sort=lambda row: _fresh_key(row.av_is_engine_up_to_date)),
    Column("platform", "PLATFORM", lambda row, _: fresh(row.av_is_platform_up_to_date), 8, sort=lambda row: _fresh_key(row.av_is_platform_up_to_date)),
    Column("quick", "QUICK SCAN", lambda row, _: scan(row.quick_scan_result), 10, sort=lambda row: row.quick_scan_result or ""),
    words.time_column("seen", "REPORT", lambda row: row.last_seen_time, 6),
    words.time_column("quick_age", "AGO", lambda row: row.quick_scan_time, 5, at=92),
    Column("full", "FULL SCAN", lambda row, _: scan(row.full_scan_result), 10, at=104, sort=lambda row: row.full_scan_result or ""),
    words.time_column("signed", "SIG AGE", lambda row: row.av_signature_update_time, 7, at=112),
    Column("system", "SYSTEM", lambda row, _: words.plain(row.os_platform), 17, at=132, sort=lambda row: row.os_platform or ""),
    Column("group", "GROUP", lambda row, _: words.plain(row.rbac_group_name), 16, at=150, sort=lambda row: row.rbac_group_name or ""),
)  # fmt: skip


def preview(row: AvHealth, context: Context, borrowed: Borrowed) -> list[Line]:
    """The state of one machine; costs no request."""
    return [
        Line((Cell(text.line(row.computer_dns_name), "strong"), Cell("  "), mode(row), Cell(f"  {words.reported(row.last_seen_time, context)}")), 2),
        fact("signatures", fresh(row.av_is_signature_up_to_date), text.line(row.av_signature_version), f"updated {text.stamp_of(row.av_signature_update_time)}"),
        fact("engine", fresh(row.av_is_engine_up_to_date), text.line(row.av_engine_version), f"updated {text.stamp_of(row.av_engine_update_time)}"),
        fact("platform", fresh(row.av_is_platform_up_to_date), text.line(row.av_platform_version), f"updated {text.stamp_of(row.av_platform_update_time)}"),
        fact("quick scan", scan(row.quick_scan_result), text.stamp_of(row.quick_scan_time), row.quick_scan_error or ""),
        fact("full scan", scan(row.full_scan_result), text.stamp_of(row.full_scan_time), row.full_scan_error or ""),
        fact("system", text.line(row.os_platform), text.line(row.os_version), Cell(text.line(row.os_kind), "muted")),
        fact("group", text.line(row.rbac_group_name)),
        fact("machine", text.line(row.machine_id)),
        fact("as of", text.stamp_of(row.data_refresh_timestamp)),
    ]  # fmt: skip


VIEW = View(
    id="avhealth",
    title="antivirus health",
    noun="machine",
    operation="avHealth.list",
    columns=COLUMNS,
    texts=lambda row: (
        row.computer_dns_name, row.mode, row.os_platform, row.rbac_group_name, row.quick_scan_result, row.quick_scan_error,
        row.full_scan_result, row.full_scan_error, row.av_signature_version, row.machine_id,
    ),
    default_sort=("name", False),
    preview=preview,
    opens="machine",
    page_id=lambda row: row.machine_id,
    subject=Subject(
        kind="antivirus",
        # rows have ids of their own
        key=lambda row: row.id or row.machine_id or "",
        name=lambda row: row.computer_dns_name,
        machine_id=lambda row: row.machine_id,
        pivots=(Pivot("m", "the machine", "page:machine", lambda row: row.machine_id),),
        portal=lambda row: portal.machine(row.machine_id),
    ),
    keys="machines",
    command=("avhealth", "av"),
    help="antivirus health of machines",
    words=(
        Word("name", "name:fin-ws-014", lambda value, me: f"startswith(computerDnsName,{quote(value)})"),
        Word("mode", "mode:active, passive, disabled, edrblocked, passiveaudit", one_of("avMode", _MODES)),
        Word("sig", "sig:old, current, unknown", one_of("avIsSignatureUpToDate", _FRESH)),
        Word("engine", "engine:old", one_of("avIsEngineUpToDate", _FRESH)),
        Word("platform", "platform:old", one_of("avIsPlatformUpToDate", _FRESH)),
        Word("quick", "quick:Failed", equals("quickScanResult")),
        Word("full", "full:Failed", equals("fullScanResult")),
        Word("os", "os:Windows11", equals("osPlatform")),
        Word("kind", "kind:windows, linux, mac", equals("osKind")),
    ),
)  # fmt: skip
