"""The OAuth authority of the pretend tenant, and the handle that tests hold.

`Authority` is at `mounted.tenant.authority` (in this process) and at `served.tenant.authority` (over TLS). Everything on
it may be used from any thread:

- `devices["ABCD12345"]`, `devices.newest()`: a device code that was handed out. `approve(person)`, `decline()`, `expire()`,
  `slow_down(times)`, `fail(53003)` decide what its next poll is told; `polls` counts them.
- `person`: who signs in at the authorize endpoint and approves codes; assign another `Person`.
- `refuse_sign_in(65004)`: the next visit of the authorize endpoint ends with an error redirect.
- `consented = False`: people get 65001 instead of tokens.
- `end_sessions(50173)`: every refresh token so far is refused with that code.
- `revoke()`, `expire()`: the same for access tokens, at the API (claims challenge, plain 401).
- `overrides`: claims forced into every token from now on, e.g. `{"tid": ...}`.
- `issue(...)`: a token without any sign-in.
- `handed_out()`, `presented()`: every secret the authority gave or was given, for tests that look for leaks.

Refusals by code: the fault `aadsts=CODE[@/token/refresh_token][*COUNT]`, see `options.FAULTS`. Credentials and times are
in `directory.Directory`, at `Options.directory`.
"""

from mdetui.simulator.authority.core import Authority
from mdetui.simulator.authority.devices import Device, Devices

__all__ = ["Authority", "Device", "Devices"]
