"""Apps sign in: secret, certificate, federated assertion. Real MSAL, real TLS, the pretend authority."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from mdetui.auth.secret import Secret
from mdetui.auth.source import TokenSource
from mdetui.errors import SignInError, SignInNeeded
from mdetui.simulator import Options
from mdetui.simulator.directory import Directory, TrustedName
from mdetui.simulator.mount import Mounted
from mdetui.simulator.options import DEMO_SECRET
from tests.clocks import START, HeldClock
from tests.conftest import StartSimulator
from tests.signing import Pair, assertion, federated, handle, make_pair
from tests.sources import posts, served_for, signs_in_renews_and_signs_out, source_over_tls


async def test_a_secret(simulator_options: Options, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = HeldClock()
    with served_for(simulator_options, tmp_path, Directory()) as (served, one):
        async with source_over_tls(one, clock) as tokens:
            # nowhere, so a person is asked
            with pytest.raises(SignInNeeded) as caught:
                await tokens.get()
            assert caught.value.needs == "secret"
            # typed wrongly: asked again
            tokens.provide_secret(Secret("not-the-secret"))
            with pytest.raises(SignInNeeded, match="AADSTS7000215") as caught:
                await tokens.get()
            assert (caught.value.needs, "not-the-secret" in str(caught.value)) == ("secret", False)
            with pytest.raises(SignInNeeded, match="needs its client secret"):
                await tokens.get()
            tokens.provide_secret(Secret(DEMO_SECRET))
            before = len(posts(served, "client_credentials"))
            await tokens.get()
            await tokens.sign_out()
            # what was typed is forgotten with the rest
            with pytest.raises(SignInNeeded):
                await tokens.get()
            assert len(posts(served, "client_credentials")) == before + 1
        named = replace(one, client_secret_file=str(tmp_path / "client-secret"))
        served.journal.clear()
        async with source_over_tls(named, clock) as tokens:
            said = await signs_in_renews_and_signs_out(tokens, clock, lambda: len(posts(served, "client_credentials")))
            assert str(tmp_path / "client-secret") in said[1]


async def test_a_typed_secret_outlives_an_outage(start_simulator: StartSimulator) -> None:
    tenant = start_simulator()
    tokens = TokenSource(tenant.profile, tenant.connection.synchronous, clock=HeldClock())
    tokens.provide_secret(Secret(DEMO_SECRET))
    tenant.faults.set("authority-down", "503", count=1)
    with pytest.raises(SignInError, match="busy") as caught:
        await tokens.get()
    assert not isinstance(caught.value, SignInNeeded)
    await tokens.get()


def _encrypted(pair: Pair, password: str, folder: Path) -> Path:
    """A PEM file whose key has a password, and whose certificate stands before the key."""
    key = serialization.load_pem_private_key(pair.key.encode(), None)
    locked = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(password.encode()),
    )
    path = folder / "locked.pem"
    path.touch(mode=0o600)
    path.write_bytes(pair.certificate.encode() + locked)
    return path


def _written(path: Path, value: str) -> str:
    path.touch(mode=0o600)
    path.write_text(value)
    return str(path)


@pytest.mark.parametrize("chain", [False, True])
@pytest.mark.parametrize("kind", ["pem", "locked pem", "pfx", "locked pfx"])
async def test_a_certificate(
    kind: str, chain: bool, simulator_options: Options, clock: HeldClock, tmp_path: Path
) -> None:
    pair = make_pair(tmp_path, password="p4ss wörd" if kind == "locked pfx" else "")
    file = {"pem": pair.pem, "pfx": pair.pfx, "locked pfx": pair.pfx}.get(kind) or _encrypted(
        pair, "p4ss wörd", tmp_path
    )
    password = _written(tmp_path / "password", "p4ss wörd\n") if "locked" in kind else ""
    with served_for(
        simulator_options,
        tmp_path,
        Directory(certificates=(pair.certificate,)),
        method="certificate",
        certificate_file=str(file),
        certificate_password_file=password,
        certificate_chain=chain,
    ) as (served, one):
        async with source_over_tls(one, clock) as tokens:
            said = await signs_in_renews_and_signs_out(tokens, clock, lambda: len(posts(served, "client_credentials")))
            assert str(file) in said[1]
        head = jwt.get_unverified_header(next(iter(handle(served).presented() - {DEMO_SECRET})))
        assert head["alg"] == "PS256"
        assert head["x5t#S256"]
        assert ("x5c" in head) == chain


async def test_a_certificate_by_subject_and_issuer(simulator_options: Options, tmp_path: Path) -> None:
    root = make_pair(tmp_path, subject="our root")
    leaf = make_pair(tmp_path, subject="jump host", signed_by=root)
    both = _written(tmp_path / "chain.pem", leaf.key + root.certificate + leaf.certificate)
    directory = Directory(names=(TrustedName("jump host", root.certificate),))
    with served_for(
        simulator_options, tmp_path, directory, method="certificate", certificate_file=both, certificate_chain=True
    ) as (served, one):
        async with source_over_tls(one, HeldClock()) as tokens:
            await tokens.get()
        async with source_over_tls(replace(one, certificate_chain=False), HeldClock()) as tokens:
            with pytest.raises(SignInError, match="AADSTS700027"):
                await tokens.get()
        heads = [jwt.get_unverified_header(one) for one in handle(served).presented() - {DEMO_SECRET}]
        # the certificate of the key first, then what signed it
        assert sorted(len(head.get("x5c", ())) for head in heads) == [0, 2]


def certified(tenant: Mounted, file: Path | str, **changes: Any) -> TokenSource:
    one = replace(tenant.profile, method="certificate", certificate_file=str(file), **changes)
    return TokenSource(one, tenant.connection.synchronous, clock=HeldClock())


async def test_a_password_may_be_typed(start_simulator: StartSimulator, tmp_path: Path) -> None:
    pair = make_pair(tmp_path, password="right")
    tenant = start_simulator(directory=Directory(certificates=(pair.certificate,)))
    for file in (pair.pfx, _encrypted(pair, "right", tmp_path)):
        tokens = certified(tenant, file)
        with pytest.raises(SignInNeeded) as caught:
            await tokens.get()
        assert caught.value.needs == "passphrase"
        tokens.provide_secret(Secret("wrong"))
        with pytest.raises(SignInNeeded, match="does not open") as caught:
            await tokens.get()
        assert caught.value.needs == "passphrase"
        tokens.provide_secret(Secret("right"))
        await tokens.get()


async def test_a_refused_certificate_is_described(start_simulator: StartSimulator, tmp_path: Path) -> None:
    pair = make_pair(tmp_path)
    with pytest.raises(SignInError, match="AADSTS700027") as caught:
        await certified(start_simulator(), pair.pem).get()
    assert "2036-" in str(caught.value)
    assert "thumbprint" in str(caught.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no private key"),
        (b"\x00\x01\x02", "damaged"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "damaged"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "no private key"),
    ],
    ids=range(4),
)
async def test_a_file_that_is_no_certificate(tenant: Mounted, tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "c.pem"
    path.touch(mode=0o600)
    path.write_bytes(content)
    with pytest.raises(SignInError, match=words):
        await certified(tenant, path).get()
    assert tenant.journal.count() == 0


async def test_key_and_certificate_must_belong_together(tenant: Mounted, tmp_path: Path) -> None:
    one, other = make_pair(tmp_path, subject="one"), make_pair(tmp_path, subject="other")
    mixed = _written(tmp_path / "mixed.pem", one.key + other.certificate)
    with pytest.raises(SignInError, match="belongs to its key"):
        await certified(tenant, mixed).get()
    with pytest.raises(SignInError, match="belongs to its key"):
        await certified(tenant, _written(tmp_path / "key.pem", one.key)).get()


async def test_a_certificate_file_must_be_ours_alone(tenant: Mounted, tmp_path: Path) -> None:
    pair = make_pair(tmp_path)
    link = tmp_path / "link.pem"
    link.symlink_to(pair.pem)
    with pytest.raises(SignInError, match="symbolic link"):
        await certified(tenant, link).get()
    pair.pem.chmod(0o640)
    with pytest.raises(SignInError, match="chmod 600"):
        await certified(tenant, pair.pem).get()
    assert tenant.journal.count() == 0


async def test_a_federated_assertion(
    simulator_options: Options, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = HeldClock()
    pair = make_pair(tmp_path)
    volume = tmp_path / "volume"
    volume.mkdir()
    file = tmp_path / "token"
    # as Kubernetes lays it: a link to a file that others may read
    (volume / "token").write_text(assertion(pair) + "\n")
    file.symlink_to(volume / "token")
    used: list[str] = []

    def renewals() -> int:
        # replaced after each use, as whoever issues them does about once an hour
        forms = posts(served, "client_credentials")
        used.append(assertion(pair))
        (volume / "token").write_text(used[-1])
        return len(forms)

    with served_for(
        simulator_options,
        tmp_path,
        Directory(federated=(federated(pair),)),
        method="federated",
        assertion_file=str(file),
    ) as (served, one):
        async with source_over_tls(one, clock) as tokens:
            await tokens.get()
            renewals()
            await tokens.get("xdr")
            # read for every request: the second one was sent with the second file
            assert used[0] in handle(served).presented()
            await tokens.sign_out()
        monkeypatch.setenv("AZURE_FEDERATED_TOKEN_FILE", str(file))
        async with source_over_tls(replace(one, assertion_file=""), clock) as tokens:
            renewals()
            await tokens.get()


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "No such file"), (b"", "empty"), (b"two words", "empty"), (b"\xff\xfe", "no assertion")],
)
async def test_an_assertion_file_that_is_none(
    tenant: Mounted, tmp_path: Path, content: bytes | None, words: str
) -> None:
    path = tmp_path / "token"
    if content is not None:
        path.write_bytes(content)
    one = replace(tenant.profile, method="federated", assertion_file=str(path))
    with pytest.raises(SignInError, match=words) as caught:
        await TokenSource(one, tenant.connection.synchronous).get()
    assert str(path) in str(caught.value)


async def test_an_assertion_nobody_knows(start_simulator: StartSimulator, tmp_path: Path) -> None:
    pair = make_pair(tmp_path)
    tenant = start_simulator(directory=Directory(federated=(federated(pair, subject="another"),)))
    one = replace(tenant.profile, method="federated", assertion_file=_written(tmp_path / "t", assertion(pair)))
    with pytest.raises(SignInError, match="AADSTS700213"):
        await TokenSource(one, tenant.connection.synchronous, clock=HeldClock()).get()


async def test_a_clock_that_is_off_is_told(start_simulator: StartSimulator, tmp_path: Path) -> None:
    pair = make_pair(tmp_path)
    tenant = start_simulator(directory=Directory(certificates=(pair.certificate,)))
    one = replace(tenant.profile, method="certificate", certificate_file=str(pair.pem))
    off = HeldClock(START - timedelta(hours=1))
    with pytest.raises(SignInError, match=r"AADSTS\d+") as caught:
        await TokenSource(one, tenant.connection.synchronous, clock=off).get()
    assert "clock" in str(caught.value)
