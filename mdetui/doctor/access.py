"""What the profile's tokens are good for: who they are for, what they allow, and whether the API agrees.

A token is asked for silently only: no code is requested and no browser is meant to open.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any

from mdetui import permissions, text
from mdetui.api.endpoints import OPERATIONS, Operation
from mdetui.auth.identity import Identity, claims_of, identity_of
from mdetui.config import Profile
from mdetui.doctor.check import Check, Late, failed, in_time
from mdetui.errors import (
    LicenceRefused,
    MdetuiError,
    NetworkError,
    NotFound,
    PermissionMissing,
    SignInError,
    SignInNeeded,
)
from mdetui.session import Session

NAMES = {"mde": "Defender for Endpoint", "xdr": "Defender XDR", "graph": "Microsoft Graph"}
# one read of each kind of thing: first lists, then what belongs to a row, each with the list that row is taken from
_READS = {
    "alerts.list": "",
    "machines.list": "",
    "actions.list": "",
    "machines.users": "machines.list",
    "machines.software": "machines.list",
    "machines.vulnerabilities": "machines.list",
    "alerts.files": "alerts.list",
    "alerts.ips": "alerts.list",
    "alerts.domains": "alerts.list",
}
# the audiences that these reads are asked with
USED = frozenset(OPERATIONS[name].audience for name in _READS)


def audiences(profile: Profile) -> tuple[str, ...]:
    """The audiences a profile can use: those of this version's operations, and those it sets a base or a scope for."""
    return tuple(one for one in NAMES if one in USED or one in profile.base or one in profile.scope)


async def sign_in(session: Session) -> AsyncIterator[Check]:
    """A token for Defender for Endpoint: whose it is, until when, and what it allows."""
    title, profile = "sign-in", session.profile
    try:
        token = await in_time(session.tokens.get("mde"))
    except (SignInError, Late) as error:
        yield _no_token("sign-in", title, profile, error)
        return
    claims = claims_of(token.reveal())
    who = identity_of(claims, profile.client_id, _signed_in(session))
    ends = _time(claims.get("exp"))
    tenant = who.tid or "a tenant it does not name"
    until = f", good until {text.stamp(ends)}" if ends else ""
    notice = session.tokens.notice
    said = f"{who.kind} {who.name} of tenant {tenant}{until}{f'. {notice}' if notice else ''}"
    facts = {
        "kind": who.kind,
        "name": who.name,
        "tenant": who.tid or None,
        "expires": text.stamp(ends) if ends else None,
    }
    yield Check("sign-in", title, "warn" if notice else "ok", said, facts=facts)
    for check in roles(who):
        yield check


def _signed_in(session: Session) -> str:
    """Name of the person who signed in, where the token itself is opaque."""
    known = session.identity
    return known.name if known is not None and known.kind == "person" else ""


def _no_token(check_id: str, title: str, profile: Profile, error: SignInError | Late) -> Check:
    """A sign-in that only waits for a person is no fault; one that was refused is."""
    if isinstance(error, SignInNeeded) and error.correlation_id is None:
        does = {"person": "sign in", "secret": "type the secret", "passphrase": "type the certificate's password"}
        todo = (
            f"Press Enter on profile {profile.name} in the program, or run mdetui --profile {profile.name}, and "
            f"{does[error.needs]} there."
        )
        return failed(check_id, title, error, "warn", f"{todo} {text.line(error.todo, 500)}".strip())
    if isinstance(error, Late):
        return failed(check_id, title, error, todo="Check network and proxy; see TLS above.")
    return failed(check_id, title, error)


def roles(who: Identity) -> Iterator[Check]:
    """What the token allows, and what of the two sets it lacks."""
    if not who.roles:
        yield Check(
            "roles",
            "permissions",
            "warn",
            "the token names none",
            "Give the app its permissions and an admin's consent: mdetui help auth lists them.",
            {"present": []},
        )
        return
    present = sorted(text.line(role, 80) for role in who.roles)
    yield Check("roles", "permissions", "ok", ", ".join(present), facts={"present": present})
    kind = "delegated" if who.kind == "person" else "application"
    for name, responds in (("viewer", False), ("responder", True)):
        wanted = permissions.names(person=who.kind == "person", responds=responds)
        missing = [one for one in wanted if not allows(who.roles, one)]
        facts = {"missing": missing}
        if not missing:
            yield Check(f"roles.{name}", f"permissions of a {name}", "ok", "all there", facts=facts)
        elif responds and missing == list(wanted):
            yield Check(
                f"roles.{name}", f"permissions of a {name}", "skipped", "none: this profile only looks", facts=facts
            )
        else:
            todo = f"Add the {kind} permissions to the app registration, with an admin's consent, then sign in again."
            yield Check(
                f"roles.{name}", f"permissions of a {name}", "warn", f"missing: {', '.join(missing)}", todo, facts
            )


