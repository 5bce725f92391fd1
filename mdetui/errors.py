"""The exceptions of mdetui.

Every error that can reach a person says what happened in one sentence, what to do in one sentence, and carries the
correlation id of the service when there is one. `str(error)` is both sentences; it never holds a token or a body.

    MdetuiError
    ├── ConfigError            a file, flag or variable is wrong; names file, line, key and what is allowed
    ├── ThemeError             a theme file can't be used
    ├── MissingExtra           an optional dependency is not installed
    ├── SignInError            no token could be had
    │   └── SignInNeeded       only a person can go on
    ├── WireError              talking to the API did not work
    │   ├── NetworkError       no usable answer came
    │   │   └── NotSent        ... and the request surely never left this host
    │   ├── UnclearAnswer      a write may or may not have been carried out
    │   ├── BadAnswer          the answer is not what the operation returns; names operation and field
    │   ├── PagingError        a nextLink repeats, does not advance or points to a foreign host
    │   ├── HostRefused        a request or link to a host that is not this profile's
    │   └── ApiError           the service answered with an error
    │       ├── BadRequest     400
    │       │   └── ActionAlreadyOpen   400 ActiveRequestAlreadyExists
    │       ├── TokenRejected  401 after one refresh
    │       ├── LicenceRefused 401/403 that no sign-in can mend
    │       ├── PermissionMissing 403
    │       ├── NotFound       404
    │       ├── RateLimited    429
    │       └── ServiceDown    5xx
    ├── WriteRefused           a write was stopped on this host before anything was sent
    │   ├── ReadOnly           the write lock is closed
    │   ├── NoOperation        a request that names no operation of the table
    │   ├── LedgerFailed       the ledger line could not be written
    │   └── GuardRefused       a safety rule said no (protected machine, cap, plan changed)
    └── PlanError              what was asked can't be made into a plan
"""

from __future__ import annotations

from typing import Literal


class MdetuiError(Exception):
    """Root of the tree.

    Args:
        what: One sentence, what happened, ending with a full stop.
        todo: One sentence, what to do about it; empty when there is nothing to do.
        correlation_id: The service's id for this answer, to give to support.
    """

    def __init__(self, what: str, todo: str = "", *, correlation_id: str | None = None) -> None:
        super().__init__(what, todo)
        self.what = what
        self.todo = todo
        self.correlation_id = correlation_id

    def __str__(self) -> str:
        text = f"{self.what} {self.todo}".strip()
        return f"{text} (id {self.correlation_id})" if self.correlation_id else text


class ConfigError(MdetuiError):
    """A configuration value is wrong.

    Args:
        what: What is wrong with it.
        todo: What is allowed.
        where: File path, environment variable or flag.
        line: 1-based line of the file, when known.
        key: Dotted key path, such as `profiles.contoso.cloud`.
    """

    def __init__(self, what: str, todo: str = "", *, where: str, line: int | None = None, key: str = "") -> None:
        place = f"{where}, line {line}" if line else where
        super().__init__(f"{place}: {key}: {what}" if key else f"{place}: {what}", todo)
        self.where = where
        self.line = line
        self.key = key


class ThemeError(MdetuiError):
    """A theme file can't be used; the program goes on with another theme."""


class MissingExtra(MdetuiError):
    """An optional dependency is not installed."""


class SignInError(MdetuiError):
    """No token could be had for a profile."""


class SignInNeeded(SignInError):
    """Only a person can go on; asking again without one would end the same way.

    Args:
        needs: `person` (sign in by device code or browser), `secret` (type the client secret) or `passphrase` (type
            that of the certificate).
        audience: What the token was for; hand it to `start_device_code` or `start_browser`.
        claims: What the next sign-in has to meet, JSON text for the authority; hand it on as well, never show it.
    """

    def __init__(
        self,
        what: str,
        todo: str = "",
        *,
        correlation_id: str | None = None,
        needs: Literal["person", "secret", "passphrase"] = "person",
        audience: str = "mde",
        claims: str | None = None,
    ) -> None:
        super().__init__(what, todo, correlation_id=correlation_id)
        self.needs = needs
        self.audience = audience
        self.claims = claims


