"""Live response: a session of commands on a machine, and links to what they leave."""

from __future__ import annotations

import json
import re
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mdetui.simulator.data.actions import Order
from mdetui.simulator.data.live import result_of
from mdetui.simulator.faults import BLOBS
from mdetui.simulator.hostile import poison
from mdetui.simulator.routes.actions import NO_AGENT, READ, ActionRoutes
from mdetui.simulator.routes.bodies import read_body, text_of
from mdetui.simulator.tenant import Tenant, permit
from mdetui.simulator.wire import Refused, link

# the order commands must have, and the parameters of each; the first is the one that must be there
_KINDS = {"PutFile": ("FileName",), "RunScript": ("ScriptName", "Args"), "GetFile": ("Path",)}
_SESSIONS = 25
# minutes a link to a result works (get-live-response-result.md)
_MINUTES = 30
_INDEX = re.compile(r"index=(\d{1,4})")


class LiveRoutes:
    """`runliveresponse` and `GetLiveResponseResultDownloadLink`."""

    def __init__(self, tenant: Tenant, actions: ActionRoutes) -> None:
        self._tenant = tenant
        self._actions = actions

    def routes(self) -> list[Route]:
        """Paths in lower case: the front lowers what is asked."""
        path = "/api/machineactions/{id}/getliveresponseresultdownloadlink({arguments})"
        return [
            Route("/api/machines/{id}/runliveresponse", self.run, methods=["POST"]),
            Route(path, self.result),
        ]

    async def run(self, request: Request) -> Response:
        """POST /api/machines/{id}/runliveresponse: one session a machine, 25 in all."""
        who = permit(request, "Machine.LiveResponse")
        body = await read_body(request, ("Commands", "Comment"))
        comment = text_of(body, "Comment", required=True) or ""
        commands = _commands(body.get("Commands"))
        machine = self._tenant.machine(request.path_params["id"])
        if self._tenant.actions.sessions(self._tenant.ticks()) >= _SESSIONS:
            raise Refused(
                429, "TooManyRequests", f"The maximum of {_SESSIONS} concurrent live response sessions is reached"
            )
        order = Order(
            "LiveResponse",
            None,
            machine["n"],
            who,
            comment,
            commands=tuple(json.dumps(one) for one in commands),
            fails_at=self._missing(commands),
        )
        return self._actions.start(request, order, machine, NO_AGENT, strict=True)

    async def result(self, request: Request) -> Response:
        """GET .../GetLiveResponseResultDownloadLink(index=n): when that command has ended, again and again."""
        permit(request, *READ, delegated=("Machine.LiveResponse",))
        row = json.loads(self._actions.row(request.path_params["id"]))
        match = _INDEX.fullmatch(request.path_params["arguments"])
        if not match or row["type"] != "LiveResponse":
            raise Refused(
                400, "InvalidInput", "Use GetLiveResponseResultDownloadLink(index={n}) of a live response action"
            )
        found = [one for one in row["commands"] if one["index"] == int(match[1])]
        if not found or found[0]["commandStatus"] != "Completed":
            raise Refused(404, "ResourceNotFound", f"Result {match[1]} of machine action {row['id']} was not found")
        command, name = found[0]["command"], row["computerDnsName"]
        if result_of(command, name) is None:
            raise Refused(400, "BadRequest", f"The command {command['type']} has no result")
        path = f"live-response/{row['id']}/{match[1]}"
        return link(self._tenant.blobs.link(request, path, lambda: self._file(command, name), minutes=_MINUTES))

    def _file(self, command: dict[str, Any], machine: str) -> bytes:
        data = result_of(command, machine) or b""
        # what a script prints is the machine's text, and whoever owns it may choose it
        if command["type"] == "RunScript" and self._tenant.faults.take("hostile", f"{BLOBS}/", default="/"):
            return json.dumps(poison(json.loads(data.decode("utf-8-sig"), strict=False))).encode()
        return data

    def _missing(self, commands: list[dict[str, Any]]) -> int | None:
        """Place of the first command that names a file the library does not have."""
        library = self._tenant.library
        for place, one in enumerate(commands):
            if one["type"] != "GetFile" and one["params"][0]["value"] not in library:
                return place
        return None


def _commands(value: Any) -> list[dict[str, Any]]:
    """The commands of a body, with the parameter that must be there first.

    Raises:
        Refused: 400.
    """
    if not isinstance(value, list) or not value:
        raise Refused(400, "MissingRequiredParameter", "The parameter 'Commands' is required")
    order = list(_KINDS)
    out: list[dict[str, Any]] = []
    for one in value:
        kind = one.get("type") if isinstance(one, dict) else None
        if kind not in _KINDS:
            raise Refused(400, "InvalidInput", f"'{kind}' is not valid for type. Allowed: {', '.join(_KINDS)}")
        if out and order.index(kind) < order.index(out[-1]["type"]):
            raise Refused(400, "BadRequest", f"Commands must be in the order {', '.join(_KINDS)}")
        out.append({"type": kind, "params": _params(kind, one.get("params"))})
    return out


def _params(kind: str, value: Any) -> list[dict[str, str]]:
    known = _KINDS[kind]
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise Refused(400, "InvalidRequestBody", f"Request body is incorrect: the params of {kind} must be a list")
    params = {one.get("key"): one.get("value") for one in value}
    if set(params) - set(known) or not all(isinstance(one, str) and one for one in params.values()):
        raise Refused(400, "InvalidRequestBody", f"Request body is incorrect: {kind} takes {', '.join(known)}")
    if known[0] not in params:
        raise Refused(400, "MissingRequiredParameter", f"The parameter '{known[0]}' of {kind} is required")
    return [{"key": key, "value": params[key]} for key in known if key in params]
