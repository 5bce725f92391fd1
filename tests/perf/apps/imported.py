"""What a command line imports: `imported [arguments of mdetui]` writes the modules to the error output."""

from __future__ import annotations

import sys

from mdetui.cli import main

if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    finally:
        sys.stderr.write("\n".join(name for name, there in sys.modules.items() if there))
