"""The codes of Entra ID that people meet, in words: data.

Sources: Microsoft's list of AADSTS error codes, and issue threads of the Azure CLI and kubelogin for those that the
list does not explain. Microsoft says that the numbers may change, so they only choose words: nothing is decided by them.

Filled in where they stand in braces: tenant, client, cloud, login (the authority), file (of the secret or certificate),
certificate (what is known of it), scope, permissions, consent (the address an admin opens), redirect, clock (ours).
"""

from __future__ import annotations

from dataclasses import dataclass

_AGAIN = "Press r to sign in again"
_ADMIN = "Ask who runs the tenant's policies"


@dataclass(frozen=True, slots=True)
class Hint:
    """What a code means.

    Attributes:
        what: What happened: the end of the sentence "The sign-in of profile p was refused: ...".
        todo: What to do about it, a sentence or two.
        app: The same for methods without a person, where it differs.
        device: The same for the device code, where it differs.
    """

    what: str
    todo: str
    app: str = ""
    device: str = ""


_MFA = Hint(
    "it needs a second factor, or the proof of it is too old, or one must be registered first",
    f"{_AGAIN}; what is asked for is passed along.",
    app="An app can't do that: check client_id {client} and method of the profile, then press r.",
)
_BLOCKED = Hint(
    "a Conditional Access policy of the tenant blocked it",
    f"{_ADMIN} about app {{client}}, or try the device code: press d.",
    app=f"{_ADMIN} about app {{client}} (workload identities, locations), then press r.",
    device="Most tenants that block this block the device code, sometimes only when it is renewed: press b to use the "
    "browser elsewhere.",
)
_DEVICE = Hint(
    "a policy of the tenant wants a managed or compliant device",
    "Use the browser of your managed workstation (press b), or ask for an exclusion.",
    app=f"{_ADMIN} about app {{client}}, then press r.",
    device="With a device code the device always counts as unregistered: press b and use the browser of your managed "
    "workstation.",
)
_CONSENT = Hint(
    "the app {client} lacks consent in this tenant",
    "An admin must grant {permissions}: {consent} - then press r.",
)
_CERTIFICATE = Hint(
    "the certificate is not registered with the app {client}, its subject is not allowed there, or the clock is off",
    "Compare with the app registration: {certificate}; the clock of this host says {clock}. Press r to try again.",
)
_UNKNOWN_APP = Hint(
    "the app {client} is not known in tenant {tenant}",
    "Check client_id, tenant and cloud ({cloud}) of the profile, and that the app is installed there; press r to try "
    "again.",
)
_NO_TENANT = Hint(
    "there is no tenant {tenant} in cloud {cloud}",
    "Check the spelling of tenant; a tenant of another cloud needs another cloud in the profile. Press r to try again.",
)
_NO_SERVICE = Hint(
    "the tenant {tenant} has no Defender for Endpoint service of the name {scope}",
    "Check cloud and scope of the profile, and that the tenant has the licence and has opened the portal once; "
    "press r to try again.",
)
_OTHER_ACCOUNT = Hint(
    "this account is not in tenant {tenant}",
    f"{_AGAIN} and choose an account of that tenant.",
)
_ENDED = Hint(
    "the session has ended: it was idle too long, too old, revoked, or the password changed",
    f"{_AGAIN}.",
    app="Press r; if it stays, look whether the app's credential was changed.",
)
_REDIRECT = Hint(
    "the app {client} does not know the address {redirect}",
    "Register http://localhost under Mobile and desktop applications of the app registration, then press b.",
)
_DECLINED = Hint("it was declined, or the code was mistyped", "Press r to start again, or b for the browser elsewhere.")
_EXPIRED_CODE = Hint("the code expired after 15 minutes", "Press r for a new code.")
_USED_CODE = Hint("this address was used already or is too old", "Press b for a new one and paste it at once.")
BUSY = Hint("the sign-in service is busy", "Wait a minute, then press r.")

