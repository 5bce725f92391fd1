"""Which authorities are trusted, and what is said when their bundle can't be used."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
import trustme

from mdetui.errors import ConfigError
from mdetui.net import TlsTrust, connect, tls_context, trust_of
from tests.wiring import profile

VARIABLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    trustme.CA().cert_pem.write_to_path(str(path))
    return path


def test_sources_come_in_order(monkeypatch: pytest.MonkeyPatch, bundle: Path) -> None:
    assert trust_of(profile()) == TlsTrust("the operating system")
    assert str(trust_of(profile())) == "the certificates of the operating system"
    for name in reversed(VARIABLES):
        monkeypatch.setenv(name, str(bundle))
        assert trust_of(profile()) == TlsTrust(name, str(bundle))
    one = profile(ca_bundle="/other.pem")
    assert str(trust_of(one)) == "the CA bundle /other.pem (profiles.test.ca_bundle)"
    monkeypatch.setenv("SSL_CERT_FILE", "")
    assert trust_of(profile()).source == "REQUESTS_CA_BUNDLE"


def test_only_the_named_authorities_are_trusted(bundle: Path) -> None:
    context = tls_context(profile(ca_bundle=str(bundle)))
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert len(context.get_ca_certs()) == 1


def test_the_systems_store_is_verified_too() -> None:
    context = tls_context(profile())
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


@pytest.mark.parametrize("where", ["profiles.test.ca_bundle", *VARIABLES])
@pytest.mark.parametrize("what", ["missing", "folder", "text", "key", "binary", "empty"])
def test_a_bundle_that_is_none_names_its_source(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, where: str, what: str
) -> None:
    path = tmp_path / "bundle"
    key = trustme.CA().issue_cert("x").private_key_pem.bytes()
    content = {"text": b"no certificate", "key": key, "binary": bytes(range(256)), "empty": b""}
    if what == "folder":
        path.mkdir()
    elif what != "missing":
        path.write_bytes(content[what])
    if where in VARIABLES:
        monkeypatch.setenv(where, str(path))
    one = profile(ca_bundle="" if where in VARIABLES else str(path))
    with pytest.raises(ConfigError) as caught:
        connect(one)
    assert caught.value.where == where
    assert str(path) in caught.value.what
    assert "PEM file" in caught.value.todo


def test_a_folder_of_hashed_certificates_will_do(bundle: Path, tmp_path: Path) -> None:
    folder = tmp_path / "certs"
    folder.mkdir()
    bundle.rename(folder / "0a1b2c3d.0")
    assert tls_context(profile(ca_bundle=str(folder))).verify_mode == ssl.CERT_REQUIRED
