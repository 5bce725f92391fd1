"""Long work in slices, so that no single turn of the event loop takes longer than a frame."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeVar

T = TypeVar("T")

# Rows handled in one call. The budget allows 2,000; 1,000 rows cost 1 to 5 ms (9 when every row of a page has its place
# somewhere else among 100,000), so a key that waits behind a slice is still drawn within one frame (16.7 ms).
SLICE = 1_000

Work = Generator[int, None, T]
"""Work that can pause: yields how many rows it handled since the last pause and returns its result."""