HINTS: dict[int, Hint] = {
    70016: Hint("it still waits for you to finish in the browser", "Finish there; nothing has to be pressed here."),
    70018: _DECLINED,
    70019: _EXPIRED_CODE,
    70020: _EXPIRED_CODE,
    50199: Hint(
        "the browser asks whether you are trying to sign in to this app",
        "Answer it there with Continue, then press r.",
    ),
    **dict.fromkeys((50076, 50078, 50079, 50074, 50072), _MFA),
    **dict.fromkeys((53003, 530032), _BLOCKED),
    **dict.fromkeys((53000, 53001, 50097, 530003, 530033), _DEVICE),
    530035: Hint(
        "the security defaults of the tenant block this way to sign in",
        "Press b to use the browser elsewhere, or ask who runs the tenant.",
        app="Ask who runs the tenant, then press r.",
    ),
    50005: Hint(
        "a policy of the tenant does not accept this platform",
        "Press b and use the browser of a workstation that the policy accepts, or ask for an exclusion.",
        app=f"{_ADMIN} about app {{client}}, then press r.",
    ),
    **dict.fromkeys((65001, 90094, 90095, 650056, 65004), _CONSENT),
    7000215: Hint(
        "the client secret is wrong",
        "Put the secret's Value (not its Secret ID) into {file}, then press r.",
    ),
    7000222: Hint(
        "the client secret expired",
        "Make a new secret for app {client} and put its value into {file}, or move to a certificate; then press r.",
    ),
    **dict.fromkeys((700027, 700030, 50012, 700024), _CERTIFICATE),
    **dict.fromkeys(
        (700213, 700211, 700212),
        Hint(
            "no federated credential of app {client} matches the issuer, subject or audience of the assertion",
            "Compare the federated credentials of the app registration with the assertion in {file}, then press r.",
        ),
    ),
    **dict.fromkeys((700016, 700011, 7000229), _UNKNOWN_APP),
    7000112: Hint("the app {client} is switched off in tenant {tenant}", "Ask who runs the tenant, then press r."),
    7000218: Hint(
        "the app {client} is not a public client",
        'Set "Allow public client flows" to Yes under Authentication of the app registration, then press r.',
    ),
    700025: Hint(
        "the app {client} is a public client, which can have no secret and no certificate",
        "Use method device-code or browser in the profile, or another app registration; press r to try again.",
    ),
    **dict.fromkeys((90002, 90038, 900023), _NO_TENANT),
    **dict.fromkeys((500011, 650057, 650052), _NO_SERVICE),
    **dict.fromkeys((50011, 500113), _REDIRECT),
    **dict.fromkeys((50020, 16000, 50034), _OTHER_ACCOUNT),
    50105: Hint(
        "this account is not assigned to the app {client}",
        "Ask for an assignment (Enterprise applications, Users and groups), then press r.",
    ),
    50053: Hint("this account is locked", "Wait or ask who runs the tenant, then press r."),
    50057: Hint("this account is switched off", f"{_AGAIN} with another account."),
    **dict.fromkeys((70008, 700082, 70043, 50173, 50132, 50133), _ENDED),
    54005: _USED_CODE,
    50196: Hint(
        "too many identical requests were made",
        "Wait a minute, then press r; please report it, this program should not do that.",
    ),
    90055: BUSY,
}

# `error` of an answer without a code that is known
BY_ERROR: dict[str, Hint] = {
    "authorization_pending": HINTS[70016],
    "authorization_declined": _DECLINED,
    "access_denied": _DECLINED,
    "expired_token": _EXPIRED_CODE,
    "interaction_required": Hint("a person must sign in again", f"{_AGAIN}."),
    "login_required": _ENDED,
    "consent_required": _CONSENT,
    "invalid_tenant": _NO_TENANT,
    "invalid_resource": _NO_SERVICE,
}
