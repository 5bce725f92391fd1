"""What Graph does to accounts: actions of Defender for Identity, and ending sessions."""

from __future__ import annotations

from functools import cached_property
from uuid import UUID, uuid5

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mdetui.simulator.data.evidence import account
from mdetui.simulator.routes.bodies import read_body, text_of
from mdetui.simulator.tenant import Tenant, permit
from mdetui.simulator.wire import Refused, dumps

_METADATA = "https://graph.microsoft.com/v1.0/$metadata#"
_ACTIONS = ("disable", "enable", "forcePasswordReset", "markUserAsCompromised", "revokeAllSessions")
_PROVIDERS = ("activeDirectory", "entraID", "okta")
_SPACE = UUID("5a3d0b9e-6f5c-4d1a-9a57-0f2a6e1c7b44")


class IdentityRoutes:
    """`invokeAction` and `revokeSignInSessions`."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    def routes(self) -> list[Route]:
        """Paths in lower case: the front lowers what is asked."""
        act = "/v1.0/security/identities/identityaccounts/{id}/invokeaction"
        return [
            Route(act, self.act, methods=["POST"]),
            Route("/v1.0/users/{id}/revokesigninsessions", self.revoke, methods=["POST"]),
        ]

    async def act(self, request: Request) -> Response:
        """POST .../identityAccounts/{id}/invokeAction."""
        permit(request, "SecurityIdentitiesActions.ReadWrite.All")
        body = await read_body(request, ("accountId", "action", "identityProvider"))
        key = text_of(body, "accountId", required=True)
        action = text_of(body, "action", required=True, choices=_ACTIONS)
        provider = text_of(body, "identityProvider", required=True, choices=_PROVIDERS)
        self._check(request)
        answer = {
            "@odata.context": f"{_METADATA}microsoft.graph.security.invokeActionResult",
            "accountId": key,
            "action": action,
            "identityProvider": provider,
            "correlationId": str(uuid5(_SPACE, f"{key}:{action}:{self._tenant.ticks()}")),
        }
        return Response(dumps(answer), 200, media_type="application/json")

    async def revoke(self, request: Request) -> Response:
        """POST /users/{object id or user principal name}/revokeSignInSessions."""
        permit(request, "User.RevokeSessions.All")
        self._check(request)
        return Response(
            dumps({"@odata.context": f"{_METADATA}Edm.Boolean", "value": True}), 200, media_type="application/json"
        )

    def _check(self, request: Request) -> None:
        key = request.path_params["id"]
        if key not in self._known:
            text = f"Resource '{key}' does not exist or one of its queried reference-property objects are not present."
            raise Refused(404, "Request_ResourceNotFound", text)

    @cached_property
    def _known(self) -> frozenset[str]:
        """Object ids and principal names of everybody, lower case."""
        rows = [account(name) for name in self._tenant.store.texts("SELECT DISTINCT account FROM machines")]
        return frozenset(row[key].lower() for row in rows for key in ("aadUserId", "userPrincipalName"))
