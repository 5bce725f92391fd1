"""What is written on machines: tags and their value."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mdetui.simulator.data.machines import JSON
from mdetui.simulator.routes.bodies import read_body, text_of
from mdetui.simulator.tenant import Tenant, permit
from mdetui.simulator.wire import Refused, collection, entity

_WRITE = ("Machine.ReadWrite.All",)
_VALUES = ("Normal", "Low", "High")
# machines of one request (add-or-remove-multiple-machine-tags.md)
_BATCH = 500
# in the words of a report (microsoft-365-docs issue 8579)
_ONLY = "Currently supporting only update of: 'tags' and 'deviceValue'"


class MachineChangeRoutes:
    """Writing routes below `/api/machines`."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def routes(self) -> list[Route]:
        """Paths in lower case: the front lowers what is asked."""
        many = "/api/machines/addorremovetagformultiplemachines"
        return [
            Route(many, self.tag_many, methods=["POST"]),
            Route("/api/machines/{id}/tags", self.tag, methods=["POST"]),
            Route("/api/machines/{id}/setdevicevalue", self.set_value, methods=["POST"]),
            Route("/api/machines/{id}", self.update, methods=["PATCH"]),
        ]

    async def tag(self, request: Request) -> Response:
        """POST /api/machines/{id}/tags: one tag added or removed; answers with the machine."""
        permit(request, *_WRITE)
        numbers = [self._machine(request)]
        self._tag(await read_body(request, ("Value", "Action")), numbers)
        return self._one(numbers)

    async def tag_many(self, request: Request) -> Response:
        """POST /api/machines/AddOrRemoveTagForMultipleMachines: all or nothing; answers with the machines."""
        permit(request, *_WRITE)
        body = await read_body(request, ("Value", "Action", "MachineIds"))
        ids = body.get("MachineIds")
        if not (isinstance(ids, list) and ids and all(isinstance(one, str) for one in ids)):
            raise Refused(400, "InvalidRequestBody", "Request body is incorrect: 'MachineIds' must be a list of ids")
        if len(ids) > _BATCH:
            raise Refused(400, "MaximumBatchSizeExceeded", f"The maximum of {_BATCH} machines is exceeded: {len(ids)}")
        sql = "SELECT id, n FROM machines WHERE id IN (SELECT unnest($ids))"
        found = dict(self._tenant.store.rows(sql, {"ids": ids}))
        if missing := set(ids) - set(found):
            raise Refused(404, "ResourceNotFound", f"Machine {min(missing)} was not found")
        self._tag(body, list(found.values()))
        return collection(self._rows(list(found.values())), "Machines")

    async def set_value(self, request: Request) -> Response:
        """POST /api/machines/{id}/setDeviceValue."""
        permit(request, *_WRITE)
        numbers = [self._machine(request)]
        value = text_of(await read_body(request, ("DeviceValue",)), "DeviceValue", required=True, choices=_VALUES)
        self._write("device_value = $value", {"value": value}, numbers)
        return self._one(numbers)

    async def update(self, request: Request) -> Response:
        """PATCH /api/machines/{id}: the whole list of tags is replaced, and can't be emptied."""
        permit(request, *_WRITE)
        numbers = [self._machine(request)]
        body = await read_body(request, ("machineTags", "deviceValue"))
        value, tags = text_of(body, "deviceValue", choices=_VALUES), body.get("machineTags")
        if not (tags or value) or not (
            tags is None or (isinstance(tags, list) and all(isinstance(one, str) and one for one in tags))
        ):
            raise Refused(400, "InvalidRequestBody", _ONLY)
        if value:
            self._write("device_value = $value", {"value": value}, numbers)
        if tags:
            self._write("tags = $tags", {"tags": list(dict.fromkeys(tags))}, numbers)
        return self._one(numbers)

    def _tag(self, body: dict[str, Any], numbers: list[int]) -> None:
        value = text_of(body, "Value", required=True)
        action = text_of(body, "Action", required=True, choices=("Add", "Remove"))
        others = "list_filter(tags, lambda one: one <> $value)"
        self._write(
            f"tags = {f'list_append({others}, $value)' if action == 'Add' else others}", {"value": value}, numbers
        )

    def _write(self, sets: str, values: dict[str, Any], numbers: list[int]) -> None:
        sql = f"UPDATE machines SET {sets} WHERE n IN (SELECT unnest($numbers))"
        self._tenant.store.write(sql, {**values, "numbers": numbers})

    def _machine(self, request: Request) -> int:
        number: int = self._tenant.machine(request.path_params["id"])["n"]
        return number

    def _one(self, numbers: list[int]) -> Response:
        return entity(self._rows(numbers)[0], "Machines")

    def _rows(self, numbers: list[int]) -> list[str]:
        sql = f"SELECT {JSON} FROM machines m WHERE m.n IN (SELECT unnest($numbers)) ORDER BY m.n"
        return self._tenant.store.texts(sql, {"numbers": numbers})
