"""The managed identity endpoint of a virtual machine (IMDS).

Source: "How to use managed identities on an Azure VM to acquire an access token", errors included: 400 without the header
or for an identity the machine does not have, 410 while it is being updated, 429, 500.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mdetui.simulator.aadsts import Denied, describe
from mdetui.simulator.faults import METADATA
from mdetui.simulator.tenant import Tenant

# what it says under the statuses of the fault `imds`
_REFUSALS = {
    400: ("invalid_request", "Identity not found"),
    403: ("access_denied", "Request to the metadata service was not allowed"),
    404: ("not_found", "The metadata service is updating"),
    410: ("gone", "The metadata service is going through updates, it will be back within 70 seconds"),
    429: ("too_many_requests", "Too many requests"),
}


class Metadata:
    """Tokens for whoever runs on this machine."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def routes(self) -> list[Route]:
        """The one route."""
        return [Route(f"{METADATA}/identity/oauth2/token", self._token)]

    async def _token(self, request: Request) -> Response:
        query = request.query_params
        if fault := self._tenant.faults.take("imds", METADATA, default="/"):
            status = int(fault.arg or 500)
            error, text = _REFUSALS.get(status, ("server_error", "Failed to retrieve token, try again later"))
            return _refusal(error, text, status)
        if request.headers.get("metadata", "").lower() != "true" or "x-forwarded-for" in request.headers:
            return _refusal("bad_request_102", "Required metadata header not specified")
        if query.get("api-version", "") < "2018-02-01":
            return _refusal("bad_request_100", "The api-version is missing or not supported")
        if not query.get("resource"):
            return _refusal("invalid_request", "The request is missing the parameter resource")
        return self._give(query["resource"], query.get("client_id", ""))

    def _give(self, resource: str, asked: str) -> Response:
        identities = self._tenant.options.directory.identities
        # the first one is the machine's own, which needs no name
        client = asked or (identities[0] if identities else "")
        if not client or client not in identities:
            return _refusal("invalid_request", "Identity not found")
        try:
            token = self._tenant.authority.identity_token(resource, client)
        except Denied as denied:
            return _refusal("invalid_resource", describe(denied.code, denied.facts))
        seconds = self._tenant.options.token_seconds
        now = int(self._tenant.authority.tokens.now())
        # every number is text here
        return JSONResponse(
            {
                "access_token": token,
                "client_id": client,
                "expires_in": str(seconds),
                "expires_on": str(now + seconds),
                "ext_expires_in": str(seconds),
                "not_before": str(now),
                "resource": resource,
                "token_type": "Bearer",
            }
        )


def _refusal(error: str, text: str, status: int = 400) -> Response:
    return JSONResponse({"error": error, "error_description": text}, status)
