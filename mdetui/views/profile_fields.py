"""The fields of the profile form: what each is called, which methods have it, and a few sentences on it.

The values of a profile, what is allowed and what is needed stand in `profile` and `profile_check`, what an admin
registers in `auth.guide`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mdetui.auth import guide
from mdetui.clouds import CLOUDS
from mdetui.profile import AUDIENCES, METHOD_TABLE, METHODS, STORES, Profile
from mdetui.profile_check import OF_A_METHOD

YES_NO = ("no", "yes")
_API = {"mde": "Defender for Endpoint", "xdr": "incidents and hunting", "graph": "Microsoft Graph"}


def _always(method: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Spec:
    """One field.

    Attributes:
        key: Key of the profile; `base.mde` is the entry of a table.
        label: Before it, at most 13 characters.
        help: Sentences below the form while it has the focus, a line break where one belongs. `{name}`, `{login}`, `{api}` and `{secret}` are filled
            in: the profile's name, the cloud's hosts for sign-in and for the API, the command that makes a secret file.
        values: What can be chosen; empty for a text.
        empty: What holds while nothing is typed, from the profile as it stands; "" where something is needed.
        of: Whether a method has it, beside what the table of methods says.
        more: Whether it is one of those that are seldom needed.
    """

    key: str
    label: str
    help: str
    values: tuple[str, ...] = ()
    empty: Callable[[Profile], str] = lambda profile: ""
    of: Callable[[str], bool] = _always
    more: bool = False

    def belongs(self, method: str) -> bool:
        """Whether a method has this field."""
        rules = METHOD_TABLE[method]
        return self.of(method) and (self.key not in OF_A_METHOD or self.key in (*rules.needs, *rules.takes))


def _client_id_when_empty(profile: Profile) -> str:
    return "the machine's own identity" if profile.method == "managed-identity" else ""


def _address(table: str, audience: str) -> Spec:
    """An address or a scope of the cloud that can be overridden."""
    if table == "base":
        help_ = f"Address of the API for {_API[audience]}, scheme and host. Such as that of a region near the tenant"
        help_ += ", https://eu.api.security.microsoft.com." if audience == "mde" else "."
    else:
        help_ = f"What a token for {_API[audience]} is asked for; it ends in /.default."
    return Spec(
        f"{table}.{audience}",
        f"{table.capitalize()} {audience}",
        f"{help_} Empty: the cloud's.",
        empty=lambda profile: (CLOUDS[profile.cloud].base if table == "base" else CLOUDS[profile.cloud].scope)[
            audience
        ],
        more=True,
    )


SPECS: dict[str, Spec] = {
    spec.key: spec
    for spec in (
        Spec(
            "name",
            "Name",
            "How the profile is called here, in the ledger and in --profile. Such as contoso. It can't be changed later.",
        ),
        Spec(
            "cloud",
            "Cloud",
            "global, unless the tenant is one of the US government: gcc, gcc-high or dod. You sign in at {login}, "
            "the API is {api}.",
            tuple(CLOUDS),
        ),
        Spec(
            "tenant",
            "Tenant",
            "Directory (tenant) ID, or a domain of the tenant: Entra admin center > Overview. Such as "
            "contoso.onmicrosoft.com. A profile is for exactly one tenant.",
        ),
        Spec("method", "Sign in by", "", METHODS),
        Spec(
            "client_id",
            "Client id",
            "Application (client) ID, not the Object ID: Entra admin center > App registrations > the app > Overview. "
            "Such as 22222222-2222-2222-2222-222222222222.",
            empty=_client_id_when_empty,
            of=lambda method: method != "token-command",
        ),
        Spec(
            "client_secret_file",
            "Secret file",
            "A file with the secret's Value; the secret itself never goes in here. Empty: MDETUI_CLIENT_SECRET, else you "
            "are asked. Make the file once the profile is saved, paste the Value, then Enter and ctrl+d:\n{secret}",
            empty=lambda profile: "the environment, else you are asked at sign-in",
        ),
        Spec(
            "certificate_file",
            "Certificate",
            "A PEM with key and certificate, or a .pfx, mode 0600. Such as {name}.pem, which is looked for beside "
            "the configuration file.",
        ),
        Spec(
            "certificate_chain",
            "Send chain",
            "yes sends the certificate's chain along (x5c), for apps that trust a subject name and issuer.",
            YES_NO,
        ),
        Spec(
            "certificate_password_file",
            "Password file",
            "A file of mode 0600 with the password of the certificate; the password itself never goes in here. Empty: "
            "MDETUI_CERTIFICATE_PASSWORD, else there is none, or you are asked.",
            empty=lambda profile: "none, or the environment",
        ),
        Spec(
            "assertion_file",
            "Assertion",
            "The file into which the other identity provider writes its assertion; it is read anew each time. Such as "
            "/var/run/secrets/azure/tokens/azure-identity-token.",
        ),
        Spec(
            "token_command",
            "Command",
            "Program and arguments, quoted as for a shell, though none is run. {scope}, {tenant} and {audience} are "
            "filled in. Such as /usr/local/bin/mde-token --for {scope}. No secret: others can read it.",
        ),
        Spec(
            "redirect_uri",
            "Redirect URI",
            "Where the browser ends after the sign-in; nothing listens there. It has to be registered, and "
            "http://localhost stands for every port of it.",
            empty=lambda profile: Profile("").redirect_uri,
        ),
        Spec(
            "login_hint",
            "Account",
            "The account that the sign-in page offers. Such as j.ito@contoso.com.",
            empty=lambda profile: "the page asks",
        ),
        Spec(
            "analyst",
            "Analyst",
            "Who you are: an app has no name. It goes into comments and the ledger, and is who alerts are assigned to. "
            "Such as j.ito@contoso.com.",
            empty=lambda profile: "asked before the first write",
            of=lambda method: not METHOD_TABLE[method].person,
        ),
        Spec(
            "store",
            "Tokens kept",
            "auto: in the runtime folder until logout, else in memory. memory: until you quit. file: on the disk, "
            "mode 0600. keyring: where one works.",
            STORES,
            more=True,
        ),
        Spec(
            "proxy",
            "Proxy",
            "http://host:port, or none for no proxy. A proxy's password never goes in here: set HTTPS_PROXY in the "
            "environment.",
            empty=lambda profile: "HTTPS_PROXY and NO_PROXY of the environment",
            more=True,
        ),
        Spec(
            "ca_bundle",
            "CA bundle",
            "A PEM file with the certificate authorities to trust in place of the operating system's. Such as "
            "/etc/ssl/company.pem, for a proxy that opens TLS.",
            empty=lambda profile: "those of the operating system",
            more=True,
        ),
        Spec(
            "short",
            "Short name",
            "The tenant's short name: you type it to confirm an action on many machines.",
            empty=lambda profile: profile.name or "the profile's name",
            more=True,
        ),
        Spec(
            "write_minutes",
            "Write lock",
            "Minutes for which writes are open after the start, at most 480. 0 is best: read-only until you say "
            ":write 30m.",
            empty=lambda profile: "0, read-only",
            more=True,
        ),
        Spec(
            "authority",
            "Authority",
            "Where to sign in, scheme and host, where that is not the cloud's. Empty: the cloud's.",
            empty=lambda profile: CLOUDS[profile.cloud].login,
            more=True,
        ),
        *(_address(table, audience) for table in ("base", "scope") for audience in AUDIENCES),
    )
}
# lines of the form that are no fields
MORE, SAVE = "more", "save"
MORE_HELP = (
    "What is seldom needed: proxy, CA bundle, short name, addresses. Enter shows or hides it. Protected machines and "
    "jump hosts are lists: write them into the file."
)
SAVE_HELP = "Enter checks the profile and writes it. What else stands in the file stays, comments too."


def registration(method: str) -> list[str]:
    """What there is to set up for a method, in a few sentences."""
    return [f"What to set up: {guide.steps(method)[0]}", "All of it, and the permissions: mdetui help auth"]
