"""Hints: every code in words that end in a key, and no answer, however hostile, that shows or breaks anything."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from mdetui import permissions, text
from mdetui.api.endpoints import OPERATIONS
from mdetui.auth import hints
from mdetui.auth.aadsts import BY_ERROR, HINTS
from mdetui.config import METHODS
from mdetui.errors import SignInError
from mdetui.response import catalogue
from tests.wiring import TENANT, profile

NOW = datetime(2026, 11, 24, 14, 2, 7, tzinfo=UTC)
CLIENT = "11111111-2222-3333-4444-555555555555"
SCOPE = "https://api.securitycenter.microsoft.com/.default"
KEY = re.compile(r"(?i)\bpress [rbd]\b|nothing has to be pressed")

# the table of the design, code by code
DESIGN = """
70016 70018 70019 70020 50199 50076 50078 50079 50074 50072 53003 530032 53000 53001 50097 530003 530033 530035 50005
65001 90094 90095 650056 65004 7000215 7000222 700027 700030 50012 700213 700016 700011 7000218 700025 90002 500011
650057 650052 50011 50020 16000 50034 50105 70008 700082 70043 50173 50132 50133 50196 90055
"""


def said(method: str, answer: dict[str, Any], status: int = 400, **changes: Any) -> SignInError:
    return hints.refused(profile(method=method, **changes), SCOPE, answer, status, now=NOW)


def test_the_whole_table_is_here() -> None:
    assert {int(code) for code in DESIGN.split()} - set(HINTS) == set()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("code", sorted(HINTS))
def test_every_code_is_two_sentences_and_a_key(code: int, method: str) -> None:
    error = said(method, {"error": "invalid_grant", "error_codes": [code], "correlation_id": "c-1"})
    for sentence in (error.what, error.todo):
        assert re.fullmatch(r"[A-Z].{10,}\.", sentence), sentence
        assert not set("{}") & set(sentence)
        assert text.line(sentence) == sentence
    assert "test" in error.what
    assert KEY.search(error.todo), error.todo
    assert error.correlation_id == "c-1"
    if code != 90055:
        assert error.what.endswith(f"(AADSTS{code}, 2026-11-24 14:02:07Z).")


@pytest.mark.parametrize("kind", sorted(BY_ERROR))
def test_an_error_without_a_code_is_two_sentences_and_a_key(kind: str) -> None:
    error = said("device-code", {"error": kind})
    assert error.what.endswith(f"({kind}, 2026-11-24 14:02:07Z).")
    assert KEY.search(error.todo)


@pytest.mark.parametrize(
    ("method", "code", "what", "todo"),
    [
        ("device-code", 53003, "Conditional Access", "press b to use the browser elsewhere"),
        ("browser", 53003, "Conditional Access", "press d"),
        ("client-secret", 53003, "Conditional Access", "workload identities"),
        ("device-code", 53000, "compliant device", "always counts as unregistered"),
        ("client-secret", 7000215, "secret is wrong", "not its Secret ID) into /etc/s"),
        ("client-secret", 7000222, "secret expired", CLIENT),
        ("certificate", 700027, "clock is off", "2026-11-24 14:02:07Z"),
        ("device-code", 90002, f"no tenant {TENANT} in cloud global", "another cloud"),
        ("device-code", 500011, SCOPE, "licence"),
        ("device-code", 7000218, CLIENT, '"Allow public client flows" to Yes'),
        ("browser", 50011, "http://localhost:8400", "Mobile and desktop applications"),
        ("device-code", 50020, TENANT, "an account of that tenant"),
    ],
)
def test_the_words_fit_the_profile(method: str, code: int, what: str, todo: str) -> None:
    error = said(method, {"error_codes": [code]}, client_secret_file="/etc/s" if method == "client-secret" else "")
    assert what in error.what
    assert todo in error.todo


def test_what_is_known_of_the_certificate_is_told() -> None:
    error = hints.refused(
        profile(method="certificate"), SCOPE, {"error_codes": [700027]}, 401, certificate="thumbprint AB12, until 2027"
    )
    assert "thumbprint AB12, until 2027" in error.todo


@pytest.mark.parametrize(("method", "person"), [("device-code", True), ("browser", True), ("client-secret", False)])
def test_missing_consent_names_the_permissions_and_the_address_for_an_admin(method: str, person: bool) -> None:
    todo = said(method, {"error": "invalid_grant", "error_codes": [65001]}).todo
    for responds in (False, True):
        for name in permissions.names(person=person, responds=responds):
            assert re.search(rf"\b{re.escape(name)}[ ,:]", todo), name
    assert f"https://login.test.invalid/{TENANT}/adminconsent?client_id={CLIENT}" in todo
    assert ("delegated" if person else "application") in todo


def test_the_first_known_code_is_told() -> None:
    assert "AADSTS53003" in said("browser", {"error_codes": [1, 53003, 7000215]}).what


def test_a_browsers_answer_has_its_code_in_the_text() -> None:
    answer = {"error": "access_denied", "error_description": "AADSTS65004: User declined hush-hush. Trace ID: 1"}
    error = said("browser", answer)
    assert "AADSTS65004" in error.what
    assert "hush" not in str(error)


def test_the_time_of_the_answer_is_told_when_it_is_one() -> None:
    assert "2026-01-02 03:04:05Z" in said("browser", {"error_codes": [53003], "timestamp": "2026-01-02 03:04:05Z"}).what
    assert "14:02:07Z" in said("browser", {"error_codes": [53003], "timestamp": "now\x1b[2J"}).what


@pytest.mark.parametrize(
    ("answer", "status"),
    [({"error": "temporarily_unavailable"}, 400), ({}, 429), ({}, 503), ({"error": "x", "error_codes": [90055]}, 400)],
)
def test_a_busy_authority(answer: dict[str, Any], status: int) -> None:
    error = said("device-code", answer, status)
    assert "busy" in error.what
    assert "press r" in error.todo


def test_a_busy_authority_while_the_token_is_good() -> None:
    error = hints.busy(profile(), 503, until=NOW, wait=30)
    assert error.todo == "Go on working: the current token is good until 14:02Z. It is asked again in 30 s."


HOSTILE = "\x1b]0;own\x07\x1b[2J\u202e{tenant}{0}\r\n" + "A" * 5_000
DEEP: Any = []
for _ in range(100):
    DEEP = [DEEP]


@pytest.mark.parametrize("status", [0, 200, 400, 401, 503])
@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"error": HOSTILE, "suberror": HOSTILE, "correlation_id": HOSTILE, "timestamp": HOSTILE},
        {"error": DEEP, "suberror": {"a": DEEP}, "error_codes": DEEP, "correlation_id": DEEP},
        {"error": 7, "error_codes": "53003", "correlation_id": 7},
        {"error_codes": [True, None, -1, 0, 10**400, 1.5, "53003", {}, HOSTILE]},
        {"error_codes": [10**7] * 100_000},
        {"error": None, "error_codes": None, "error_description": "AADSTS" + "9" * 100_000},
        {"error_codes": [53003], "error": HOSTILE, "correlation_id": HOSTILE},
        {"error_description": HOSTILE, "claims": HOSTILE},
    ],
)
def test_a_hostile_answer_shows_and_breaks_nothing(answer: dict[str, Any], status: int) -> None:
    error = said("device-code", answer, status)
    for sentence in (error.what, error.todo, error.correlation_id or ""):
        assert sentence.isprintable()
        assert "\u202e" not in sentence
        assert len(sentence) < 700
    assert error.todo


def test_a_hostile_profile_shows_nothing_either() -> None:
    odd = profile(tenant=HOSTILE, client_id=HOSTILE, client_secret_file=HOSTILE, redirect_uri=HOSTILE)
    for code in HINTS:
        error = hints.refused(odd, HOSTILE, {"error_codes": [code]}, 400)
        assert str(error).isprintable()


# permissions


def test_the_permissions_to_look_are_those_of_the_operations() -> None:
    reading = [op for op in OPERATIONS.values() if op.reads]
    assert set(permissions.names(person=False, responds=False)) <= {op.application[0] for op in reading}
    assert set(permissions.names(person=True, responds=False)) <= {op.delegated[0] for op in reading}


def test_the_permissions_to_respond_are_those_of_the_actions() -> None:
    ops = {op for action in catalogue.ACTIONS.values() for op in action.ops if not op.startswith("actions.")}
    assert set(permissions.names(person=False, responds=True)) == {OPERATIONS[op].application[0] for op in ops}
    assert set(permissions.names(person=True, responds=True)) == {OPERATIONS[op].delegated[0] for op in ops}


def test_every_permission_is_one_that_an_operation_needs() -> None:
    for one in permissions.PERMISSIONS:
        needing = [op for op in OPERATIONS.values() if one.application in op.application]
        assert any(one.delegated in op.delegated for op in needing), one