class WireError(MdetuiError):
    """Talking to the API did not work."""


class NetworkError(WireError):
    """No usable answer came: DNS, TLS, proxy, reset, timeout."""


class NotSent(NetworkError):
    """The request surely never left this host, so repeating it is safe even for a write."""


class UnclearAnswer(WireError):
    """A write left this host and no clear answer came: it may or may not have been carried out.

    It must not be sent again before `machineactions` (or the entity) was read.
    """


class BadAnswer(WireError):
    """The answer does not have the shape the operation returns.

    Args:
        operation: Id of the operation in the table.
        field: Path of the field that does not fit, `""` when the whole body does not parse.
    """

    def __init__(
        self, what: str, todo: str = "", *, operation: str, field: str = "", correlation_id: str | None = None
    ) -> None:
        super().__init__(what, todo, correlation_id=correlation_id)
        self.operation = operation
        self.field = field


class PagingError(WireError):
    """A list can't be followed further: its link repeats, does not advance or leaves the profile's hosts."""


class HostRefused(WireError):
    """A host that is not one of the profile's: nothing was sent to it."""


class ApiError(WireError):
    """The service answered with an error.

    Args:
        status: HTTP status.
        code: `error.code` of the envelope, `""` when the body had none.
        message: `error.message` as sent; tenant text, clean it before showing.
    """

    def __init__(
        self,
        what: str,
        todo: str = "",
        *,
        status: int,
        code: str = "",
        message: str = "",
        correlation_id: str | None = None,
    ) -> None:
        super().__init__(what, todo, correlation_id=correlation_id)
        self.status = status
        self.code = code
        self.message = message


class BadRequest(ApiError):
    """400: the service did not accept what was asked."""


class ActionAlreadyOpen(BadRequest):
    """400 ActiveRequestAlreadyExists: an equal action is pending on this machine."""


class TokenRejected(ApiError):
    """401 although the token was refreshed once."""


class LicenceRefused(ApiError):
    """A refusal by licence or account state ("No Tvm license", "Account mode is inactive"): sign-in can't mend it."""


class PermissionMissing(ApiError):
    """403: the permission or role is missing. `permissions` holds the names the service or the table gives."""

    def __init__(
        self,
        what: str,
        todo: str = "",
        *,
        status: int = 403,
        code: str = "",
        message: str = "",
        correlation_id: str | None = None,
        permissions: tuple[str, ...] = (),
    ) -> None:
        super().__init__(what, todo, status=status, code=code, message=message, correlation_id=correlation_id)
        self.permissions = permissions


class NotFound(ApiError):
    """404: the id is not known to the service, or the collection is empty."""


class RateLimited(ApiError):
    """429: the quota is used up. `retry_after` is in seconds."""

    def __init__(
        self,
        what: str,
        todo: str = "",
        *,
        status: int = 429,
        code: str = "",
        message: str = "",
        correlation_id: str | None = None,
        retry_after: float,
    ) -> None:
        super().__init__(what, todo, status=status, code=code, message=message, correlation_id=correlation_id)
        self.retry_after = retry_after


class ServiceDown(ApiError):
    """5xx or a gateway's own page."""


class WriteRefused(MdetuiError):
    """A write was stopped on this host before anything was sent."""


class ReadOnly(WriteRefused):
    """The write lock is closed."""


class NoOperation(WriteRefused):
    """A request that names no operation of the table."""


class LedgerFailed(WriteRefused):
    """The ledger line could not be written, so the write was not sent."""


class GuardRefused(WriteRefused):
    """A safety rule said no."""


class PlanError(MdetuiError):
    """What was asked can't be made into a plan."""
