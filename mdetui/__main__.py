"""`python -m mdetui`."""

import sys

from mdetui.cli import main

sys.exit(main())
