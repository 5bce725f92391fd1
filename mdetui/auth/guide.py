"""`mdetui help auth`: what an admin registers for each way to sign in, with which permissions, and where secrets go."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from mdetui.clouds import CLOUDS
from mdetui.config import METHOD_TABLE
from mdetui.permissions import PERMISSIONS, Permission

WIDTH = 80

# method -> steps of its own, in the Entra admin center
_STEPS: dict[str, tuple[str, ...]] = {
    "device-code": (
        'Authentication > Advanced settings: set "Allow public client flows" to Yes.',
        "Delegated permissions, see below, and Grant admin consent.",
        "Many tenants block this way by Conditional Access, and a device code counts as an unregistered device: take "
        "browser then.",
    ),
    "browser": (
        "Authentication > Add a platform > Mobile and desktop applications: add http://localhost as redirect URI.",
        "Delegated permissions, see below, and Grant admin consent.",
        "You open an address on your workstation, sign in, and paste the address at which the browser ends (it shows "
        "an error there) into mdetui. Paste it nowhere else. Whoever watches sign-ins may see an alert for it: the code "
        "is asked for at one address and used at another.",
    ),
    "client-secret": (
        "Certificates & secrets > New client secret; copy its Value, not its Secret ID.",
        "Application permissions, see below, and Grant admin consent.",
        "The app sees every machine, and actions are the app's: set analyst in the profile.",
    ),
    "certificate": (
        "Certificates & secrets > Certificates > Upload: the certificate without its key.",
        "Application permissions, see below, and Grant admin consent.",
        "certificate_file is a PEM with key and certificate, or a .pfx, mode 0600. certificate_chain = true sends the "
        "chain along, for apps that trust a subject name and issuer.",
    ),
    "federated": (
        "Certificates & secrets > Federated credentials: issuer, subject and audience of the assertion.",
        "Application permissions, see below, and Grant admin consent.",
        "assertion_file is read anew for each request, so that it may be rotated; without it "
        "AZURE_FEDERATED_TOKEN_FILE is taken.",
    ),
    "managed-identity": (
        "No app registration: switch on the identity of the Azure machine, or assign one and set client_id to its id.",
        "Application permissions, see below, granted to it as app roles (PowerShell or Microsoft Graph).",
        "Every user of that machine who reaches its metadata address has these rights: for looking only.",
    ),
    "token-command": (
        'mdetui runs token_command and reads {"access_token": "...", "expires_on": seconds since 1970} from its output. '
        "{scope}, {tenant} and {audience} are filled in in its arguments. What has to be registered depends on the "
        "program.",
        "It is run without a shell and without the variables that hold secrets.",
    ),
}
_CONFIG: dict[str, tuple[str, ...]] = {
    "device-code": (),
    "browser": (),
    "client-secret": ('client_secret_file = "contoso.secret"   # beside config.toml, 0600',),
    "certificate": ('certificate_file = "contoso.pem"        # beside config.toml, 0600',),
    "federated": ('assertion_file = "/var/run/secrets/azure/tokens/azure-identity-token"',),
    "managed-identity": (),
    "token-command": ('token_command = ["/usr/local/bin/mde-token", "--json"]',),
}
_SECRETS = (
    "A file of mode 0600 that is yours: client_secret_file, certificate_password_file.",
    "The environment: MDETUI_CLIENT_SECRET or AZURE_CLIENT_SECRET; for a certificate's password "
    "MDETUI_CERTIFICATE_PASSWORD or AZURE_CLIENT_CERTIFICATE_PASSWORD. They are dropped once read, so that programs "
    "started from mdetui do not inherit them.",
    "systemd: LoadCredential=contoso.client-secret:/path, named after the profile; for a password "
    "contoso.certificate-password.",
    "Typed when mdetui asks; kept in memory only.",
)


def guide() -> str:
    """The whole text, at most 80 columns wide."""
    return "\n".join(_lines()) + "\n"


def steps(method: str) -> tuple[str, ...]:
    """What is particular about a method, step by step: what is registered for it comes first."""
    return _STEPS[method]


def example(method: str) -> str:
    """A profile of `config.toml` for a method."""
    lines = ["[profiles.contoso]", f'method = "{method}"', 'tenant = "contoso.onmicrosoft.com"          # or its id']
    if "client_id" in METHOD_TABLE[method].needs:
        lines.append('client_id = "22222222-2222-2222-2222-222222222222"')
    return "\n".join([*lines, *_CONFIG[method]])


def _lines() -> Iterator[str]:
    yield "SIGN IN WITH MDETUI"
    yield ""
    yield from _paragraph(
        "mdetui asks Entra ID for a token of an app registration of your own tenant. Somebody who may register apps "
        "and grant admin consent does this once:"
    )
    yield ""
    yield from _steps(
        (
            "Entra admin center > App registrations > New registration: any name, this organizational directory only.",
            "API permissions > Add a permission > APIs my organization uses: type WindowsDefenderATP (it is listed "
            "only where the tenant has Defender for Endpoint).",
            "Then what is said below for the way to sign in.",
            "Note Directory (tenant) ID and Application (client) ID, and run: mdetui profiles add",
        )
    )
    yield ""
    yield "WAYS TO SIGN IN"
    for name, method in METHOD_TABLE.items():
        yield ""
        yield f"{name}: {method.title}"
        yield from _steps(_STEPS[name])
        yield ""
        yield from (f"     {line}" for line in example(name).splitlines())
    yield ""
    yield "PERMISSIONS"
    yield ""
    yield from _paragraph(
        "Delegated permissions are for device-code and browser: what a person may do is these AND the person's role in "
        "Defender AND the device groups. Application permissions are for the others. All are WindowsDefenderATP's "
        "unless said. After a change, sign in again."
    )
    for responds, title in ((False, "To look (viewer):"), (True, "To respond (responder), also:")):
        yield ""
        yield title
        yield from _table([one for one in PERMISSIONS if one.responds == responds and one.used])
    yield ""
    yield "For more lists, and for what comes next:"
    yield from _table([one for one in PERMISSIONS if not one.used])
    yield ""
    yield "WHERE SECRETS GO"
    yield ""
    yield from _paragraph("Never into config.toml and never on the command line. In this order:")
    yield from _steps(_SECRETS)
    yield ""
    yield "CLOUDS"
    yield ""
    for cloud in CLOUDS.values():
        login, base = (url.removeprefix("https://") for url in (cloud.login, cloud.base["mde"]))
        yield f"  {cloud.name:<9} {login:<26} {base}"
    yield ""
    yield from _paragraph(
        "authority, base.mde, base.xdr, base.graph and scope.mde, scope.xdr, scope.graph override these. "
        "AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_CERTIFICATE_PATH, AZURE_CLIENT_SEND_CERTIFICATE_CHAIN, "
        "AZURE_FEDERATED_TOKEN_FILE and AZURE_AUTHORITY_HOST fill what a profile leaves empty."
    )


def _table(rows: list[Permission]) -> Iterator[str]:
    yield f"  {'APPLICATION':<32} {'DELEGATED':<26} FOR"
    for one in rows:
        names = f"  {one.application:<32} {one.delegated:<26}"
        # a name that is too long for its column takes the line for itself
        if len(names) + 1 + len(one.gives) <= WIDTH:
            yield f"{names} {one.gives}"
        else:
            yield names.rstrip()
            yield f"{one.gives:>{WIDTH}}"


def _steps(steps: tuple[str, ...]) -> Iterator[str]:
    for number, step in enumerate(steps, 1):
        yield from textwrap.wrap(
            f"{number}. {step}", WIDTH, initial_indent="  ", subsequent_indent="     ", break_long_words=False
        )


def _paragraph(words: str) -> Iterator[str]:
    yield from textwrap.wrap(words, WIDTH, break_long_words=False)