def allows(has: frozenset[str], permission: str) -> bool:
    """Whether a permission is there: itself, or the one to write, which holds the one to read."""
    return permission in has or permission.replace(".Read", ".ReadWrite", 1) in has


async def other_tokens(session: Session) -> AsyncIterator[Check]:
    """Tokens for the other audiences, where the profile can use them."""
    profile = session.profile
    for audience in (one for one in NAMES if one != "mde"):
        check_id, title = f"token.{audience}", f"token for {NAMES[audience]}"
        if audience not in audiences(profile):
            yield Check(
                check_id, title, "skipped", f"nothing in this version asks it, and the profile sets no base.{audience}"
            )
            continue
        try:
            token = await in_time(session.tokens.get(audience))
        except SignInNeeded as error:
            yield _no_token(check_id, title, profile, error)
        except (SignInError, Late) as error:
            yield failed(check_id, title, error, "bad" if audience in USED else "warn")
        else:
            has = sorted(text.line(one, 80) for one in identity_of(claims_of(token.reveal()), "").roles)
            yield Check(
                check_id, title, "ok", f"yes: {', '.join(has) or 'it names no permissions'}", facts={"present": has}
            )


async def reads(session: Session) -> AsyncIterator[Check]:
    """One read of each kind of thing, by the program's own client."""
    first: dict[str, Any] = {}
    unreached = ""
    for name, parent in _READS.items():
        op = OPERATIONS[name]
        check_id, title = f"read.{name}", f"read {name}"
        row = first.get(parent)
        if unreached:
            yield Check(check_id, title, "skipped", unreached)
        elif parent and row is None:
            yield Check(check_id, title, "skipped", f"there is no row of {parent} to ask about")
        else:
            try:
                page = await in_time(_page(session, op, row))
            except (MdetuiError, Late) as error:
                yield _refused(session, check_id, title, error)
                if isinstance(error, (NetworkError, Late, SignInError)):
                    unreached = f"not asked: {name} had no answer"
            else:
                first[name] = next((one.id for one in page.rows if getattr(one, "id", "")), None)
                yield Check(
                    check_id,
                    title,
                    "ok",
                    f"answered, {text.plural(len(page.rows), 'row')}",
                    facts={"rows": len(page.rows)},
                )


def skipped_reads(why: str) -> Iterator[Check]:
    """The same when nothing could be asked."""
    for name in _READS:
        yield Check(f"read.{name}", f"read {name}", "skipped", why)


async def _page(session: Session, op: Operation, row: str | None) -> Any:
    if row is not None:
        # what belongs to one row takes no $top
        return await session.client.page(op, path={"id": row})
    return await session.client.page(op, query={"$top": "1"})


def _refused(session: Session, check_id: str, title: str, error: MdetuiError | Late) -> Check:
    match error:
        case PermissionMissing(permissions=names):
            missing = " or ".join(text.line(name, 60) for name in names)
            found = failed(check_id, title, error)
            return Check(
                check_id,
                title,
                "bad",
                f"missing permission {missing}",
                found.todo,
                {**found.facts, "missing": list(names)},
            )
        case LicenceRefused():
            found = failed(check_id, title, error, "warn")
            return Check(check_id, title, "warn", f"no licence. {found.said}", found.todo, found.facts)
        case NotFound():
            return Check(check_id, title, "ok", "allowed; the service knows nothing of this one", facts={"rows": 0})
        case Late():
            wait = session.client.waiting
            return failed(
                check_id, title, error, todo=f"It waits: {text.line(wait.why, 200)}." if wait else "Try again."
            )
    return failed(check_id, title, error)


def _time(value: object) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(value), UTC)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError, OSError):
        return None
