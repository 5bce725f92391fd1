"""Apps at the pretend authority: secret, certificate, federated assertion. With real MSAL, and by hand what MSAL does right."""

from __future__ import annotations

import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from mdetui.clock import SYSTEM
from mdetui.simulator.authority.tokens import b64
from mdetui.simulator.directory import EXPIRED_SECRET, Directory, TrustedName
from mdetui.simulator.mount import Mounted
from mdetui.simulator.options import CLIENT_ID
from tests.clocks import START
from tests.conftest import StartSimulator
from tests.signing import Pair, assertion, client, federated, handle, login_of, make_pair, service_app
from tests.simulator.asking import GRAPH, MDE, XDR, claims_of, refused

BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return make_pair(tmp_path_factory.mktemp("pair"), password="locked")


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return make_pair(tmp_path_factory.mktemp("stranger"))


@pytest.fixture
def registered(start_simulator: StartSimulator, pair: Pair) -> Mounted:
    """A tenant that knows the certificate and the federated credential of `pair`, at the held clock's time."""
    return start_simulator(directory=Directory(certificates=(pair.certificate,), federated=(federated(pair),)))


def ask(tenant: Mounted, text: str, **changes: str) -> httpx.Response:
    form = {
        "grant_type": "client_credentials",
        "client_id": CLIENT_ID,
        "scope": MDE,
        "client_assertion_type": BEARER,
        "client_assertion": text,
        **changes,
    }
    with client(tenant) as http:
        return http.post(f"{login_of(tenant)}/oauth2/v2.0/token", data={k: v for k, v in form.items() if v})


def signed(tenant: Mounted, pair: Pair, *, alg: str = "PS256", head: Any = None, **claims: Any) -> str:
    """A client assertion as the documentation describes it, with changes."""
    certificate = x509.load_pem_x509_certificate(pair.certificate.encode())
    at = int(START.timestamp())
    body = {
        "aud": f"{login_of(tenant)}/oauth2/v2.0/token",
        "iss": CLIENT_ID,
        "sub": CLIENT_ID,
        "jti": secrets.token_hex(8),
        "iat": at,
        "nbf": at,
        "exp": at + 600,
        **claims,
    }
    thumbprint = {"x5t#S256": b64(certificate.fingerprint(hashes.SHA256()))}
    return jwt.encode(body, pair.key, alg, thumbprint if head is None else head)


def test_a_secret(tenant: Mounted) -> None:
    with service_app(tenant, tenant.options.secret, client_capabilities=["cp1"]) as app:
        tokens = {scope: app.acquire_token_for_client([scope])["access_token"] for scope in (MDE, XDR, GRAPH)}
        assert app.acquire_token_for_client([MDE])["token_source"] == "cache"
    for scope, token in tokens.items():
        assert claims_of(token)["aud"] == scope.removesuffix("/.default")
    mde = claims_of(tokens[MDE])
    assert (mde["idtyp"], mde["appidacr"], mde["xms_cc"]) == ("app", "1", ["cp1"])
    assert claims_of(tokens[XDR])["roles"] == ["AdvancedHunting.Read.All", "Incident.ReadWrite.All"]
    assert "ThreatHunting.Read.All" in claims_of(tokens[GRAPH])["roles"]


def test_an_expired_secret(tenant: Mounted) -> None:
    with service_app(tenant, EXPIRED_SECRET) as app:
        answer = app.acquire_token_for_client([MDE])
    assert (answer["error"], answer["error_codes"]) == ("invalid_client", [7000222])


