"""A whole pretend tenant: OAuth authority, API, data and faults, to try, test and show the program without a real one.

It behaves like the service as far as the service is known (documentation, recorded answers, reports of its users), not
like our client's hopes. It imports nothing of `api`, `auth`, `feeds`, `response` or `views`.

This module stays light: the login screen asks for `demo_profile` before the first paint. What is heavy (duckdb,
starlette) is imported in the simulator's own thread, after `connect`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mdetui.config import Profile
from mdetui.simulator.options import CLIENT_ID, TENANT_ID, Options

if TYPE_CHECKING:
    from mdetui.net import Connection
    from mdetui.simulator.mount import Mounted

__all__ = ["Options", "connect", "demo_profile", "start"]

# .invalid never resolves (RFC 2606): a demo profile that met the real network by mistake would reach nobody
LOGIN = "https://login.demo.invalid"
BASE = "https://api.demo.invalid"


def demo_profile() -> Profile:
    """The profile of the pretend tenant; its connector is `demo`."""
    return Profile(
        name="demo",
        tenant=TENANT_ID,
        client_id=CLIENT_ID,
        method="client-secret",
        authority=LOGIN,
        base={"mde": BASE, "xdr": BASE, "graph": BASE},
        connector="demo",
        analyst="you@contoso.com",
        protected=("dc-*",),
    )


def connect(profile: Profile, options: Options | None = None) -> Connection:
    """Mount a tenant in this process and return the transports that lead to it.

    Returns at once: the tenant is built in its own thread and the first request waits for it.

    Raises:
        MissingExtra: duckdb, starlette or odata-query is not installed.
    """
    # the next start has another tenant: what is written to this one is of no interest then
    return replace(start(options, profile).connection, lasting=False)


def start(options: Options | None = None, profile: Profile | None = None) -> Mounted:
    """Like `connect`, with the handle of the running tenant: its clock, faults and request log, for tests.

    Raises:
        MissingExtra: duckdb, starlette or odata-query is not installed.
    """
    from importlib.util import find_spec

    from mdetui.errors import MissingExtra

    missing = [name for name in ("duckdb", "starlette", "odata_query") if find_spec(name) is None]
    if missing:
        raise MissingExtra(
            f"The pretend tenant needs packages that are not installed: {', '.join(missing)}.",
            "Install them with: pip install 'mdetui[demo]'.",
        )
    from mdetui.simulator.data.rows import Rows

    # first of all: they are made in a thread of their own while httpx and the rest are imported
    options = options or Options()
    rows = Rows(options)
    from mdetui.simulator.mount import Mounted

    return Mounted(options, profile or demo_profile(), rows)
