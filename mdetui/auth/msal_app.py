"""An app object of MSAL, and its failures in our words. Imported in worker threads only: msal costs 100 ms.

MSAL speaks the protocol. It neither owns tokens (`source.py` does) nor opens connections: requests go over the
profile's synchronous transport, so that there is one CA setting, one proxy decision, one simulator. It remembers
refusals and 5xx answers for up to 60 s and gives them again without asking, so an app that failed is thrown away.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import msal
from requests.exceptions import RequestException

from mdetui.auth import hints
from mdetui.auth.adapter import HttpxAdapter, TransportError, origin
from mdetui.auth.grant import Grant, Passing
from mdetui.auth.secret import Secret
from mdetui.config import Profile
from mdetui.errors import SignInError
from mdetui.net import TIMEOUT


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the authority said no with, as far as anything is decided by it.

    Attributes:
        error: OAuth's word, such as `invalid_grant`.
        suberror: What of it, such as `consent_required`.
        claims: What the next sign-in has to meet.
    """

    error: str = ""
    suberror: str = ""
    claims: str | None = None


class MsalApp:
    """One app object. Blocking; used by one thread at a time.

    Args:
        profile: Tenant and app.
        transport: What its requests go over.
        credential: What proves a confidential client, a secret or in the form MSAL takes; None makes a public client.
        certificate: What is known of the certificate it proves itself with, for a refusal.

    Attributes:
        refusal: What the newest refusal said.

    Raises:
        SignInError: The authority did not give its addresses, or does not know the tenant.
    """

    def __init__(
        self, profile: Profile, transport: httpx.BaseTransport, credential: object = None, certificate: str = ""
    ) -> None:
        self.profile = profile
        self.certificate = certificate
        self.refusal = Refusal()
        home = origin(httpx.URL(profile.login))
        self.http = HttpxAdapter(profile, transport, TIMEOUT, lambda url: origin(url) == home)
        self.cache = msal.SerializableTokenCache()
        common: dict[str, Any] = {
            "authority": f"{profile.login}/{profile.tenant}",
            "http_client": self.http,
            "token_cache": self.cache,
            # the only request that would go to a host nobody configured
            "instance_discovery": False,
            "client_capabilities": ["cp1"],
        }
        failed: SignInError | None = None
        try:
            if credential is None:
                self.app = msal.PublicClientApplication(profile.client_id, **common)
            else:
                self.app = msal.ConfidentialClientApplication(
                    profile.client_id,
                    client_credential=credential.reveal() if isinstance(credential, Secret) else credential,
                    azure_region=msal.ClientApplication.DISABLE_MSAL_FORCE_REGION,
                    **common,
                )
        except Exception as error:
            # any of them: MSAL trips in many ways over answers that are none
            failed = self._failure(error, "")
        if failed is not None:
            # not in the handler: MSAL's error would hang on to ours, with the answer in its text and its variables
            raise failed

    @property
    def tenant(self) -> str:
        """The tenant as the authority's own addresses name it: its id, also where the profile names a domain."""
        return str(self.app.authority.tenant)

    def ask(self, scope: str, function: Callable[..., Any], *args: Any, **named: Any) -> dict[str, Any]:
        """Call MSAL.

        Args:
            scope: What is asked for.
            function: A method of `app`.
            args: Its arguments.
            named: Its arguments.

        Returns:
            MSAL's answer, which may hold an `error`; empty when MSAL has nothing to say.

        Raises:
            SignInError: No answer came that can be read.
        """
        try:
            result = function(*args, **named)
        except SignInError as error:
            # of a credential that is read or made while MSAL asks for it
            failed = SignInError(error.what, error.todo, correlation_id=error.correlation_id)
        except Exception as error:
            failed = self._failure(error, scope)
        else:
            return result if isinstance(result, dict) else {}
        # as above, and what MSAL was called with holds secrets too
        del function, args, named
        raise failed

    def refused(self, answer: Mapping[str, Any], scope: str) -> SignInError:
        """The error for an answer without what was asked; `refusal` is set."""
        words = [
            value if isinstance(value := answer.get(name), str) else "" for name in ("error", "suberror", "claims")
        ]
        self.refusal = Refusal(words[0], words[1], words[2] or None)
        status = self.http.last.status_code if self.http.last is not None else 0
        error = hints.refused(self.profile, scope, answer, status, certificate=self.certificate)
        return Passing.of(error) if hints.is_busy(answer, status) else error

    def _failure(self, error: Exception, scope: str) -> SignInError:
        if isinstance(error, RequestException):
            known = hints.unreachable(self.profile, str(error))
            if not isinstance(error, TransportError):
                return Passing.of(known)
            return Passing(known.what, f"{error.todo.rstrip('.')}, then press r.")
        last = self.http.last
        if last is None:
            return hints.unreachable(self.profile, f"{self.profile.login} is no usable authority")
        if last.status_code == 429 or last.status_code >= 500:
            return Passing.of(hints.busy(self.profile, last.status_code))
        try:
            answer = json.loads(last.text)
        except (ValueError, RecursionError):
            answer = None
        if isinstance(answer, dict) and "error" in answer:
            return self.refused(answer, scope)
        return Passing.of(hints.strange(self.profile, last.status_code, last.headers.get("content-type", "")))


def grant_in(answer: Mapping[str, Any]) -> Grant | None:
    """The access token of MSAL's answer; None when there is none."""
    token = answer.get("access_token")
    if not isinstance(token, str) or not token:
        return None
    refresh_on = seconds(answer.get("refresh_on"), None)
    return Grant(
        Secret(token),
        seconds(answer.get("expires_in"), 300.0),
        None if refresh_on is None else max(0.0, refresh_on - time.time()),
    )


def seconds(value: object, otherwise: Any) -> Any:
    """A number of seconds that somebody sent, as a number or as text; `otherwise` when it is none that can be."""
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return otherwise
    return number if -1e10 < number < 1e10 else otherwise
