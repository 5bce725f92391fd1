"""What a way to sign in gives, and the ways it can fail, before a person's words are made of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, NoReturn, Protocol, TypeVar

from mdetui.auth.secret import Secret
from mdetui.errors import SignInError

E = TypeVar("E", bound="_Kind")
T = TypeVar("T")

# seconds before its end from which a token is renewed: MSAL's own figure
EARLY = 300.0
# a token is not used in its last seconds: the request has to get there
LAST = 5.0
# seconds that a good token is used on after a failed renewal, before the authority is asked again
PATIENCE = 30.0


class Sealed(Generic[T]):
    """Something of a library that holds secrets, such as a flow of MSAL: not shown by whatever shows variables."""

    __slots__ = ("_inside",)

    def __init__(self, inside: T) -> None:
        self._inside = inside

    def reveal(self) -> T:
        """What is inside. To be used where it stands, not to be kept in a variable of code that may fail."""
        return self._inside

    def __repr__(self) -> str:
        return "Sealed(***)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("What is sealed is never written anywhere.")


@dataclass(frozen=True, slots=True)
class Grant:
    """An access token.

    Attributes:
        token: The token.
        expires_in: Seconds it is good for, from now.
        refresh_in: Seconds after which it should be renewed, when somebody asked for that earlier than usual.
        name: Who signed in, when the token itself may not say.
    """

    token: Secret
    expires_in: float
    refresh_in: float | None = None
    name: str = field(default="", repr=False)


class Giver(Protocol):
    """A way to have tokens. Every method blocks; `acquire` runs in several threads, one for each audience."""

    def acquire(self, audience: str, claims: str | None, failed: Secret | None, held: Secret | None) -> Grant:
        """A token that is neither `failed` nor `held`.

        Args:
            audience: `mde`, `xdr` or `graph`.
            claims: Claims challenge to meet.
            failed: The token that the service rejected.
            held: The token that grows old.

        Raises:
            SignInError: There is none to be had.
        """

    def forget(self) -> list[str]:
        """Forget every token; sentences for the person."""

    def close(self) -> None:
        """End what is under way, at once. Does not block."""


class _Kind(SignInError):
    @classmethod
    def of(cls: type[E], error: SignInError) -> E:
        """The same words, and what they mean for us."""
        return cls(error.what, error.todo, correlation_id=error.correlation_id)


class Passing(_Kind):
    """The authority was not reached, is busy, or something else answered in its place: it may pass by itself."""


class WrongTenant(_Kind):
    """The token is another tenant's."""
