"""Evidence of an alert as text: who, which process started which, and what they touched."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from mdetui import text
from mdetui.views.base import Cell, Line

if TYPE_CHECKING:
    from mdetui.api.models.alert import Alert, Evidence

_MAX_DEPTH = 12
# shown in this order after the process tree
_OTHERS = ("File", "Ip", "Url", "Registry", "User")


def users(alert: Alert) -> list[str]:
    """Accounts the alert names, `DOMAIN\\name`, without repeats, the related user first."""
    found: dict[str, None] = {}
    related = alert.related_user
    if related is not None and related.user_name:
        found[_account(related.domain_name, related.user_name)] = None
    for item in alert.evidence or ():
        if item.account_name:
            found.setdefault(_account(item.domain_name, item.account_name), None)
    return list(found)


def _account(domain: str | None, name: str) -> str:
    return text.line(f"{domain}\\{name}" if domain else name)


def processes(evidence: Iterable[Evidence]) -> list[Evidence]:
    """Process evidence, oldest first."""
    found = [item for item in evidence if (item.entity_type or "").lower() == "process"]
    return sorted(found, key=lambda item: str(item.process_creation_time or ""))


def command(item: Evidence) -> str:
    """The command line, or the file name when there is none."""
    return text.line(item.process_command_line or item.file_name or "?")


def chain(evidence: Sequence[Evidence]) -> str:
    """`winword.exe > powershell.exe -enc .. > rundll32.exe ..`: the deepest line of parents; "" without processes."""
    path = _deepest(evidence)
    if not path:
        return ""
    parts = [command(item) for item in path]
    parent = path[0].parent_process_file_name
    if parent:
        parts.insert(0, text.line(parent))
    return " > ".join(parts)


def _deepest(evidence: Sequence[Evidence]) -> list[Evidence]:
    items = processes(evidence)
    return max((_ancestors(item, items) for item in items), key=len, default=[])


def process(alert: Alert) -> str:
    """File name of the process that did it, the last of the longest line of parents; "" when none is named."""
    path = _deepest(alert.evidence or ())
    return text.line(path[-1].file_name).lower() if path and path[-1].file_name else ""


def file_hash(alert: Alert) -> str:
    """Hash of the process that did it, else of the first file that has one; "" when there is none."""
    last = _deepest(alert.evidence or ())[-1:]
    hashes = (item.sha1 or item.sha256 for item in (*last, *(alert.evidence or ())))
    found = next((value for value in hashes if value), None)
    return text.line(found).lower() if found else ""


def user(alert: Alert) -> str:
    """The account it is about; "" when none is named."""
    return next(iter(users(alert)), "")


def _ancestors(item: Evidence, items: Sequence[Evidence]) -> list[Evidence]:
    path = [item]
    while len(path) < _MAX_DEPTH:
        parent = _parent(path[0], items)
        if parent is None or parent in path:
            break
        path.insert(0, parent)
    return path


def _parent(item: Evidence, items: Sequence[Evidence]) -> Evidence | None:
    if item.parent_process_id is None:
        return None
    return next((other for other in items if other.process_id == item.parent_process_id and other is not item), None)


def tree(evidence: Sequence[Evidence]) -> list[Line]:
    """The process tree, then files, addresses, URLs, registry values and accounts; one line each."""
    items = processes(evidence)
    lines: list[Line] = []
    roots = [item for item in items if _parent(item, items) is None]
    seen: set[int] = set()
    for item in roots or items[:1]:
        if item.parent_process_file_name:
            lines.append(_branch(0, text.line(item.parent_process_file_name), item.parent_process_id))
        _grow(item, items, 1 if item.parent_process_file_name else 0, lines, seen)
    for kind in _OTHERS:
        lines += [line for item in evidence if (line := _other(item, kind)) is not None]
    return lines


def _grow(item: Evidence, items: Sequence[Evidence], depth: int, lines: list[Line], seen: set[int]) -> None:
    if id(item) in seen or depth > _MAX_DEPTH:
        return
    seen.add(id(item))
    lines.append(_branch(depth, command(item), item.process_id, item.detection_status))
    for child in items:
        if _parent(child, items) is item:
            _grow(child, items, depth + 1, lines, seen)


def _branch(depth: int, label: str, pid: Any, detection: str | None = None) -> Line:
    lead = "  " * (depth - 1) + "└ " if depth else ""
    cells = [Cell(lead, "muted"), Cell(label)]
    if pid is not None:
        cells.append(Cell(f"  pid {text.line(pid)}", "muted"))
    if detection and detection.lower() not in ("none", "unknown"):
        cells.append(Cell(f"  {text.line(detection)}", "state.warn"))
    return Line(tuple(cells), len(lead) + 2)


def _other(item: Evidence, kind: str) -> Line | None:
    if (item.entity_type or "").lower() != kind.lower():
        return None
    if kind == "File":
        folder, name = item.file_path, item.file_name
        body = text.line(f"{folder}\\{name}" if folder and name and "/" not in folder else name or folder)
        extra = f"  sha1 {text.line(item.sha1)}" if item.sha1 else ""
    elif kind == "Registry":
        body = text.line("\\".join(part for part in (item.registry_hive, item.registry_key) if part))
        extra = f"  = {text.line(item.registry_value)}" if item.registry_value is not None else ""
    elif kind == "User":
        body = _account(item.domain_name, item.account_name or item.user_principal_name or "?")
        extra = f"  {text.line(item.user_sid)}" if item.user_sid else ""
    else:
        body, extra = text.line(item.ip_address if kind == "Ip" else item.url), ""
    label = {"Ip": "address", "Url": "url"}.get(kind, kind.lower())
    cells = [Cell(label.ljust(10), "muted"), Cell(body), Cell(extra, "muted")]
    if item.detection_status and item.detection_status.lower() not in ("none", "unknown", "detected"):
        cells.append(Cell(f"  {text.line(item.detection_status)}", "state.warn"))
    return Line(tuple(cells), 10)
