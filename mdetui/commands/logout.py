"""`mdetui logout [PROFILE]`: what is kept on this host is removed; what that revokes, and what not, is said."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from mdetui import config as configuration
from mdetui.clock import SYSTEM
from mdetui.commands.config_option import add_config
from mdetui.commands.terminal import say
from mdetui.config import Profile


def parser() -> argparse.ArgumentParser:
    """The command line of `mdetui logout`."""
    root = argparse.ArgumentParser(
        prog="mdetui logout", description="Remove the tokens of a profile from this host.", allow_abbrev=False
    )
    root.add_argument("profile", nargs="?", metavar="PROFILE", help="without it, those of every profile")
    add_config(root)
    return root


def main(rest: Sequence[str], config: str | None) -> int:
    """Remove tokens; 1 when something could not be removed.

    Raises:
        ConfigError: There is no such profile.
    """
    args = parser().parse_args(rest)
    loaded = configuration.load(args.config or config)
    if args.profile:
        chosen = [configuration.find_profile(loaded, args.profile, "mdetui logout")]
    else:
        chosen = list(loaded.profiles.values())
    if not chosen:
        say("There is no profile, so there is nothing to sign out of.")
        return 0
    clean = [_sign_out(profile) for profile in chosen]
    return 0 if all(clean) else 1


def _sign_out(profile: Profile) -> bool:
    """Remove what is kept and say so; whether nothing is left."""
    import httpx

    from mdetui.auth.store import TokenStore
    from mdetui.auth.ways import way_of

    store = TokenStore(profile)
    # nothing is asked of anybody: this transport can't even
    for sentence in way_of(profile, httpx.BaseTransport(), None, store, SYSTEM).forget():
        say(sentence)
    # an app keeps nothing, but the profile may have been a person's before
    store.forget()
    if store.notice:
        say(store.notice)
    return not store.notice
