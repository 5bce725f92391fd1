"""The page of a file: what it is, how common it is, where it was seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdetui import text
from mdetui.views import portal, words
from mdetui.views.base import BLANK, RAW, Borrowed, Cell, Context, Line, Need, Page, Subject, Tab, fact, got

if TYPE_CHECKING:
    from mdetui.api.models.entity import File, FileStats

_BAD = ("malware", "pua")


def _verdict(file: File) -> Cell:
    word = text.line(file.determination_type)
    return Cell(word, "state.bad" if word.lower() in _BAD else "state.good" if word.lower() == "clean" else "plain")


def head(file: File | None, page_id: str, context: Context, borrowed: Borrowed) -> list[Line]:
    """Two lines: verdict and signer, hashes and how many machines had it."""
    if file is None:
        return [Line((Cell("reading ", "muted"), Cell(text.line(page_id))))]
    signer = f"signed by {text.line(file.signer)}" if file.signer else "not signed"
    return [
        Line((Cell(text.line(file.file_product_name or file.file_type or "file"), "strong"), Cell("  "), _verdict(file), Cell(f"  {signer}")), 2),
        Line((Cell("sha1 ", "muted"), Cell(text.line(file.sha1)), Cell("  here ", "muted"), _here(borrowed)), 2),
    ]  # fmt: skip


def _here(borrowed: Borrowed) -> Cell:
    stats: FileStats | None = got(borrowed, "stats")
    if stats is None:
        return words.waiting(borrowed, "stats", "reading ...")
    return Cell("unknown" if stats.here is None else text.plural(stats.here, "machine"))


def overview(file: File, context: Context, borrowed: Borrowed) -> list[Line]:
    """All facts, then how common it is."""
    lines = [
        fact("sha1", text.line(file.sha1)),
        fact("sha256", text.line(file.sha256)),
        fact("md5", text.line(file.md5)),
        fact("size", f"{words.number(file.size).text} bytes", text.line(file.file_type)),
        fact("product", text.line(file.file_product_name), text.line(file.file_publisher)),
        fact("signer", text.line(file.signer), f"issued by {text.line(file.issuer)}"),
        fact("certificate", f"valid {words.yes_no(file.is_valid_certificate)}", Cell(text.line(file.signer_hash), "muted")),
        fact("verdict", _verdict(file), text.line(file.determination_value)),
        BLANK,
    ]  # fmt: skip
    stats: FileStats | None = got(borrowed, "stats")
    if stats is None:
        return [*lines, Line((words.waiting(borrowed, "stats", "reading how common it is ..."),))]
    names = [text.line(name) for name in stats.top_file_names or ()]
    return [
        *lines,
        fact("here", _here(borrowed), f"first {text.stamp_of(stats.org_first_seen)}", f"last {text.stamp_of(stats.org_last_seen)}"),
        fact(
            "worldwide", words.number(stats.worldwide).text, f"first {text.stamp_of(stats.global_first_observed)}",
            f"last {text.stamp_of(stats.global_last_observed)}",
        ),
        *(fact("names" if not index else "", name) for index, name in enumerate(names[:10])),
    ]  # fmt: skip


PAGE = Page(
    id="file",
    noun="file",
    operation="files.get",
    head=head,
    head_lines=2,
    tabs=(
        Tab("overview", "Overview", overview),
        # by SHA1 only: the page of a file is always opened by that
        Tab("alerts", "Alerts", view="alerts", operation="files.alerts", path=lambda page_id: {"id": page_id}),
        Tab("machines", "Machines", view="machines", operation="files.machines", path=lambda page_id: {"id": page_id}),
        Tab("json", "JSON", needs=(RAW,)),
    ),
    title=lambda file, page_id: text.line((file.sha1 if file else None) or page_id)[:12],
    needs=(Need("stats", "files.stats", lambda row: {"id": row.sha1 or row.sha256}),),
    subject=Subject(
        key=lambda row: row.sha1 or row.sha256 or "",
        name=lambda row: row.file_product_name or row.sha1,
        portal=lambda row: portal.file(row.sha1 or row.sha256),
    ),
)
