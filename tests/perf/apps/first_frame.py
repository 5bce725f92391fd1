"""What is imported and running when the first frame goes to the terminal: `first_frame FILE [arguments of mdetui]`.

Ends there: nothing is asked of any tenant.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path

from mdetui.cli import main
from mdetui.screens.curtain import Curtain


def tell() -> None:
    """Write it down and end."""
    found = {
        "modules": sorted(name for name, there in sys.modules.items() if there),
        "threads": sorted(thread.name for thread in threading.enumerate()),
    }
    Path(sys.argv[1]).write_text(json.dumps(found))
    os._exit(0)


class Watched(Curtain):
    """The first frame, which tells when it has been drawn."""

    def composed(self) -> None:
        """Drawn, once its top line has a size."""
        if self.query_one("#top").size.width:
            tell()


if __name__ == "__main__":
    import mdetui.app

    mdetui.app.Curtain = Watched  # type: ignore[attr-defined]
    main(sys.argv[2:])
