"""What a list says when it has no rows to show: what is the case, and what to do."""

from __future__ import annotations

from mdetui.errors import MdetuiError, SignInNeeded
from mdetui.feeds.feed import Feed


def empty_words(feed: Feed) -> tuple[str, str]:
    """(what is the case, what to do)."""
    if feed.state == "failed":
        return failure_words(feed.error)
    if feed.loaded and feed.settings.filter:
        return f"Nothing matches {feed.settings.filter.text.strip()}.", f"{feed.progress} rows were searched."
    if feed.state == "stopped":
        return "The load was stopped.", ""
    if feed.state == "complete":
        return "Nothing here.", ""
    return "Loading.", ""


def failure_words(error: Exception | None) -> tuple[str, str]:
    """(what happened, what to do) of an error, with the id to quote."""
    if not isinstance(error, MdetuiError):
        return f"The rows did not come: {error}", ""
    todo = error.todo
    if isinstance(error, SignInNeeded):
        # its own words name keys of the sign-in screen, which says them again
        todo = "Press S to sign in." if error.needs == "person" else "Press r to be asked for it."
    return error.what, f"{todo} (id {error.correlation_id})".strip() if error.correlation_id else todo