@pytest.mark.parametrize("form", ["pem", "pem with thumbprint", "pfx", "pfx with chain"])
def test_a_certificate_as_msal_sends_it(start_simulator: StartSimulator, pair: Pair, form: str) -> None:
    tenant = start_simulator(directory=Directory(certificates=(pair.certificate,)), clock=SYSTEM)
    sha1 = x509.load_pem_x509_certificate(pair.certificate.encode()).fingerprint(hashes.SHA1()).hex()
    forms: dict[str, dict[str, Any]] = {
        "pem": {"private_key": pair.key, "public_certificate": pair.certificate},
        "pem with thumbprint": {"private_key": pair.key, "thumbprint": sha1},
        "pfx": {"private_key_pfx_path": str(pair.pfx), "passphrase": pair.password},
        "pfx with chain": {
            "private_key_pfx_path": str(pair.pfx),
            "passphrase": pair.password,
            "public_certificate": True,
        },
    }
    with service_app(tenant, forms[form]) as app:
        first = app.acquire_token_for_client([MDE])
        assert claims_of(first["access_token"])["appidacr"] == "2"
        app.remove_tokens_for_client()
        assert "access_token" in app.acquire_token_for_client([MDE])
    sent = [jwt.get_unverified_header(text) for text in handle(tenant).presented()]
    # MSAL signs once and sends it again: what it keeps is the assertion
    assert len(sent) == 1
    assert {head["alg"] for head in sent} == {"RS256" if "thumbprint" in form else "PS256"}


def test_both_ways_to_sign_and_to_name_the_certificate(registered: Mounted, pair: Pair) -> None:
    certificate = x509.load_pem_x509_certificate(pair.certificate.encode())
    sha1 = b64(certificate.fingerprint(hashes.SHA1()))
    for alg, head in (("PS256", None), ("RS256", {"x5t": sha1}), ("RS256", {"x5t": f"{sha1}="})):
        answer = ask(registered, signed(registered, pair, alg=alg, head=head))
        assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("claims", "number"),
    [
        ({"iss": "somebody"}, 700021),
        ({"sub": "somebody"}, 700021),
        ({"aud": "https://login.elsewhere.invalid/x/oauth2/v2.0/token"}, 700023),
        ({"exp": int(START.timestamp()) - 301}, 700024),
        ({"nbf": int(START.timestamp()) + 301, "exp": int(START.timestamp()) + 900}, 700024),
        ({"exp": "soon"}, 50027),
    ],
)
def test_assertions_that_say_the_wrong_thing(
    registered: Mounted, pair: Pair, claims: dict[str, Any], number: int
) -> None:
    assert refused(ask(registered, signed(registered, pair, **claims))) == (401, "invalid_client", number)


def test_assertions_signed_by_the_wrong_key(registered: Mounted, pair: Pair, stranger: Pair) -> None:
    unknown = ask(registered, signed(registered, stranger))
    assert refused(unknown) == (401, "invalid_client", 700027)
    assert "The key was not found" in unknown.json()["error_description"]
    head = jwt.get_unverified_header(signed(registered, pair))
    named = {"x5t#S256": head["x5t#S256"]}
    forged = ask(registered, signed(registered, stranger, head=named))
    assert refused(forged) == (401, "invalid_client", 700027)
    assert "signature is invalid" in forged.json()["error_description"]


def test_an_assertion_works_once_on_demand(start_simulator: StartSimulator, pair: Pair) -> None:
    once = start_simulator(directory=Directory(certificates=(pair.certificate,), assertion_once=True))
    text = signed(once, pair)
    assert ask(once, text).status_code == 200
    assert refused(ask(once, text)) == (401, "invalid_client", 50012)
    assert refused(ask(once, signed(once, pair, jti=""))) == (401, "invalid_client", 50012)
    lenient = start_simulator(directory=Directory(certificates=(pair.certificate,)))
    assert [ask(lenient, text).status_code for _ in range(2)] == [200, 200]


def test_assertions_that_are_none(registered: Mounted, pair: Pair) -> None:
    certificate_as_secret = jwt.encode({"iss": CLIENT_ID}, "x" * 32, "HS256")
    unsigned = jwt.encode({"iss": CLIENT_ID, "sub": CLIENT_ID}, None, "none")  # type: ignore[arg-type]
    for text in ("nonsense", "a.b.c", certificate_as_secret, unsigned):
        assert refused(ask(registered, text)) == (401, "invalid_client", 50027)
    untyped = ask(registered, signed(registered, pair), client_assertion_type="")
    assert refused(untyped) == (400, "invalid_request", 900144)


