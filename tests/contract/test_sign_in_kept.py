"""What is kept of a person between runs: several programs with one store, and a store that is not what it was."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from mdetui.auth.kept import kept_in
from mdetui.auth.secret import Secret
from mdetui.auth.store import TokenStore
from mdetui.config import Profile
from mdetui.errors import SignInError, SignInNeeded
from mdetui.simulator import Options
from mdetui.simulator.mount import Mounted
from tests.sources import TOKEN_PATH, by_code, desktop, over_tls, people, posts, source_over_tls, until

ROOT = Path(__file__).resolve().parents[2]

_RUN = """
import asyncio, json, sys
from mdetui.auth.source import TokenSource
from mdetui.config import Profile
from mdetui.net import connect

async def main(facts, times):
    facts["token_command"] = ()
    profile = Profile(**{**facts, "protected": (), "protected_tags": (), "jump_hosts": ()})
    connection = connect(profile)
    for _ in range(times):
        tokens = TokenSource(profile, connection.synchronous)
        await asyncio.gather(*(tokens.get(audience) for audience in ("mde", "xdr", "graph")))
        await tokens.aclose()
    print(tokens.notice or "good")

asyncio.run(main(json.loads(sys.argv[1]), int(sys.argv[2])))
"""


async def _start(profile: Profile, times: int) -> asyncio.subprocess.Process:
    """Another program that has tokens for everything, several times."""
    facts = json.dumps({one.name: getattr(profile, one.name) for one in fields(profile)})
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", _RUN, facts, str(times), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )


@pytest.mark.parametrize("store", ["auto", "file"])
async def test_several_programs_with_one_account_lose_nothing(
    store: str, simulator_options: Options, tmp_path: Path
) -> None:
    """Each refresh token works once here, and no access token lives long enough to be used again: every token that any
    of the programs gets needs the refresh token that the one before it got."""
    programs, times = 3, 3
    with over_tls(simulator_options, tmp_path, token_seconds=200) as (served, person):
        one = replace(person, store=store)
        async with source_over_tls(one) as tokens:
            await by_code(tokens, served)
        served.faults.set("latency", "10", path=TOKEN_PATH)
        running = [await _start(one, times) for _ in range(programs)]
        said = [(await program.communicate())[0] for program in running]
        assert [program.returncode for program in running] == [0] * programs
        assert said == [b"good\n"] * programs
        refreshed = served.journal.entries(TOKEN_PATH, where=lambda asked: b"grant_type=refresh_token" in asked.body)
        assert len(refreshed) == programs * times * 3
        assert {asked.status for asked in refreshed} == {200}
        async with source_over_tls(one) as tokens:
            await tokens.get()


async def test_a_killed_program_leaves_an_account_that_works(simulator_options: Options, tmp_path: Path) -> None:
    """Killed in the middle of a renewal; an authority that takes a used refresh token, as the real one does."""
    directory = replace(simulator_options.directory, refresh_once=False)
    with over_tls(simulator_options, tmp_path, token_seconds=200, directory=directory) as (served, one):
        async with source_over_tls(one) as tokens:
            await by_code(tokens, served)
        served.faults.set("latency", "5000", path=TOKEN_PATH, count=1)
        program = await _start(one, 1)
        await until(lambda: posts(served, "refresh_token"))
        program.kill()
        await program.communicate()
        async with source_over_tls(one) as tokens:
            await tokens.get()
            assert tokens.notice == ""


def damaged(kept: dict[str, Any]) -> list[dict[str, Any]]:
    """An account that is kept, damaged in several ways."""
    msal = kept["msal"]
    return [
        {},
        {**kept, "version": 99},
        {**kept, "home": ""},
        {**kept, "home": 7},
        {**kept, "for": ["https://login.other.invalid", kept["for"][1], kept["for"][2]]},
        {**kept, "msal": {}},
        {**kept, "msal": []},
        {**kept, "msal": {"AccessToken": [], "RefreshToken": 7, "Account": {"x": 1}}},
        {**kept, "msal": {**msal, "Account": {}, "AccessToken": {}}},
        {**kept, "msal": {**msal, "RefreshToken": {}, "AccessToken": {}}},
        {**kept, "msal": {**msal, "AccessToken": {}, "RefreshToken": {"a": {"secret": "x"}}}},
        msal,
    ]


@pytest.mark.parametrize("number", range(12))
async def test_a_damaged_account_is_no_account(tenant: Mounted, number: int) -> None:
    first = people(tenant)
    await by_code(first, tenant)
    store = TokenStore(desktop(tenant))
    kept = damaged(json.loads(store.load() or ""))[number]
    store.save(json.dumps(kept))
    asked = len(posts(tenant, "refresh_token"))
    tokens = people(tenant)
    with pytest.raises(SignInNeeded):
        await tokens.get()
    assert len(posts(tenant, "refresh_token")) == asked
    await by_code(tokens, tenant)
    await tokens.get("graph")


async def test_what_an_older_version_kept_is_read(tenant: Mounted) -> None:
    await by_code(people(tenant), tenant)
    store = TokenStore(desktop(tenant))
    text = store.load() or ""
    older = json.dumps({**json.loads(text), "tid": "99999999-0000-0000-0000-000000000000"})
    assert kept_in(Secret(older), desktop(tenant)) == kept_in(Secret(text), desktop(tenant)) is not None


async def test_tokens_of_another_app_in_the_cache_are_not_used(tenant: Mounted) -> None:
    first = people(tenant)
    await by_code(first, tenant)
    store = TokenStore(desktop(tenant))
    kept = json.loads(store.load() or "")
    for kind in ("AccessToken", "RefreshToken"):
        for one in kept["msal"][kind].values():
            one["client_id"] = "another"
    store.save(json.dumps(kept))
    with pytest.raises(SignInError):
        await people(tenant).get()
    assert not posts(tenant, "refresh_token")


async def test_what_is_kept_names_the_person_for_good(tenant: Mounted) -> None:
    tokens = people(tenant)
    await by_code(tokens, tenant)
    kept = kept_in(Secret(TokenStore(desktop(tenant)).load() or ""), desktop(tenant))
    assert kept is not None
    assert kept.home.count(".") == 1
    assert kept.home.startswith("5f0b7d3e-")
