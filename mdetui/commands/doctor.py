"""`mdetui doctor [PROFILE] [--json]`: what of a profile works and what does not.

`--json` prints one object: `version`, `at` (UTC), `profile`, `cloud`, `tenant`, `method`, `result` (`ok`, `warn` or
`bad`) and `checks`, a list of objects with `id`, `title`, `status` (`ok`, `warn`, `bad`, `skipped`), `said`, `todo` and
`facts`. Ids and the keys of facts do not change with the words:

    config.file, config.<key>, config.secret   file; value, source; source
    store                                      where, store
    ca                                         source, path
    proxy.<host>                               host, proxy, source
    tls.<host>                                 host, http_status, subject, issuer, ends, days_left
    clock.<host>                               skew_seconds
    sign-in                                    kind, name, tenant, expires
    roles, roles.viewer, roles.responder       present; missing
    token.xdr, token.graph                     present
    read.<operation>                           rows, missing

where <host> is `authority` or an audience. Whatever failed may have `correlation_id`.

Exit code: 0 when nothing is bad, 1 when something is, 2 when the command line or the configuration is wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from mdetui import __version__, text
from mdetui import config as configuration
from mdetui.clock import SYSTEM
from mdetui.commands.choice import chosen
from mdetui.commands.config_option import add_config
from mdetui.commands.terminal import say
from mdetui.config import Profile

if TYPE_CHECKING:
    from mdetui.doctor import Check
    from mdetui.net import Connection


def parser() -> argparse.ArgumentParser:
    """The command line of `mdetui doctor`."""
    root = argparse.ArgumentParser(
        prog="mdetui doctor",
        description="Examine a profile: configuration, trust, proxies, TLS, clocks, sign-in, permissions, reads.",
        epilog="Nothing is written and nobody is asked to sign in. Exit code 1 when something does not work.",
        allow_abbrev=False,
    )
    root.add_argument(
        "profile",
        nargs="?",
        metavar="PROFILE",
        help="without it, the one that is opened at the start, or the only one; demo is one",
    )
    root.add_argument("--json", action="store_true", help="one JSON object instead of lines")
    add_config(root)
    return root


def main(rest: Sequence[str], config: str | None, connector: Callable[[Profile], Connection], demo: Profile) -> int:
    """Examine a profile and print what was found.

    Args:
        rest: Arguments after `doctor`.
        config: `--config` given before it.
        connector: How a tenant is reached.
        demo: The profile of the demo tenant.

    Raises:
        ConfigError: The configuration is wrong, or does not say which profile is meant.
    """
    args = parser().parse_args(rest)
    loaded = configuration.load(args.config or config)
    profile = chosen(loaded, args.profile, demo, "mdetui doctor")
    from mdetui.doctor import examine, lines_of, summary, worst

    if not args.json:
        say(
            f"mdetui {__version__}, profile {profile.name}: {profile.method} in {text.line(profile.tenant, 80)}, {profile.cloud}"
        )

    def tell(check: Check) -> None:
        if not args.json:
            for line in lines_of(check):
                say(line)
            sys.stdout.flush()

    try:
        found = asyncio.run(examine(profile, loaded, connector, clock=SYSTEM, on_check=tell))
    except KeyboardInterrupt:
        sys.stderr.write("\nmdetui: The examination was stopped.\n")
        return 1
    if args.json:
        facts = {"version": __version__, "at": text.stamp(SYSTEM.now()), "profile": profile.name}
        facts |= {"cloud": profile.cloud, "tenant": profile.tenant, "method": profile.method, "result": worst(found)}
        say(json.dumps({**facts, "checks": [asdict(check) for check in found]}, indent=2))
    else:
        say(f"\n{summary(found)}")
        if any(" press " in f" {check.todo.lower()}" for check in found):
            say(f"Keys are those of the program: mdetui --profile {profile.name}")
    return 1 if worst(found) == "bad" else 0