def test_an_expired_certificate(start_simulator: StartSimulator, tmp_path: Path) -> None:
    old = make_pair(tmp_path, start=START - timedelta(days=40), days=30)
    tenant = start_simulator(directory=Directory(certificates=(old.certificate,)))
    answer = ask(tenant, signed(tenant, old))
    assert refused(answer) == (401, "invalid_client", 700027)
    assert "expired" in answer.json()["error_description"]


def test_a_trusted_name_instead_of_a_certificate(start_simulator: StartSimulator, tmp_path: Path) -> None:
    authority = make_pair(tmp_path, subject="house authority")
    leaf = make_pair(tmp_path, subject="mdetui.contoso.com", signed_by=authority)
    wrong_name = make_pair(tmp_path, subject="other.contoso.com", signed_by=authority)
    (tmp_path / "self").mkdir()
    self_made = make_pair(tmp_path / "self", subject="mdetui.contoso.com")
    names = (TrustedName("mdetui.contoso.com", authority.certificate),)
    tenant = start_simulator(directory=Directory(names=names), clock=SYSTEM)
    for one, chain, numbers in (
        (leaf, True, []),
        (leaf, False, [700027]),
        (wrong_name, True, [700030]),
        (self_made, True, [700030]),
    ):
        credential = {"private_key_pfx_path": str(one.pfx), **({"public_certificate": True} if chain else {})}
        with service_app(tenant, credential) as app:
            answer = app.acquire_token_for_client([MDE])
        assert answer.get("error_codes", []) == numbers


def test_a_federated_assertion_is_read_again_for_each_request(registered: Mounted, pair: Pair) -> None:
    made: list[str] = []

    def fresh() -> str:
        made.append(assertion(pair))
        return made[-1]

    with service_app(registered, {"client_assertion": fresh}) as app:
        for _ in range(2):
            app.remove_tokens_for_client()
            assert "access_token" in app.acquire_token_for_client([MDE])
    assert len(set(made)) == 2
    # the file a platform rotates is sent again until it is
    assert [ask(registered, made[0]).status_code for _ in range(2)] == [200, 200]


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"issuer": "https://other.invalid"}, 700211),
        ({"subject": "system:jump:other"}, 700213),
        ({"audience": "api://other"}, 700212),
        ({"seconds": -301}, 700024),
    ],
)
def test_federated_assertions_that_match_nothing(
    registered: Mounted, pair: Pair, changes: dict[str, Any], number: int
) -> None:
    assert refused(ask(registered, assertion(pair, **changes))) == (401, "invalid_client", number)


def test_a_federated_assertion_signed_by_somebody_else(registered: Mounted, stranger: Pair) -> None:
    assert refused(ask(registered, assertion(stranger))) == (401, "invalid_client", 50013)


@pytest.mark.parametrize(
    ("scope", "error", "number"),
    [
        ("https://nothing.invalid/.default", "invalid_resource", 500011),
        ("https://api-gov.securitycenter.microsoft.us/.default", "invalid_resource", 500011),
        (f"{MDE} {XDR}", "invalid_scope", 1002012),
        ("", "invalid_scope", 1002012),
    ],
)
def test_scopes_that_are_not_given(tenant: Mounted, scope: str, error: str, number: int) -> None:
    answer = ask(tenant, "", client_assertion_type="", client_secret=tenant.options.secret, scope=scope)
    assert refused(answer) == (400, error, number)


def test_the_other_name_of_the_service(tenant: Mounted) -> None:
    scope = "https://securitycenter.onmicrosoft.com/windowsatpservice/.default"
    answer = ask(tenant, "", client_assertion_type="", client_secret=tenant.options.secret, scope=scope)
    assert claims_of(answer.json()["access_token"])["aud"] == scope.removesuffix("/.default")


def test_services_of_another_cloud(start_simulator: StartSimulator) -> None:
    tenant = start_simulator(directory=Directory(cloud="gcc-high"))
    gov = "https://api-gov.securitycenter.microsoft.us/.default"
    form = {"client_assertion_type": "", "client_secret": tenant.options.secret}
    assert ask(tenant, "", scope=gov, **form).status_code == 200
    assert refused(ask(tenant, "", scope=MDE, **form)) == (400, "invalid_resource", 500011)
