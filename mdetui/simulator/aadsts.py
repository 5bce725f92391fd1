"""The authority's refusals: code -> status, `error`, `suberror`, text. Data only.

Sources: Microsoft's list of AADSTS codes, recorded answers in public issues (azure-cli, kubelogin, MSAL), the device code
and error pages of the identity platform. `{...}` are filled in from the request. Where no recorded answer was found, `error`
follows the table of the sign-in design and there is no `suberror`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """How one code is answered.

    Attributes:
        error: OAuth error.
        text: After `AADSTSn: `.
        status: HTTP status.
        suberror: "" when none is known.
        claims: Whether the answer carries `claims` for the next interactive sign-in.
    """

    error: str
    text: str
    status: int = 400
    suberror: str = ""
    claims: bool = False


def _grant(text: str, suberror: str = "", *, claims: bool = False) -> Entry:
    return Entry("invalid_grant", text, suberror=suberror, claims=claims)


def _client(text: str) -> Entry:
    return Entry("invalid_client", text, 401)


def _step_up(text: str) -> Entry:
    return Entry("interaction_required", text, suberror="basic_action", claims=True)


def _request(text: str) -> Entry:
    return Entry("invalid_request", text)


ERRORS: dict[int, Entry] = {
    # device code
    70016: Entry("authorization_pending", "OAuth 2.0 device flow error. Authorization is pending. Continue polling."),
    70018: Entry("authorization_declined", "Authorization was declined, or the user typed a wrong code."),
    70019: Entry("expired_token", "Verification code expired. Have the user retry the sign-in."),
    70020: Entry(
        "expired_token",
        "The provided value for the input parameter 'device_code' is not valid. This device code has expired.",
    ),
    50199: Entry("interaction_required", "For security reasons, user confirmation is required for this request."),
    # more proof of who it is
    50072: _step_up("The user must enroll in multi-factor authentication to access '{resource}'."),
    50074: _step_up("Strong Authentication is required."),
    50076: _step_up(
        "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access '{resource}'."
    ),
    50078: _step_up("Presented multi-factor authentication has expired, you must refresh it to access '{resource}'."),
    50079: _step_up(
        "Due to a configuration change made by your administrator, or because you moved to a new location, you must enroll in multi-factor authentication to access '{resource}'."
    ),
    # Conditional Access
    53000: _grant("Device is not in required device state: compliant.", "message_only", claims=True),
    53001: _grant("Device is not in required device state: domain_joined.", "message_only", claims=True),
    53003: _grant(
        "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
        "message_only",
        claims=True,
    ),
    50005: _grant("User tried to log in to a device from a platform that's currently not supported through Conditional Access policy."),
    50097: _grant("Device authentication is required."),
    530003: _grant("Your device is required to be managed to access this resource."),
    530032: _grant("Blocked by security policy of the tenant."),
    530033: _grant("Your device is required to be managed to access this resource; device code can't prove that."),
    530035: _grant("Access has been blocked by security defaults."),
    # consent
    65001: _grant(
        "The user or administrator has not consented to use the application with ID '{client}' named '{app}'. Send an interactive authorization request for this user and resource.",
        "consent_required",
    ),
    65004: Entry("access_denied", "User declined to consent to access the app."),
    90094: _grant("An administrator of Contoso has set a policy that prevents you from granting {app} the permissions it is requesting.", "consent_required"),
    90095: _grant("Admin consent is required for the permissions requested by {app}.", "consent_required"),
    650056: _request("Misconfigured application. This could be because the client has not listed any permissions for '{resource}' in the requested permissions, or the admin has not consented in the tenant."),
    # the app and its credential
    7000215: _client("Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{client}'."),
    7000216: _client("'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type."),
    7000218: _client("The request body must contain the following parameter: 'client_assertion' or 'client_secret'."),
    7000222: _client("The provided client secret keys for app '{client}' are expired. Visit the Azure portal to create new keys for your app."),
    50012: _client("Authentication failed: {reason}."),
    50013: _client("Assertion failed signature validation. [Reason - {reason}]"),
    50027: _client("JWT token is invalid or malformed: {reason}."),
    700021: _client("Client assertion application identifier doesn't match 'client_id' parameter."),
    700023: _client("Client assertion audience claim does not match Realm issuer."),
    700024: _client("Client assertion is not within its valid time range. Current time: {now}, assertion valid from {start}, expiry time of assertion {end}."),
    700025: _client("Client is public so neither 'client_assertion' nor 'client_secret' should be presented."),
    700027: _client("Client assertion failed signature validation. [Reason - {reason}, Thumbprint of key used by client: '{thumbprint}', Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id '{client}']"),
    700030: _client("Invalid certificate - subject name in certificate is not authorized. SubjectNames/SubjectAlternativeNames (up to 10) in token certificate are: {subject}."),
    700211: _client("No matching federated identity record found for presented assertion issuer '{issuer}'."),
    700212: _client("No matching federated identity record found for presented assertion audience '{audience}'."),
    700213: _client("No matching federated identity record found for presented assertion subject '{subject}'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion."),
    700011: Entry("unauthorized_client", "Application with identifier '{client}' was not found in the directory."),
    700016: Entry("unauthorized_client", "Application with identifier '{client}' was not found in the directory 'Contoso'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant."),
    7000112: Entry("unauthorized_client", "Application '{client}'({app}) is disabled."),
    7000229: Entry("unauthorized_client", "The client application {client} is missing service principal in the tenant Contoso."),
    # tenant, resource, request
    90002: Entry("invalid_tenant", "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud."),
    90038: Entry("invalid_tenant", "Tenant '{tenant}' request is being redirected to the National Cloud 'MicrosoftOnline.US'."),
    900023: Entry("invalid_tenant", "Specified tenant identifier '{tenant}' is neither a valid DNS name, nor a valid external domain."),
    500011: Entry("invalid_resource", "The resource principal named {resource} was not found in the tenant named Contoso. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant."),
    650052: Entry("invalid_resource", "The app needs access to a service ('{resource}') that your organization 'Contoso' has not subscribed to or enabled."),
    650057: Entry("invalid_resource", "Invalid resource. The client has requested access to a resource which is not listed in the requested permissions in the client's application registration. Resource value from request: {resource}."),
    28000: _request("Provided value for the input parameter scope is not valid because it contains more than one resource."),
    70011: Entry("invalid_scope", "The provided value for the input parameter 'scope' is not valid. The scope {scope} is not valid."),
    1002012: Entry("invalid_scope", "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI)."),
    900144: _request("The request body must contain the following parameter: '{parameter}'."),
    9002313: _request("Invalid request. Request is malformed or invalid."),
    70003: Entry("unsupported_grant_type", "The app requested an unsupported grant type '{grant}'."),
    50011: _request("The redirect URI '{redirect}' specified in the request does not match the redirect URIs configured for the application '{client}'."),
    500113: _request("No reply address is registered for the application."),
    500112: _client("The reply address '{redirect}' does not match the reply address '{registered}' provided when requesting Authorization code."),
    501481: _grant("The Code_Verifier does not match the code_challenge supplied in the authorization request."),
    54005: _grant("OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token."),
    # the account
    16000: Entry("interaction_required", "Either multiple user identities are available for the current request or selected account is not supported for the scenario."),
    50020: _grant("User account '{user}' from identity provider does not exist in tenant 'Contoso' and cannot access the application '{client}'({app}) in that tenant."),
    50034: _grant("The user account {user} does not exist in the Contoso directory. To sign into this application, the account must be added to the directory."),
    50053: _grant("The account is locked, you've tried to sign in too many times with an incorrect user ID or password."),
    50057: _grant("The user account is disabled."),
    50105: _grant("Your administrator has configured the application {app} ('{client}') to block users unless they are specifically granted ('assigned') access to the application."),
    # the session
    70000: _grant("Provided grant is invalid or malformed.", "bad_token"),
    70008: _grant("The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.", "bad_token"),
    70043: _grant("The refresh token has expired or is invalid due to sign-in frequency checks by conditional access.", "token_expired"),
    700082: _grant("The refresh token has expired due to inactivity. The token was inactive for 90.00:00:00.", "bad_token"),
    50132: _grant("Session is not valid due to password expiration or recent password change."),
    50133: _grant("Session is not valid due to password expiration or recent password change."),
    50173: _grant("The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password.", "bad_token"),
    # load
    50196: _grant("The server terminated an operation because it encountered a client request loop."),
    90033: Entry("temporarily_unavailable", "A transient error has occurred. Please try again.", 503),
    90055: Entry("temporarily_unavailable", "There are too many incoming requests.", 429),
}  # fmt: skip


class Denied(Exception):
    """A request the authority refuses.

    Args:
        code: One of `ERRORS`.
        error: Overrides the table's `error`.
        facts: What the text names.
    """

    def __init__(self, code: int, *, error: str = "", **facts: str) -> None:
        super().__init__(f"AADSTS{code}")
        self.code = code
        self.error = error
        self.facts = facts


class _Facts(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "(not said)"


def describe(code: int, facts: dict[str, str]) -> str:
    """`AADSTSn: text`, without the lines with the ids."""
    return f"AADSTS{code}: {ERRORS[code].text.format_map(_Facts(facts))}"
