"""What the environment says about a profile: the names of azure-identity, where the profile leaves a value empty.

Source of the names: azure-identity's EnvironmentCredential and WorkloadIdentityCredential. Secrets are not read here:
`auth/secret.py` does, when they are needed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from mdetui.clouds import CLOUDS
from mdetui.errors import ConfigError
from mdetui.profile import METHOD_TABLE, Profile
from mdetui.profile_check import Refused, check

_VARIABLES = {
    "tenant": "AZURE_TENANT_ID",
    "client_id": "AZURE_CLIENT_ID",
    "certificate_file": "AZURE_CLIENT_CERTIFICATE_PATH",
    "certificate_chain": "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN",
    "assertion_file": "AZURE_FEDERATED_TOKEN_FILE",
    "authority": "AZURE_AUTHORITY_HOST",
}
# the first that is set tells the method, in the order of azure-identity
_CREDENTIALS = {
    "MDETUI_CLIENT_SECRET": "client-secret",
    "AZURE_CLIENT_SECRET": "client-secret",
    "AZURE_CLIENT_CERTIFICATE_PATH": "certificate",
    "AZURE_FEDERATED_TOKEN_FILE": "federated",
}


@dataclass(frozen=True, slots=True)
class Filled:
    """A profile, and the variable of each value that the environment gave."""

    profile: Profile
    sources: dict[str, str]


def fill(profile: Profile, given: Collection[str], environ: Mapping[str, str]) -> Filled:
    """Fill what a profile leaves empty from the environment.

    Args:
        profile: As written.
        given: Keys that somebody wrote: they win.
        environ: Environment.
    """
    method = METHOD_TABLE.get(profile.method)
    changes: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for key, variable in _VARIABLES.items():
        value = environ.get(variable, "").strip()
        if not value or key in given or (method is not None and not _belongs(key, method.name, given)):
            continue
        changes[key] = _value(key, value)
        sources[key] = variable
    return Filled(replace(profile, **changes), sources) if changes else Filled(profile, {})


def profile_of(name: str, environ: Mapping[str, str]) -> Filled | None:
    """The profile that the environment describes alone: tenant, application and a credential; None when it does not.

    Raises:
        ConfigError: It does, with a value that can't be used; names the variable.
    """
    if not (environ.get("AZURE_TENANT_ID") and environ.get("AZURE_CLIENT_ID")):
        return None
    variable = next((one for one in _CREDENTIALS if environ.get(one)), None)
    if variable is None:
        return None
    filled = fill(Profile(name=name, method=_CREDENTIALS[variable]), ("method",), environ)
    filled = replace(filled, sources={**filled.sources, "method": variable})
    cloud = next((cloud.name for cloud in CLOUDS.values() if cloud.login == filled.profile.authority), "")
    if cloud:
        # the host tells the cloud, as far as hosts do: GCC and DoD need a profile in the file
        filled = Filled(replace(filled.profile, cloud=cloud), {**filled.sources, "cloud": "AZURE_AUTHORITY_HOST"})
    try:
        check(filled.profile, ())
    except Refused as error:
        raise ConfigError(error.what, error.todo, where=filled.sources.get(error.key, "the environment")) from None
    return filled


def _belongs(key: str, method: str, given: Collection[str]) -> bool:
    if key == "authority":
        # a cloud that was written down has its own; another program's variable must not send the sign-in elsewhere
        return "cloud" not in given
    if key == "client_id":
        # there it would turn the system assigned identity into another one
        return method not in ("managed-identity", "token-command")
    rules = METHOD_TABLE[method]
    return key == "tenant" or key in rules.needs or key in rules.takes


def _value(key: str, value: str) -> Any:
    if key == "certificate_chain":
        return value.lower() in ("1", "true")
    if key == "authority":
        value = value.rstrip("/")
        return value if "://" in value else f"https://{value}"
    return value
