"""Lists as the service pages them.

With `$top` (at most the page size of the resource) there is no nextLink; without it a page of 10,000 carries one with
the filter and `$skip`; `$skip` past the end is an empty page; no order can be asked for (recorded answers and
microsoft-365-docs issues 8316 and 8489).
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from mdetui.simulator.conditions import FilterError, Where, plain
from mdetui.simulator.properties import Resource
from mdetui.simulator.tenant import Tenant
from mdetui.simulator.wire import Refused, collection

_LINK_FAULTS = ("nextlink-loop", "nextlink-foreign", "nextlink-stuck")
_KNOWN = {"$filter", "$top", "$skip", "$expand", "$count"}


@dataclass(slots=True)
class Query:
    """What a list request asks for. `top` is None when it does not say."""

    filter: str
    where: Where | None
    top: int | None
    skip: int
    expand: bool


def read_query(request: Request, resource: Resource, *, expands: bool = False) -> Query:
    """The query options of a request.

    Raises:
        Refused: 400 ODataError.
    """
    options = {name.lower(): value for name, value in request.query_params.items()}
    for name in options:
        if name.startswith("$") and name not in _KNOWN:
            raise _bad(f"The query specified in the URI is not valid. Query option '{name}' is not allowed.")
    top = _number(options, "$top")
    if top is not None and top > resource.page_max:
        raise _bad(
            f"The limit of '{resource.page_max}' for Top query has been exceeded. "
            f"The value from the incoming request is '{top}'."
        )
    expand = options.get("$expand", "")
    if expand and not (expands and expand.lower() == "evidence"):
        raise _bad(f"Could not find a property named '{expand}' on type '{resource.edm}'.")
    text = options.get("$filter", "")
    return Query(text, compile_text(text, resource), top, _number(options, "$skip") or 0, bool(expand))


def compile_text(text: str, resource: Resource) -> Where | None:
    """The condition of a `$filter`, None when there is none.

    Raises:
        Refused: 400 ODataError.
    """
    if not text:
        return None
    if where := plain(text, resource):
        return where
    from mdetui.simulator.filters import compile_filter

    try:
        return compile_filter(text, resource)
    except FilterError as error:
        raise _bad(f"The query specified in the URI is not valid. {error}") from error


def page(tenant: Tenant, request: Request, resource: Resource, query: Query, rows: list[str]) -> Response:
    """The answer of a list.

    Args:
        tenant: Whose list.
        request: What was asked.
        resource: Of which kind.
        query: The query options.
        rows: JSON of the rows: one more than fits tells that there are more.
    """
    size = min(page_size(tenant, query), resource.page_max)
    more = len(rows) > size
    link = ""
    if query.top is None and more:
        link = _link(request, query.filter, query.skip + size)
    path = request.scope["mdetui.path"]
    for name in _LINK_FAULTS:
        if rows and (fault := tenant.faults.take(name, path)):
            link = _false_link(name, fault.arg, request, query, size)
    return collection(rows[:size], resource.name, link)


def page_size(tenant: Tenant, query: Query) -> int:
    """How many rows the answer holds at most."""
    return tenant.options.page_size if query.top is None else query.top


def _link(request: Request, text: str, skip: int, host: str = "") -> str:
    parts = [f"$filter={quote(text, safe='')}"] if text else []
    base = f"https://{host or request.headers['host']}{request.scope['mdetui.path']}"
    return f"{base}?{'&'.join([*parts, f'$skip={skip}'])}"


def _false_link(name: str, arg: str, request: Request, query: Query, size: int) -> str:
    """The links of the faults: to itself, to another host, or as the service once sent them (issue 8316)."""
    if name == "nextlink-foreign":
        return _link(request, query.filter, query.skip + size, arg)
    if name == "nextlink-loop":
        return _link(request, query.filter, query.skip)
    # names of the parameters lost, one more each time, and $skip never advances
    seen = request.url.query.count("=10000")
    base = f"https://{request.headers['host']}{request.scope['mdetui.path']}"
    return f"{base}?={quote(query.filter, safe='')}{'&=10000' * (seen + 1)}&$skip={size}"


def _number(options: dict[str, str], name: str) -> int | None:
    text = options.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()):
        raise _bad(f"Invalid value '{text}' for {name} query option found. It must be a non-negative integer.")
    return min(int(text), 2**62)


def _bad(text: str) -> Refused:
    return Refused(400, "ODataError", text)
