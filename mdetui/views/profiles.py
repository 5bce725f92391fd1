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
        return ProfileRow(profile.name, "-", "in this program", "for trying", state, demo=True)
    return ProfileRow(profile.name, profile.cloud, profile.method, profile.analyst or profile.client_id or "-", state)


def _quiet(row: ProfileRow, value: str) -> Cell:
    return Cell(text.line(value), "muted" if row.demo else "plain")


def _state(row: ProfileRow) -> Cell:
    return Cell(row.state, "state.good" if row.state == "signed in" else "muted")


VIEW = View(
    id="profiles",
    title="profiles",
    noun="profile",
    operation="",
    columns=(
        Column("name", "TENANT", lambda row, _: Cell(text.line(row.id), "strong"), 23, grow=2),
        Column("cloud", "CLOUD", lambda row, _: _quiet(row, row.cloud), 8),
        Column("method", "SIGN-IN", lambda row, _: _quiet(row, row.method), 16),
        Column("who", "AS", lambda row, _: _quiet(row, row.who), 10, grow=1),
        Column("state", "", lambda row, _: _state(row), 13),
    ),
    texts=lambda row: (row.id, row.cloud, row.who),
    keys="login",
)
