"""What alert updates need around the call: read again before, read back after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdetui.api.models.alert import AlertUpdate
from mdetui.clock import Clock
from mdetui.errors import BadAnswer
from mdetui.response import preflight
from mdetui.response.requests import Request
from mdetui.response.targets import WORDS, AlertValues, changes
from mdetui.response.wire import Reply, Wire

if TYPE_CHECKING:
    from mdetui.api.models.alert import AlertRow

# seconds before a value that was not taken is read a second time
SETTLE = 2.0


class AlertWrites:
    """Reading around alert updates.

    Args:
        wire: The client.
        clock: Time.
    """

    def __init__(self, wire: Wire, clock: Clock) -> None:
        self._wire = wire
        self._clock = clock

    async def reread(self, request: Request) -> tuple[Request | None, dict[str, str]]:
        """The request without the alerts that somebody changed since the sheet, and why each was left out.

        A comment overwrites nothing, so it is sent in any case.

        Raises:
            WireError: The alerts could not be read.
        """
        if not any(values.to_dict() for values in request.wanted.values()):
            return request, {}
        rows = await preflight.alerts(self._wire, [target.id for target in request.targets])
        moved = {}
        for target in request.targets:
            row = rows.get(target.id)
            if row is None:
                moved[target.id] = "Defender has no alert with this id any more"
            elif parts := changes(request.old.get(target.id, AlertValues()), AlertValues.of(row)):
                moved[target.id] = f"somebody changed it since you confirmed: {', '.join(parts)}"
        if not moved:
            return request, {}
        return request.without(set(moved)), moved

    async def read_back(self, request: Request, reply: Reply) -> dict[str, str]:
        """Alerts that do not have what was asked for, with what they have instead.

        Raises:
            WireError: They could not be read.
        """
        if isinstance(request.body, AlertUpdate) and len(request.targets) == 1:
            try:
                answered: AlertRow | None = reply.decode(request.op)
            except BadAnswer:
                answered = None
            if answered is not None and answered.id == request.targets[0].id:
                return self._compare(request, {answered.id: answered})
        ids = [target.id for target in request.targets]
        failed = self._compare(request, await preflight.alerts(self._wire, ids))
        if failed:
            await self._clock.sleep(SETTLE)
            failed = self._compare(request, await preflight.alerts(self._wire, ids))
        return failed

    def _compare(self, request: Request, rows: dict[str, AlertRow]) -> dict[str, str]:
        failed = {}
        for target in request.targets:
            row = rows.get(target.id)
            if row is None:
                failed[target.id] = "it could not be found when it was read back"
                continue
            missing = AlertValues.of(row).missing(request.wanted.get(target.id, AlertValues()))
            if missing:
                failed[target.id] = f"not taken: {', '.join(WORDS[name] for name in missing)}"
        return failed
