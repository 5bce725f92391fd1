"""Sizes at which screens change."""

from __future__ import annotations

# below this nothing is drawn but a message, and no key acts: columns, rows
SMALLEST = (60, 15)
# columns from which the preview stands beside the list
WIDE = 120
# rows from which there is room for a preview below the list
TALL = 22
