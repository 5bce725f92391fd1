"""The profiles on the login screen."""

from __future__ import annotations

from dataclasses import dataclass

from mdetui import text
from mdetui.config import Profile
from mdetui.views.base import Cell, Column, View


@dataclass(frozen=True, slots=True)
class ProfileRow:
    """One line of the login screen.

    Attributes:
        id: Name of the profile.
        cloud: Cloud, or what the demo is.
        method: How it signs in.
        who: Analyst or application.
        state: Signed in or not.
    """

    id: str
    cloud: str
    method: str
    who: str
    state: str
    demo: bool = False


def row_of(profile: Profile, state: str) -> ProfileRow:
    """The line of a profile."""
    if profile.connector == "demo":
        return ProfileRow(profile.name, "in this program, no network, nothing can break", "", "", state, demo=True)
    return ProfileRow(profile.name, profile.cloud, profile.method, profile.analyst or profile.client_id, state)


def _cloud(row: ProfileRow) -> Cell:
    return Cell(text.line(row.cloud), "muted" if row.demo else "plain")


VIEW = View(
    id="profiles",
    title="profiles",
    noun="profile",
    operation="",
    columns=(
        Column("name", "TENANT", lambda row, _: Cell(text.line(row.id), "strong"), 16, grow=1),
        Column("cloud", "CLOUD", lambda row, _: _cloud(row), 48),
        Column("state", "", lambda row, _: Cell(row.state, "muted"), 13),
        Column("method", "SIGN-IN", lambda row, _: Cell(row.method or " "), 14, at=100),
        Column("who", "AS", lambda row, _: Cell(text.line(row.who) if row.who else " "), 20, grow=1, at=120),
    ),
    texts=lambda row: (row.id, row.cloud, row.who),
    keys="login",
)
