"""The authority: its state, the handle on it (described in the package's docstring), and what it gives for what."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from threading import RLock
from typing import Any

from mdetui.simulator.aadsts import ERRORS, Denied
from mdetui.simulator.authority.clients import Clients
from mdetui.simulator.authority.devices import Device, Devices
from mdetui.simulator.authority.grants import Code, Codes, Refreshes
from mdetui.simulator.authority.resources import RESOURCES, Wanted, read_scope, resource_named
from mdetui.simulator.authority.tokens import APP_NAMES, Tokens
from mdetui.simulator.directory import Person
from mdetui.simulator.options import CLIENT_ID, TENANT_ID, Options

AUDIENCE = RESOURCES["global"][0].names[0]
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_SECRET_FIELDS = ("client_secret", "client_assertion", "refresh_token", "device_code", "code", "code_verifier")
_SECRET_ANSWERS = ("access_token", "refresh_token", "id_token", "device_code", "code")

Form = Mapping[str, str]


class Authority:
    """Gives and checks tokens in one tenant.

    Attributes:
        devices: Device codes handed out.
        person: Who signs in next.
        consented: Whether the apps hold delegated permissions.
        tokens: What is made and checked with.
    """

    def __init__(self, options: Options) -> None:
        directory = options.directory
        self._options = options
        self._lock = RLock()
        self._refusals: list[int] = []
        self._handed_out: set[str] = set()
        self._presented: set[str] = set()
        self.person: Person = directory.person
        self.consented = True
        self.tokens = Tokens(options)
        self.devices = Devices(self._lock, lambda: self.person)
        self._clients = Clients(options, self._lock)
        self._codes = Codes(self._lock)
        self._refreshes = Refreshes(self._lock, once=directory.refresh_once)

    # the handle

    @property
    def overrides(self) -> dict[str, Any]:
        """Claims forced into every token from now on."""
        return self.tokens.overrides

    def revoke(self) -> None:
        """Every access token so far is answered with a claims challenge."""
        self.tokens.revoke()

    def expire(self) -> None:
        """Every access token so far has expired."""
        self.tokens.expire()

    def end_sessions(self, code: int = 50173) -> None:
        """Every refresh token so far is refused with a code of `aadsts.ERRORS`; access tokens live on."""
        self._refreshes.end(code)

    def refuse_sign_in(self, code: int) -> None:
        """The next visit of the authorize endpoint ends with that code, as an error redirect."""
        with self._lock:
            self._refusals.append(code)

    def handed_out(self) -> frozenset[str]:
        """Every token and code given so far; user codes, which people read, are no secrets."""
        with self._lock:
            return frozenset(self._handed_out)

    def presented(self) -> frozenset[str]:
        """Every secret, assertion, code, verifier and refresh token that came in."""
        with self._lock:
            return frozenset(self._presented)

    def issue(
        self,
        audience: str = AUDIENCE,
        *,
        roles: tuple[str, ...] | None = None,
        scopes: tuple[str, ...] | None = None,
        client_id: str = CLIENT_ID,
        seconds: int | None = None,
    ) -> str:
        """An access token without a sign-in; tests also make odd ones. With `scopes` it is the person's, else the app's."""
        seconds = self._options.token_seconds if seconds is None else seconds
        if scopes is not None:
            token = self.tokens.for_person(audience, scopes, self.person, client_id, seconds=seconds)
        else:
            roles = self._options.roles if roles is None else roles
            token = self.tokens.for_app(audience, roles, seconds=seconds, client_id=client_id)
        self._given({"access_token": token})
        return token

    # for the API and the endpoints

    def check(self, header: str, host: str, service: str = "mde") -> dict[str, Any]:
        """Claims of the bearer token of a request; `service` is the key of one of the three resources.

        Raises:
            Refused: 401.
        """
        return self.tokens.check(header, host, service)

    def identity_token(self, resource: str, client_id: str) -> str:
        """A token of a managed identity.

        Raises:
            Denied: No such resource.
        """
        known = resource_named(self._options.directory.cloud, resource.rstrip("/"))
        roles = known.roles or self._options.roles
        return self.issue(resource.rstrip("/"), roles=roles, client_id=client_id)

    def start_device(self, form: Form) -> Device:
        """Hand out a device code.

        Raises:
            Denied: No such app or resource.
        """
        _need(form, "client_id", "scope")
        self._clients.known(form["client_id"])
        self._want(form["scope"])
        ends = self.tokens.now() + self._options.directory.device_seconds
        device = self.devices.open(form["client_id"], form["scope"], ends)
        self._given({"device_code": device.code})
        return device

    def check_redirect(self, query: Form) -> None:
        """Check where a sign-in in the browser would end: nobody is sent to an address that is not registered.

        Raises:
            Denied: No such app, or the address is not its.
        """
        _need(query, "client_id", "redirect_uri")
        client, uri = query["client_id"], query["redirect_uri"]
        self._clients.known(client)
        if not self._clients.redirects_to(client, uri):
            raise Denied(50011, redirect=uri, client=client)

    def sign_in(self, query: Form) -> str:
        """An authorization code: somebody signed in, in a browser.

        Raises:
            Denied: The request is wrong, or the person was refused.
        """
        _need(query, "scope")
        if query.get("response_type") != "code" or query.get("code_challenge_method", "S256") != "S256":
            raise Denied(9002313)
        self._want(query["scope"])
        with self._lock:
            if self._refusals:
                raise Denied(self._refusals.pop(0))
        code = Code(
            query["client_id"],
            query["redirect_uri"],
            query.get("code_challenge", ""),
            query["scope"],
            query.get("nonce", ""),
            self.person,
        )
        name = self._codes.open(code, self.tokens.now())
        self._given({"code": name})
        return name

    def exchange(self, form: Form, audiences: Collection[str], issuer: str) -> dict[str, Any]:
        """What the token endpoint gives.

        Args:
            form: The request.
            audiences: What may stand in an assertion's `aud`.
            issuer: For id tokens.

        Raises:
            Denied: Nothing.
        """
        with self._lock:
            self._presented.update(form[name] for name in _SECRET_FIELDS if form.get(name))
        _need(form, "grant_type", "client_id")
        match form["grant_type"]:
            case "client_credentials":
                return self._for_app(form, audiences)
            case "refresh_token":
                return self._refreshed(form, audiences, issuer)
            case "authorization_code":
                return self._for_code(form, audiences, issuer)
            case grant if grant in (DEVICE_GRANT, "device_code"):
                return self._for_device(form, audiences, issuer)
            case grant:
                raise Denied(70003, grant=grant)

    def _for_app(self, form: Form, audiences: Collection[str]) -> dict[str, Any]:
        proof = self._clients.prove(form, audiences, self.tokens.now(), alone=True)
        scope = form.get("scope", "")
        if not scope.endswith("/.default") or " " in scope:
            raise Denied(1002012, scope=scope)
        wanted = self._want(scope)
        token = self.tokens.for_app(
            wanted.audience,
            wanted.resource.roles or self._options.roles,
            seconds=self._options.token_seconds,
            client_id=form["client_id"],
            proof=proof,
            cp1=_capable(form),
        )
        return self._given(self._lives({"access_token": token}))

    def _for_device(self, form: Form, audiences: Collection[str], issuer: str) -> dict[str, Any]:
        _need(form, "device_code")
        self._clients.known(form["client_id"])
        device = self.devices.find(form["device_code"], form["client_id"])
        person = device.poll(self.tokens.now())
        # only now: reports of 7000218 come after the person has signed in
        self._clients.prove(form, audiences, self.tokens.now(), alone=False)
        wanted, permissions = self._granted(device.scope, form)
        cp1 = _capable(form)
        device.redeem()
        return self._for_person(form, wanted, permissions, person, issuer, cp1=cp1)

    def _for_code(self, form: Form, audiences: Collection[str], issuer: str) -> dict[str, Any]:
        _need(form, "code", "redirect_uri")
        self._clients.prove(form, audiences, self.tokens.now(), alone=False)
        code = self._codes.redeem(
            form["code"],
            client_id=form["client_id"],
            redirect_uri=form["redirect_uri"],
            verifier=form.get("code_verifier", ""),
            now=self.tokens.now(),
        )
        wanted, permissions = self._granted(form.get("scope") or code.scope, form)
        cp1 = _capable(form)
        return self._for_person(form, wanted, permissions, code.person, issuer, nonce=code.nonce, cp1=cp1)

    def _refreshed(self, form: Form, audiences: Collection[str], issuer: str) -> dict[str, Any]:
        _need(form, "refresh_token")
        self._clients.prove(form, audiences, self.tokens.now(), alone=False)
        refresh = self._refreshes.check(form["refresh_token"], form["client_id"])
        # one refresh token serves every resource
        wanted, permissions = self._granted(form.get("scope") or refresh.scope, form)
        cp1 = _capable(form)
        self._refreshes.use(form["refresh_token"], form["client_id"])
        return self._for_person(form, wanted, permissions, refresh.person, issuer, cp1=cp1)

    def _want(self, scope: str) -> Wanted:
        return read_scope(self._options.directory.cloud, scope)

    def _granted(self, scope: str, form: Form) -> tuple[Wanted, tuple[str, ...]]:
        """The delegated permissions that a scope brings.

        Raises:
            Denied: There is no consent for it.
        """
        wanted = self._want(scope)
        granted = wanted.resource.scopes or self._options.directory.scopes
        asked = tuple(name for name in wanted.permissions if name != ".default")
        if not self.consented or not set(asked) <= set(granted):
            client = form["client_id"]
            raise Denied(65001, client=client, app=APP_NAMES[client])
        return wanted, granted

    def _for_person(
        self,
        form: Form,
        wanted: Wanted,
        permissions: tuple[str, ...],
        person: Person,
        issuer: str,
        *,
        cp1: bool,
        nonce: str = "",
    ) -> dict[str, Any]:
        client = form["client_id"]
        names = [f"{wanted.audience}/{name}" for name in (*permissions, *wanted.permissions)]
        answer: dict[str, Any] = {
            "scope": " ".join(dict.fromkeys([*names, *sorted(wanted.protocol - {"offline_access"})])),
            "access_token": self.tokens.for_person(
                wanted.audience, permissions, person, client, seconds=self._options.token_seconds, cp1=cp1
            ),
        }
        if "offline_access" in wanted.protocol:
            answer["refresh_token"] = self._refreshes.open(client, person, wanted.scope)
        if "openid" in wanted.protocol:
            answer["id_token"] = self.tokens.id_token(person, client, issuer, nonce)
        if form.get("client_info") == "1":
            answer["client_info"] = self.tokens.client_info(person)
        return self._given(self._lives(answer))

    def _lives(self, answer: dict[str, Any]) -> dict[str, Any]:
        seconds = self._options.token_seconds
        times = {"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds}
        early = self._options.directory.refresh_in
        return {**times, **({} if early is None else {"refresh_in": early}), **answer}

    def _given(self, answer: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            self._handed_out.update(str(answer[name]) for name in _SECRET_ANSWERS if name in answer)
        return answer


def error_of(denied: Denied) -> str:
    """The OAuth error of a refusal."""
    return denied.error or ERRORS[denied.code].error


def is_tenant(name: str) -> bool:
    """Whether the tenant goes by that name."""
    return name.lower() in (TENANT_ID, "contoso.onmicrosoft.com", "contoso.com")


def _need(form: Form, *names: str) -> None:
    for name in names:
        if not form.get(name):
            raise Denied(900144, parameter=name)


def _capable(form: Form) -> bool:
    """Whether the client says that it handles claims challenges (`xms_cc` of the claims request).

    Raises:
        Denied: The claims request can't be read.
    """
    text = form.get("claims", "")
    if not text:
        return False
    try:
        asked = json.loads(text).get("access_token", {})
        values = asked.get("xms_cc", {}).get("values", [])
    except (ValueError, AttributeError) as error:
        raise Denied(9002313) from error
    return "cp1" in values
