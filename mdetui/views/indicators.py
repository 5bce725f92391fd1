"""Indicators: what the tenant allows, audits, warns of and blocks. The API has no read of a single one: the list has it all."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from mdetui import text
from mdetui.views import found, portal, words
from mdetui.views.base import Borrowed, Cell, Column, Context, Line, Subject, View, fact
from mdetui.views.query import Word, equals, one_of, times

if TYPE_CHECKING:
    from mdetui.api.models.indicator import Indicator

# friendly word -> value of the wire (ti-indicator.md)
_TYPES = {
    "sha1": "FileSha1",
    "sha256": "FileSha256",
    "md5": "FileMd5",
    "cert": "CertificateThumbprint",
    "ip": "IpAddress",
    "domain": "DomainName",
    "url": "Url",
}
_SHORT = {value.lower(): word for word, value in _TYPES.items()}
_ACTIONS = ("Allowed", "Audit", "Warn", "Block", "BlockAndRemediate", "Alert", "AlertAndBlock")
_SEVERITIES = ("Informational", "Low", "Medium", "High")
# a column has no room for these words
_NARROW = {"blockandremediate": "Remediate", "alertandblock": "AlertBlock"}
_STYLE = {"allowed": "state.warn", "block": "strong", "blockandremediate": "strong", "alertandblock": "strong"}
# an indicator that ends so soon is worth a look
_SOON = timedelta(days=7)


def _expires(row: Indicator, context: Context) -> Cell:
    """`never`, `in 12d`, or that it is over: the service keeps expired ones in the list."""
    at = text.parse_time(row.expiration_time)
    if at is None:
        return Cell("never", "muted")
    span = words.moment(at, context).text
    if at <= context.now:
        return Cell("expired" if context.utc else f"expired {span}", "state.bad")
    style = "state.warn" if at - context.now < _SOON else "plain"
    return Cell(span if context.utc else f"in {span.removeprefix('+')}", style)


def _action(value: str | None, *, short: bool = False) -> Cell:
    shown = _NARROW.get((value or "").lower(), text.line(value)) if short else text.line(value)
    return Cell(shown, _STYLE.get((value or "").lower(), "muted" if value is None else "plain"))


def _type(value: str | None) -> Cell:
    return Cell(_SHORT.get((value or "").lower(), text.line(value)), "muted" if value is None else "plain")


def _by(row: Indicator) -> str | None:
    return row.created_by_display_name or row.source or row.created_by


COLUMNS = (
    Column("value", "VALUE", lambda row, _: words.plain(row.indicator_value), 24, grow=3, sort=lambda row: (row.indicator_value or "").lower()),
    Column("type", "TYPE", lambda row, _: _type(row.indicator_type), 6, sort=lambda row: row.indicator_type or ""),
    Column("action", "ACTION", lambda row, _: _action(row.action, short=True), 10, sort=lambda row: row.action or ""),
    Column("severity", "S", lambda row, _: words.severity_letter(row.severity), 1, sort=lambda row: words.severity_rank(row.severity)),
    Column("expires", "EXPIRES", _expires, 12, sort=lambda row: words.time_key(row.expiration_time) or float("inf"), utc=words.UTC_CELLS),
    Column("title", "TITLE", lambda row, _: words.plain(row.title), 14, grow=2, sort=lambda row: (row.title or "").lower()),
    Column("by", "BY", lambda row, ctx: words.owner(_by(row), ctx), 12, at=96, sort=lambda row: (_by(row) or "").lower()),
    words.time_column("created", "MADE", lambda row: row.creation_time_date_time_utc, 4, at=104),
    Column("groups", "GROUPS", lambda row, _: _groups(row), 12, at=132),
)  # fmt: skip


def _groups(row: Indicator) -> Cell:
    # an empty list means everybody (post-ti-indicator.md)
    return Cell(", ".join(text.line(one) for one in row.rbac_group_names or ()) or "whole tenant")


def texts(row: Indicator) -> tuple[str | None, ...]:
    """What the local filter searches."""
    return (
        row.indicator_value, row.indicator_type, row.action, row.title, row.description, row.severity, row.application,
        _by(row), " ".join(row.rbac_group_names or ()), text.line(row.id),
    )  # fmt: skip


def preview(row: Indicator, context: Context, borrowed: Borrowed) -> list[Line]:
    """Everything the service says about it; costs no request."""
    lines = [
        Line((Cell(text.line(row.indicator_value), "strong"),), 2),
        fact("does", _action(row.action), Cell(text.line(row.indicator_type), "muted"), _expires(row, context)),
        fact("title", text.line(row.title), words.level(row.severity) if row.severity else Cell("no severity", "muted")),
        *(fact("text" if not index else "", part) for index, part in enumerate(text.block(row.description))),
        fact("expires", text.stamp_of(row.expiration_time)),
        fact("groups", _groups(row)),
        fact("alerts", words.yes_no(row.generate_alert)),
        fact("made by", text.line(_by(row)), Cell(f"{text.line(row.source_type)}, {text.line(row.created_by_source)}", "muted")),
        fact("made", text.stamp_of(row.creation_time_date_time_utc)),
        fact("changed", text.stamp_of(row.last_update_time), f"by {text.line(row.last_updated_by)}"),
        fact("application", text.line(row.application)),
        fact("id", text.line(row.id), *([Cell(f"external {text.line(row.external_id)}", "muted")] if row.external_id else [])),
    ]  # fmt: skip
    if row.recommended_actions:
        lines.append(fact("advice", text.line(row.recommended_actions)))
    if row.educate_url:
        lines.append(fact("page shown", text.line(row.educate_url)))
    return lines


def _names(row: Indicator) -> list[found.Named]:
    value, kind = row.indicator_value or "", (row.indicator_type or "").lower()
    shown = text.line(value)
    if kind in ("filesha1", "filesha256") and found.is_hash(value):
        return [found.Named("file", value.lower(), f"file {shown}")]
    if kind == "ipaddress" and found.is_address(value):
        return [found.Named("ip", value, f"address {shown}")]
    host = found.host_of(value) if kind in ("domainname", "url") else ""
    if host:
        return [found.Named("ip" if found.is_address(host) else "domain", host, f"domain {text.line(host)}")]
    return []


VIEW = View(
    id="indicators",
    title="indicators",
    noun="indicator",
    operation="indicators.list",
    columns=COLUMNS,
    texts=texts,
    default_sort=("created", True),
    preview=preview,
    subject=Subject(key=lambda row: text.line(row.id), name=lambda row: row.indicator_value, names=_names, portal=lambda row: portal.INDICATORS),
    command=("indicators", "ind"),
    help="indicators: what is allowed, audited, warned of and blocked",
    words=(
        Word("type", "type:ip, domain, url, sha1, sha256, md5, cert", one_of("indicatorType", _TYPES)),
        Word("action", "action:block, allowed, audit, warn", one_of("action", {word.lower(): word for word in _ACTIONS})),
        Word("value", "value:198.51.100.7", equals("indicatorValue")),
        Word("sev", "sev:high", one_of("severity", {word.lower(): word for word in _SEVERITIES})),
        *times("creationTimeDateTimeUtc", lambda row: row.creation_time_date_time_utc),
    ),
)  # fmt: skip
