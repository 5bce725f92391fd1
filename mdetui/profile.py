"""One tenant and one way to sign in, and what each way needs: data, next to nothing else.

Plain dataclasses, so that the first frame does not wait for a library.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mdetui.clouds import CLOUDS, Cloud

AUDIENCES = ("mde", "xdr", "graph")
STORES = ("auto", "memory", "file", "keyring")


@dataclass(frozen=True, slots=True)
class Method:
    """A way to sign in.

    Attributes:
        name: As written in a profile.
        title: For people.
        person: Whether the token is a person's (delegated permissions); else it is the app's.
        needs: Keys of a profile that can't be empty.
        takes: Keys that only belong to some methods and may stand here.
    """

    name: str
    title: str
    person: bool
    needs: tuple[str, ...]
    takes: tuple[str, ...] = ()


METHOD_TABLE: dict[str, Method] = {
    method.name: method
    for method in (
        Method("device-code", "type a code in a browser elsewhere", True, ("client_id",), ("store",)),
        Method(
            "browser",
            "open an address elsewhere, paste the one it ends at",
            True,
            ("client_id",),
            ("redirect_uri", "login_hint", "store"),
        ),
        Method("client-secret", "a secret of the app", False, ("client_id",), ("client_secret_file",)),
        Method(
            "certificate",
            "a certificate of the app",
            False,
            ("client_id", "certificate_file"),
            ("certificate_chain", "certificate_password_file"),
        ),
        Method(
            "federated",
            "an assertion of another identity provider, from a file",
            False,
            ("client_id", "assertion_file"),
        ),
        Method("managed-identity", "the identity of this Azure machine", False, ()),
        Method("token-command", "a program that prints a token", True, ("token_command",)),
    )
}
METHODS = tuple(METHOD_TABLE)

# what who sets up a profile is asked, in this order: the command line and the login screen
FIRST = ("name", "cloud", "tenant", "method")
QUESTIONS = {
    "name": "Name of the profile",
    "cloud": f"Cloud ({', '.join(CLOUDS)})",
    "tenant": "Tenant id or domain",
    "method": "Way to sign in",
    "client_id": "Application (client) id",
    "client_secret_file": "File with the client secret (empty: from the environment, or typed at sign-in)",
    "certificate_file": "Certificate: PEM with key and certificate, or .pfx",
    "certificate_password_file": "File with the certificate's password (empty: none, or from the environment)",
    "assertion_file": "File with the assertion",
    "token_command": "Command that prints a token, with its arguments",
    "analyst": "Your name, for comments and the ledger (an app has none)",
}


def asked_for(method: str) -> tuple[str, ...]:
    """Keys that are asked for after the first ones, in order, for a method; none when there is no such method."""
    rules = METHOD_TABLE.get(method)
    if rules is None:
        return ()
    own = (*rules.needs, *rules.takes, *(() if rules.person else ("analyst",)))
    return tuple(key for key in QUESTIONS if key in own)


@dataclass(frozen=True, slots=True)
class Profile:
    """One tenant and one way to sign in.

    Attributes:
        name: How the profile is called on screen, in the ledger and in row keys.
        cloud: `global`, `gcc`, `gcc-high` or `dod`.
        tenant: Tenant id (GUID) or domain.
        client_id: Application id of the app registration; "" is the system assigned identity of `managed-identity`.
        method: How a token is had, one of `METHODS`.
        client_secret_file: File with the client secret, mode 0600; "" looks in the environment and in systemd's
            credentials, else a person is asked. A secret itself is never in the configuration.
        certificate_file: PEM with key and certificate, or `.pfx` / `.p12`.
        certificate_chain: Whether the certificate's chain is sent along (`x5c`, subject name and issuer).
        certificate_password_file: File with the certificate's password; "" as for the client secret, but not every
            certificate has one.
        assertion_file: File with the assertion of another identity provider.
        token_command: Program and arguments; prints JSON with `access_token` and `expires_on`.
        redirect_uri: Where the browser ends after a sign-in elsewhere; nothing listens there.
        login_hint: Account that the sign-in page offers.
        store: Where a person's tokens are kept, one of `STORES`; an app keeps none.
        proxy: Address of the proxy; "" is the environment's, `none` is none.
        authority: Login authority, overrides the cloud's.
        base: API base per audience, overrides the cloud's.
        scope: Token scope per audience, overrides the cloud's.
        ca_bundle: PEM file with the certificate authorities to trust instead of the operating system's.
        connector: Which connector of the program reaches this tenant; not settable in a file.
        analyst: Who acts, when the token is an app's: goes into comments, the ledger and "assign to me".
        short: The tenant's short name, typed for wide actions; the profile's name when empty.
        write_minutes: Minutes the write lock is open after start; 0 means read-only.
        protected: Name globs of machines that are never part of a bulk.
        protected_tags: Machine tags that protect.
        protect_servers: Whether every server operating system protects.
        jump_hosts: Names or addresses of hosts people work from.
    """

    name: str
    cloud: str = "global"
    tenant: str = ""
    client_id: str = ""
    method: str = "client-secret"
    client_secret_file: str = ""
    certificate_file: str = ""
    certificate_chain: bool = False
    certificate_password_file: str = ""
    assertion_file: str = ""
    token_command: tuple[str, ...] = ()
    redirect_uri: str = "http://localhost:8400"
    login_hint: str = ""
    store: str = "auto"
    proxy: str = ""
    authority: str = ""
    base: dict[str, str] = field(default_factory=dict)
    scope: dict[str, str] = field(default_factory=dict)
    ca_bundle: str = ""
    connector: str = "network"
    analyst: str = ""
    short: str = ""
    write_minutes: int = 0
    protected: tuple[str, ...] = ()
    protected_tags: tuple[str, ...] = ()
    protect_servers: bool = False
    jump_hosts: tuple[str, ...] = ()

    @property
    def facts(self) -> Cloud:
        """Hosts and scopes of this profile's cloud."""
        return CLOUDS[self.cloud]

    @property
    def signs_in(self) -> Method:
        """What there is to know about this profile's method."""
        return METHOD_TABLE[self.method]

    def base_of(self, audience: str) -> str:
        """API base of an audience, without a slash at the end."""
        return (self.base.get(audience) or self.facts.base[audience]).rstrip("/")

    def scope_of(self, audience: str) -> str:
        """Token scope of an audience."""
        return self.scope.get(audience) or self.facts.scope[audience]

    @property
    def login(self) -> str:
        """Login authority: scheme, host and port."""
        return (self.authority or self.facts.login).rstrip("/")

    @property
    def short_name(self) -> str:
        """What is typed to confirm a wide action."""
        return self.short or self.name
