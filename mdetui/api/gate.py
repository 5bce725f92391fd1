"""The write lock, and the one question asked of every request: may this be sent?

Read-only is the default and lives here, below everything that could forget it. `check` is asked before a token is
fetched and again in the transport, so that a refused write contacts neither API nor authority, and a request that
got past the client is refused too.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mdetui.api.endpoints import OPERATIONS, Operation
from mdetui.clock import SYSTEM, Clock
from mdetui.errors import NoOperation, ReadOnly

# what an open lock puts into its permits: a permit made by hand has none and is worth nothing
_SEAL = object()


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave to write, issued by an open lock for one job.

    It travels with the job: the lock's end does not stop a job half-way.

    Attributes:
        job: Id of the job.
        profile: The tenant it is for; worth nothing elsewhere.
        analyst: Who opened the lock.
    """

    job: str
    profile: str
    analyst: str
    _seal: object = field(default=None, repr=False, compare=False)


class WriteLock:
    """The write lock of one profile. Closed at first.

    Args:
        profile: Name of the profile.
        clock: Time.
    """

    DEFAULT_CAP = 25

    def __init__(self, profile: str, clock: Clock = SYSTEM) -> None:
        self.profile = profile
        self._clock = clock
        self._until = 0.0
        self._analyst = ""
        self._cap = self.DEFAULT_CAP

    def open_for(self, minutes: int, *, analyst: str, cap: int = DEFAULT_CAP) -> None:
        """Open it.

        Args:
            minutes: How long, from now.
            analyst: Who is answerable for what is sent.
            cap: Most machines of one bulk while it is open.
        """
        self._until = self._clock.monotonic() + minutes * 60
        self._analyst = analyst
        self._cap = cap

    def close(self) -> None:
        """Close it now; jobs that hold a permit go on."""
        self._until = 0.0

    @property
    def is_open(self) -> bool:
        """Whether permits are issued."""
        return self.remaining > 0

    @property
    def remaining(self) -> float:
        """Seconds until it closes; 0 when it is closed."""
        return max(0.0, self._until - self._clock.monotonic())

    @property
    def cap(self) -> int:
        """Most machines of one bulk."""
        return self._cap if self.is_open else self.DEFAULT_CAP

    @property
    def analyst(self) -> str:
        """Who opened it last; "" when nobody did."""
        return self._analyst

    def permit(self, job: str) -> Permit:
        """A permit for a job.

        Raises:
            ReadOnly: The lock is closed.
        """
        if not self.is_open:
            raise ReadOnly("The tenant is read-only now.", "Open the write lock, for example with :write 30m.")
        return Permit(job, self.profile, self._analyst, _SEAL)


def check(op: Operation | None, permit: Permit | None, profile: str = "") -> None:
    """Whether a request of that operation may be sent.

    Args:
        op: The operation it names.
        permit: The permit it carries; needed by every operation that does not just read.
        profile: The profile it is sent to; "" leaves that unchecked.

    Raises:
        NoOperation: It names no operation of the table.
        ReadOnly: It writes and carries no permit of this profile's lock.
    """
    if not isinstance(op, Operation) or OPERATIONS.get(op.id) is not op:
        raise NoOperation("A request that names no operation of the table was stopped.", "This is a bug: report it.")
    if op.reads:
        return
    if not isinstance(permit, Permit) or permit._seal is not _SEAL:
        raise ReadOnly(
            f"{op.id} writes and the tenant is read-only now.", "Open the write lock, for example with :write 30m."
        )
    if profile and permit.profile != profile:
        raise ReadOnly(
            f"The permit for {op.id} is for {permit.profile}, not for {profile}.", "Open the lock of this tenant."
        )
