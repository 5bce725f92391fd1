"""A configuration that connects to a served tenant: one profile for each way to sign in that the tenant can serve."""

from __future__ import annotations

import json
import os
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from mdetui.errors import ConfigError
from mdetui.simulator.directory import DESKTOP_ID
from mdetui.simulator.options import CLIENT_ID, TENANT_ID

if TYPE_CHECKING:
    from mdetui.simulator.credentials import Credentials

_MARK = "# Written by mdetui simulator: it may be overwritten by it."
_SECRET = "client-secret"
_CA = "ca.pem"
_PAIR = "app.pem"
_ASSERTION = "assertion"
_COMMAND = "print-token.py"
# whose name stands in comments when an app acts
_ANALYST = 'analyst = "you@contoso.com"'


def write_config(folder: Path, url: str, ca_pem: bytes, secret: str, credentials: Credentials | None = None) -> None:
    """Write `config.toml` and the files that its profiles name, each of mode 0600, into a folder, made when missing.

    Args:
        folder: Where.
        url: The tenant's address: authority, API and metadata service.
        ca_pem: The certificate authority to trust.
        secret: The service app's secret.
        credentials: Its others; without them there is the profile `simulator` only.

    Raises:
        ConfigError: The folder can't be written, or holds a config.toml that is not ours.
    """
    file = folder / "config.toml"
    written = {folder / _CA: ca_pem, folder / _SECRET: secret.encode()}
    profiles = [_profile("simulator", url, "client-secret", CLIENT_ID, f'client_secret_file = "{_SECRET}"', _ANALYST)]
    if credentials:
        script = folder.resolve() / _COMMAND
        written[folder / _PAIR] = credentials.pem.encode()
        written[folder / _ASSERTION] = credentials.assertion.encode()
        written[script] = _command(url).encode()
        profiles += _others(url, script)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if file.exists() and not file.read_text(encoding="utf-8").startswith(_MARK):
            raise ConfigError(
                f"{file} is not a file of the simulator.", "Give an empty folder.", where="--write-config"
            )
        for path, data in written.items():
            _write(path, data)
        _write(file, "\n".join([_MARK, *profiles]).encode())
    except OSError as error:
        raise ConfigError(
            f"{folder} can't be written: {error.strerror}.", "Give another folder.", where="--write-config"
        ) from error


def _others(url: str, script: Path) -> list[str]:
    """The profiles beside `simulator`."""
    # an absolute interpreter and script: the program may be started anywhere
    argv = json.dumps([sys.executable, "-I", str(script), "{scope}"])
    page = f"# Codes are typed at {url}/devicelogin."
    variable = f"# Start mdetui with AZURE_POD_IDENTITY_AUTHORITY_HOST={url} in its environment."
    return [
        page + _profile("simulator-device", url, "device-code", DESKTOP_ID),
        _profile("simulator-browser", url, "browser", DESKTOP_ID),
        _profile("simulator-certificate", url, "certificate", CLIENT_ID, f'certificate_file = "{_PAIR}"', _ANALYST),
        _profile("simulator-federated", url, "federated", CLIENT_ID, f'assertion_file = "{_ASSERTION}"', _ANALYST),
        _profile("simulator-command", url, "token-command", "", f"token_command = {argv}", _ANALYST),
        variable + _profile("simulator-identity", url, "managed-identity", "", _ANALYST),
    ]


def _profile(name: str, url: str, method: str, client_id: str, *more: str) -> str:
    client = [f'client_id = "{client_id}"'] if client_id else []
    lines = [
        "",
        f"[profiles.{name}]",
        f'tenant = "{TENANT_ID}"',
        *client,
        f'method = "{method}"',
        *more,
        f'authority = "{url}"',
        f'ca_bundle = "{_CA}"',
        "",
        f"[profiles.{name}.base]",
        *(f'{audience} = "{url}"' for audience in ("mde", "xdr", "graph")),
        "",
    ]
    return "\n".join(lines)


def _command(url: str) -> str:
    """A program that prints a token, as an organisation may have one. It knows nothing of mdetui."""
    return f'''"""Prints a token of the pretend tenant for the scope it is given."""

import json
import ssl
import sys
import time
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPSHandler, ProxyHandler, build_opener

here = Path(__file__).parent
trusted = ssl.create_default_context(cafile=here / "{_CA}")
form = {{
    "grant_type": "client_credentials",
    "client_id": "{CLIENT_ID}",
    "client_secret": (here / "{_SECRET}").read_text(),
    "scope": sys.argv[1],
}}
opener = build_opener(ProxyHandler({{}}), HTTPSHandler(context=trusted))
try:
    with opener.open("{url}/{TENANT_ID}/oauth2/v2.0/token", urlencode(form).encode()) as answer:
        given = json.load(answer)
except HTTPError as error:
    sys.exit(f"the authority refused it with status {{error.code}}")
print(json.dumps({{"access_token": given["access_token"], "expires_on": int(time.time()) + given["expires_in"]}}))
'''


def _write(path: Path, data: bytes) -> None:
    """A file that is whole or not there, never readable by others, never written through a link."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
