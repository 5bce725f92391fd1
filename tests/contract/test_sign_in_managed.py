"""The managed identity of the machine. Real MSAL, real TLS, the pretend metadata service."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mdetui.auth.source import TokenSource
from mdetui.errors import SignInError
from mdetui.simulator import Options
from mdetui.simulator.directory import USER_IDENTITY_ID, Directory
from mdetui.simulator.mount import Mounted
from mdetui.simulator.options import TENANT_ID
from tests.clocks import HeldClock
from tests.signing import metadata_of
from tests.sources import served_for, signs_in_renews_and_signs_out, source_over_tls


@pytest.mark.parametrize("client_id", ["", USER_IDENTITY_ID])
async def test_a_managed_identity(
    client_id: str, simulator_options: Options, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = HeldClock()
    # a proxy that nothing may be asked of
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with (
        served_for(simulator_options, tmp_path, Directory(), method="managed-identity", client_id=client_id) as (
            served,
            one,
        ),
        metadata_of(served) as url,
    ):
        monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", url)
        async with source_over_tls(replace(one, proxy="none"), clock) as tokens:
            await signs_in_renews_and_signs_out(tokens, clock, lambda: served.journal.count("/metadata"))
        asked = served.journal.entries("/metadata")[0]
        assert "resource=https%3A%2F%2Fapi.securitycenter.microsoft.com&" in f"{asked.query}&"
        assert asked.query.partition("client_id=")[2] == client_id
        # the tenant is named by its id: nobody else has to be asked
        assert served.journal.count("/metadata") == served.journal.count()
        async with source_over_tls(replace(one, tenant="contoso.com", proxy="none"), clock) as tokens:
            await tokens.get()
            assert tokens.identity is not None
            assert tokens.identity.name == "identity-of-a-machine"


async def test_a_managed_identity_of_another_tenant(
    simulator_options: Options, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        served_for(
            simulator_options,
            tmp_path,
            Directory(),
            method="managed-identity",
            client_id="",
            tenant="99999999-0000-0000-0000-000000000000",
        ) as (served, one),
        metadata_of(served) as url,
    ):
        monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", url)
        async with source_over_tls(one, HeldClock()) as tokens:
            with pytest.raises(SignInError, match=TENANT_ID):
                await tokens.get()


@pytest.mark.parametrize(("status", "words"), [(400, "invalid_request"), (404, "not_found"), (500, "server_error")])
async def test_a_metadata_service_that_refuses(
    status: int, words: str, simulator_options: Options, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        served_for(simulator_options, tmp_path, Directory(), method="managed-identity", client_id="") as (served, one),
        metadata_of(served) as url,
    ):
        monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", url)
        served.faults.set("imds", status)
        async with source_over_tls(one, HeldClock()) as tokens:
            with pytest.raises(SignInError, match=words):
                await tokens.get()


@pytest.mark.parametrize(
    "host", ["https://login.elsewhere.invalid", "http://10.0.0.1", "http://127.0.0.1.elsewhere.invalid"]
)
async def test_a_managed_identity_never_leaves_this_host(
    host: str, tenant: Mounted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", host)
    one = replace(tenant.profile, method="managed-identity", client_id="")
    with pytest.raises(SignInError, match="points to another host"):
        await TokenSource(one, tenant.connection.synchronous).get()


async def test_no_metadata_service(tenant: Mounted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:9")
    one = replace(tenant.profile, method="managed-identity", client_id="")
    with pytest.raises(SignInError, match="no managed identity") as caught:
        await TokenSource(one, tenant.connection.synchronous).get()
    assert caught.value.todo
