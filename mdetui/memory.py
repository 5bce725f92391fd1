"""How the program keeps its memory: when garbage is looked for, and which blocks go back to the system."""

from __future__ import annotations

import gc
import sys
from contextlib import suppress
from functools import cache
from typing import Any

# how many collections of young objects are followed by one of all objects: by itself, in a calm moment, in any
_NEVER, _SOME, _MANY = 1_000_000, 10, 200
# number of the option in mallopt(3) of the GNU C library
_MMAP_THRESHOLD = -3
_LARGE = 128 * 1024


def start() -> None:
    """Look for no garbage while the program starts: what is made then stays, and collections would find nothing (14 ms
    of the first paint, 34 of the rows)."""
    gc.disable()


def started() -> bool:
    """The start is over. Whether it was begun with `start`: then somebody must call `tidy` from now on."""
    if gc.isenabled():
        return False
    keep()
    gc.set_threshold(*gc.get_threshold()[:2], _NEVER)
    gc.enable()
    return True


def keep() -> None:
    """What is there now stays for good: no collection needs to walk it."""
    gc.freeze()


def tidy(*, calm: bool) -> None:
    """Look for old garbage while nobody waits: among 100,000 rows that takes 28 ms, and a key would wait for it."""
    *_, waiting = gc.get_count()
    if waiting > (_SOME if calm else _MANY):
        gc.collect()


def return_large_blocks() -> None:
    """From now on large blocks go back to the system as soon as they are free.

    The GNU C library raises the size from which they do with the first one that is freed; the next (pages of 1 MB, what
    packs them) then lie between blocks that stay, and 100,000 alerts take 15 MiB more. Takes 4 ms.
    """
    library = _gnu()
    if library is not None:
        library.mallopt(_MMAP_THRESHOLD, _LARGE)


def give_back() -> None:
    """Give back what is free between the blocks that stay: half a millisecond."""
    library = _gnu()
    if library is not None:
        library.malloc_trim(0)


@cache
def _gnu() -> Any:
    """The C library when it is GNU's; others do with free memory as they like."""
    # a Python may be built without ctypes
    with suppress(ImportError, OSError):
        import ctypes

        library = ctypes.CDLL(None) if sys.platform == "linux" else None
        return library if hasattr(library, "malloc_trim") else None
    return None
