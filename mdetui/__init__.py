"""mdetui: Microsoft Defender for Endpoint in a terminal."""

import sys

__version__ = "0.1.0"

# httpx imports its own command line, with click, pygments and half of rich, wherever click happens to be installed:
# 20 ms of every start and 4 MiB. An import of None fails as if it were not there, which httpx is ready for.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
