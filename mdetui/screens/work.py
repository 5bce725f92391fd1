"""Work beside the keys: reads that take as long as the network does."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, cast

from textual.dom import DOMNode
from textual.worker import Worker


def start(
    owner: DOMNode, what: Callable[..., Coroutine[Any, Any, None]], *args: object, group: str, alone: bool = True
) -> Worker[Any]:
    """Run a coroutine function while its owner is there.

    What the network does wrong is caught where it is asked, and comes back as a message. Anything else is a mistake of
    this program and ends it with a report: the alternative is a list that says "loading" for ever.

    Args:
        owner: Screen or widget; when it goes away, the work is cancelled.
        what: The coroutine function. Its coroutine is made when it starts, so that none is left over if it never does.
        args: What it is given.
        group: Name of this kind of work.
        alone: Whether work of the same kind that is still under way is cancelled.

    Returns:
        The handle that cancels it.
    """
    return owner.run_worker(cast(Any, partial(what, *args)), group=group, exclusive=alone)
