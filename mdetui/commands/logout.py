"""`mdetui logout [PROFILE]`: what is kept on this host is removed; what that revokes, and what not, is said."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from mdetui import config as configuration
from mdetui.commands.terminal import say
from mdetui.config import METHOD_TABLE, Profile


def parser() -> argparse.ArgumentParser:
    """The command line of `mdetui logout`."""
    root = argparse.ArgumentParser(
        prog="mdetui logout", description="Remove the tokens of a profile from this host.", allow_abbrev=False
    )
    root.add_argument("profile", nargs="?", metavar="PROFILE", help="without it, those of every profile")
    root.add_argument("--config", metavar="FILE", help="configuration file instead of the user's config.toml")
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
    failed = [profile for profile in chosen if not _forget(profile)]
    say()
    for sentence in what_stays(chosen):
        say(sentence)
    return 1 if failed else 0


def what_stays(profiles: Sequence[Profile]) -> list[str]:
    """Sentences on what a sign-out does not revoke."""
    said = ["A token that was given out is good until its end, about an hour; nothing here can take it back."]
    if any(METHOD_TABLE[profile.method].person for profile in profiles):
        said.append(
            "Microsoft keeps the session of the browser you signed in with. To end it everywhere: Entra admin center > "
            "Users > your name > Revoke sessions."
        )
    if any(not METHOD_TABLE[profile.method].person for profile in profiles):
        said.append("An app has no session: to lock it out, remove its secret or certificate in its app registration.")
    return said


def _forget(profile: Profile) -> bool:
    from mdetui.auth.store import TokenStore

    store = TokenStore(profile)
    store.forget()
    # what could not be removed is in the notice
    say(f"{profile.name}: {store.notice or 'the tokens on this host are gone.'}")
    return not store.notice
