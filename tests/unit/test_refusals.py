"""Error answers in every form that was seen, as exceptions."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from mdetui import errors
from mdetui.api.endpoints import operation
from mdetui.api.refusals import error_of, permissions_of, retry_after
from tests.wiring import error_body

NOW = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
ALERTS = operation("alerts.list")
ISOLATE = operation("machines.isolate")


def of(status: int, body: Any = b"", headers: dict[str, str] | None = None, op: Any = ALERTS) -> errors.ApiError:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return error_of(op, status, headers or {}, data, NOW)


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "BadRequest", errors.BadRequest),
        (400, "ODataError", errors.BadRequest),
        (400, "ActiveRequestAlreadyExists", errors.ActionAlreadyOpen),
        (401, "Unauthorized", errors.TokenRejected),
        (403, "Forbidden", errors.PermissionMissing),
        (403, "DisabledFeature", errors.LicenceRefused),
        (403, "DisallowedOperation", errors.LicenceRefused),
        (404, "ResourceNotFound", errors.NotFound),
        (405, "", errors.ApiError),
        (408, "", errors.ServiceDown),
        (429, "429", errors.RateLimited),
        (429, "TooManyRequests", errors.RateLimited),
        (500, "InternalServerError", errors.ServiceDown),
        (503, "", errors.ServiceDown),
    ],
)
def test_status_and_code_choose_the_exception(status: int, code: str, kind: type[errors.ApiError]) -> None:
    error = of(status, error_body(code, "Said so."))
    assert type(error) is kind
    assert (error.status, error.code, error.message, error.correlation_id) == (status, code, "Said so.", "t-1")
    assert ALERTS.id in error.what
    assert "Said so" in str(error)
    assert "(id t-1)" in str(error)


@pytest.mark.parametrize("reason", ["No Tvm license", "Account mode is inactive"])
@pytest.mark.parametrize("status", [401, 403])
def test_a_licence_is_no_sign_in_problem(status: int, reason: str) -> None:
    error = of(status, error_body("Unauthorized", f"Unauthorized request - reason of failure: {reason}"))
    assert type(error) is errors.LicenceRefused
    assert "will not help" in error.todo


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", ""),
        (b"<html><h1>502 Bad Gateway</h1></html>", ""),
        (b'{"statusCode":404,"message":"Resource not found"}', "Resource not found"),
        (b'{"error":"invalid_request","error_description":"why"}', "why"),
        (b'{"error":{"code":null,"message":["x"]}}', ""),
        (b'{"error":{"code":429,"message":"x"}}', "x"),
        (b'"text"', ""),
        (b"[1,2]", ""),
        (b"\xff\xfe", ""),
        (b'{"error":' * 3000, ""),
    ],
)
def test_any_body_will_do(body: bytes, message: str) -> None:
    error = of(502, body, {"request-id": "r-9"})
    assert type(error) is errors.ServiceDown
    assert (error.message, error.correlation_id) == (message, "r-9")
    assert "502" in str(error) or message in str(error)


def test_what_is_shown_is_safe_and_short_and_what_was_said_is_kept() -> None:
    hostile = "\x1b]52;c;aGk=\x07[red]" + "x" * 5_000
    error = of(400, error_body("Bad\x1b[2J", hostile, "t\x07"))
    assert error.message == hostile
    assert "\x1b" not in str(error)
    assert "\x07" not in str(error)
    assert len(str(error)) < 700


@pytest.mark.parametrize(
    ("message", "names"),
    [
        (
            "Missing application roles. API required roles: Machine.Read.All,Machine.ReadWrite.All, application roles: Machine.Isolate.",
            ("Machine.Read.All", "Machine.ReadWrite.All"),
        ),
        (
            "The application does not have any of the required application permissions (Alert.Read.All, Alert.ReadWrite.All) to access the resource.",
            ("Alert.Read.All", "Alert.ReadWrite.All"),
        ),
        ("Forbidden", ALERTS.application),
        ("", ALERTS.application),
    ],
)
def test_the_missing_permission_is_named(message: str, names: tuple[str, ...]) -> None:
    assert permissions_of(ALERTS, message) == names
    error = of(403, error_body("Forbidden", message))
    assert isinstance(error, errors.PermissionMissing)
    assert error.permissions == names
    assert names[0] in error.todo


@pytest.mark.parametrize(
    ("headers", "message", "seconds"),
    [
        ({"retry-after": "8"}, "", 8.0),
        ({"retry-after": "8"}, "again in 99 seconds", 8.0),
        ({"retry-after": "Tue, 24 Nov 2026 14:00:30 GMT"}, "", 30.0),
        ({"retry-after": "Tue, 24 Nov 2026 13:00:30 GMT"}, "", 1.0),
        ({"retry-after": "soon"}, "You can send requests again in 12 seconds.", 12.0),
        ({}, "Maximum allowed 30 per 00:01:00 for the key X. You can send requests again in 8 seconds.", 8.0),
        ({}, "API calls quota exceeded! maximum allowed 45 per 00:01:00", None),
        ({"retry-after": "99999999"}, "", 3600.0),
        ({"retry-after": "-5"}, "", None),
        ({"retry-after": "Tue, 99 Nov"}, "", None),
    ],
)
def test_how_long_to_wait(headers: dict[str, str], message: str, seconds: float | None) -> None:
    assert retry_after(headers, message, NOW) == seconds


def test_a_429_says_when() -> None:
    error = of(429, error_body("429", "again in 8 seconds"))
    assert isinstance(error, errors.RateLimited)
    assert error.retry_after == 8
    assert "8 s" in error.todo


def test_an_open_action_is_named_for_what_it_is() -> None:
    error = of(400, error_body("ActiveRequestAlreadyExists", "Action is already in progress"), op=ISOLATE)
    assert type(error) is errors.ActionAlreadyOpen
    assert isinstance(error, errors.BadRequest)


def test_a_person_needs_delegated_permissions() -> None:
    error = error_of(ALERTS, 403, {}, b"", NOW, person=True)
    assert isinstance(error, errors.PermissionMissing)
    assert error.permissions == ALERTS.delegated
