"""What a pretend tenant is made of and how it misbehaves. Plain dataclasses: importing them costs nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from mdetui.clock import SYSTEM, Clock
from mdetui.errors import ConfigError

if TYPE_CHECKING:
    from mdetui.simulator.directory import Directory

TENANT_ID = "b5d2f1c0-7a43-4e0c-9d1e-3c6a5f7e2b10"
CLIENT_ID = "0f6e4b7d-25c8-4f3a-8b91-6d0e2a9c4471"
APP_NAME = "mdetui-demo"
APP_OBJECT_ID = "d3a8c5e2-1b6f-4d7a-a0c4-59e7f2b86d33"
DEMO_SECRET = "demo-secret-of-a-tenant-that-does-not-exist"

ALL_ROLES = (
    "AdvancedQuery.Read.All",
    "Alert.ReadWrite.All",
    "File.Read.All",
    "Ip.Read.All",
    "Library.Manage",
    "Machine.CollectForensics",
    "Machine.Isolate",
    "Machine.LiveResponse",
    "Machine.Offboard",
    "Machine.ReadWrite.All",
    "Machine.RestrictExecution",
    "Machine.Scan",
    "Machine.StopAndQuarantine",
    "RemediationTasks.Read.All",
    "Score.Read.All",
    "SecurityBaselinesAssessment.Read.All",
    "SecurityRecommendation.Read.All",
    "Software.Read.All",
    "Ti.ReadWrite.All",
    "URL.Read.All",
    "User.Read.All",
    "Vulnerability.Read.All",
)

# name -> what its argument means; "" takes none, "?" before it: may be left out
FAULTS = {
    "latency": "milliseconds before the answer",
    "404": "?number of requests answered as if there were no such thing",
    "429": "?number of requests refused",
    "500": "?number of requests that fail",
    "reset": "",
    "truncated": "",
    "partial": "",
    "html": "?status",
    "nextlink-loop": "",
    "nextlink-foreign": "host",
    "nextlink-stuck": "",
    "revoke": "?number of the request at which the tokens issued so far are revoked",
    "expire": "?number of the request at which the tokens issued so far expire",
    "slow-drip": "?milliseconds between pieces",
    "schema-drift": "",
    "hostile": "",
    "lost-answer": "",
    "dropped-write": "",
    "licence": "",
    "no-tvm": "",
    "no-tvm-addon": "",
    "forbidden": "application permission that is missing",
    "action-fails": "?Failed or TimeOut",
    "aadsts": "code of the authority's refusal",
    "authority-down": "?status, or reset, or refused",
    "imds": "?status of the managed identity endpoint's refusal",
}
_ONCE = {"revoke", "expire"}
_COUNTED = {"404", "429", "500"}
_STATUS = re.compile(r"429|5\d\d")
_SPEC = re.compile(r"(?P<name>[\w-]+)(?:=(?P<arg>[^@*]*))?(?:@(?P<path>/[^*]*))?(?:\*(?P<count>\d+))?")


@dataclass(slots=True)
class Fault:
    """One way to misbehave.

    Attributes:
        name: One of `FAULTS`.
        arg: Its argument, `""` when left out.
        path: Only requests whose path starts so, lower case, without `/v1.0`; `""` means the whole API but not the
            authority, `/` means both, `/blobs` the files behind links. Of `aadsts` it is `/devicecode`, `/authorize` or `/token`, which may go on with
            a grant (`/token/refresh_token`), and `""` means `/devicecode` and `/token`. Of `authority-down` and
            `imds`, `""` means all of it.
        count: How often it strikes; None means until it is cleared.
        after: Matching requests that pass before it strikes.
    """

    name: str
    arg: str = ""
    path: str = ""
    count: int | None = None
    after: int = 0


def make_fault(name: str, arg: str = "", *, path: str = "", count: int | None = None, after: int = 0) -> Fault:
    """A checked fault.

    Raises:
        ConfigError: No such fault, or its argument is missing or no number where one is needed.
    """
    where = "--fault"
    if name not in FAULTS:
        raise ConfigError(f"There is no fault {name!r}.", f"Known: {', '.join(FAULTS)}.", where=where)
    meaning = FAULTS[name]
    if arg and not meaning:
        raise ConfigError(f"The fault {name} takes no argument.", f"Write --fault {name}.", where=where)
    if not arg and meaning and not meaning.startswith("?"):
        raise ConfigError(f"The fault {name} needs an argument.", f"Give the {meaning}: {name}=...", where=where)
    numeric = name in _ONCE | _COUNTED or name in ("latency", "slow-drip", "html", "imds", "aadsts")
    if arg and numeric and not arg.isdigit():
        raise ConfigError(f"{arg!r} is not a number.", f"Give the {meaning.lstrip('?')}.", where=where)
    if name == "action-fails" and arg not in ("", "Failed", "TimeOut"):
        raise ConfigError(f"An action can't end as {arg!r}.", "Use Failed or TimeOut.", where=where)
    if name == "aadsts":
        _check_code(arg)
    if name == "authority-down" and not (arg in ("", "reset", "refused") or _STATUS.fullmatch(arg)):
        raise ConfigError(f"The authority can't be down like {arg!r}.", "Use a status, reset or refused.", where=where)
    if name in _COUNTED and arg and count is None:
        count = int(arg)
    if name in _ONCE:
        after = after or max(int(arg or 1) - 1, 0)
        count = 1 if count is None else count
    return Fault(name, arg, path.lower(), count, after)


def _check_code(arg: str) -> None:
    from mdetui.simulator.aadsts import ERRORS

    if int(arg) not in ERRORS:
        known = ", ".join(str(code) for code in sorted(ERRORS))
        raise ConfigError(f"The authority has no code {arg}.", f"Known: {known}.", where="--fault")


def parse_fault(text: str) -> Fault:
    """A fault as written on the command line: `NAME[=ARG][@/path/prefix][*COUNT]`.

    Raises:
        ConfigError: It does not read like that, or `make_fault` refuses it.
    """
    match = _SPEC.fullmatch(text)
    if not match:
        raise ConfigError(f"{text!r} is not a fault.", "Write NAME[=ARG][@/path/prefix][*COUNT].", where="--fault")
    count = int(match["count"]) if match["count"] else None
    return make_fault(match["name"], match["arg"] or "", path=match["path"] or "", count=count)


def _directory() -> Directory:
    # the login screen imports this module before the first paint and needs no directory
    from mdetui.simulator.directory import Directory

    return Directory()


@dataclass(frozen=True, slots=True)
class Options:
    """How a tenant is made.

    Attributes:
        seed: Same seed, sizes and start time: same tenant, byte for byte.
        machines: How many, from 1.
        alerts: How many exist at the start.
        days: Age of the oldest alert.
        page_size: Rows of a page when no `$top` is given; the service has 10,000.
        arrivals: Mean seconds between new alerts while time goes on; 0 means none arrive.
        quotas: Whether calls are counted and refused as the service does.
        retry_after: Whether a 429 carries the header (reports differ).
        active_request: Equal action open: `error` (400 ActiveRequestAlreadyExists) or `return` (the open one, 201).
        failures: Share of machine actions that end as Failed or TimeOut, 0 to 1.
        token_seconds: Life of an access token.
        roles: Application permissions in the token.
        faults: Faults from the start.
        clock: Drives visibility of alerts, actions, tokens and quotas.
        secret: Client secret the authority takes.
        directory: What else the authority knows: apps, certificates, people, times.
    """

    seed: int = 7
    machines: int = 600
    alerts: int = 3_000
    days: int = 90
    page_size: int = 10_000
    arrivals: float = 100.0
    quotas: bool = True
    retry_after: bool = True
    active_request: Literal["error", "return"] = "error"
    failures: float = 0.0
    token_seconds: int = 3599
    roles: tuple[str, ...] = ALL_ROLES
    faults: tuple[Fault, ...] = ()
    clock: Clock = SYSTEM
    secret: str = field(default=DEMO_SECRET, repr=False)
    directory: Directory = field(default_factory=_directory)
