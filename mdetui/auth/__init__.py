"""Profile to access token. Knows MSAL, knows no endpoint."""
