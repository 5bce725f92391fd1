"""What is left of a crash: a file for the developers, two sentences for the person. Never a local variable."""

from __future__ import annotations

import os
import sys
import traceback
from datetime import UTC, datetime

from mdetui import __version__, paths


def report() -> str:
    """Write the traceback of the error being handled to a file of mode 0600; gives what to tell the person.

    Only file names, line numbers and source lines are written: values of variables could hold a token or tenant data,
    so could the error's own text, of which only the kind is kept.
    """
    kind, error, trace = sys.exc_info()
    name = kind.__name__ if kind is not None else "unknown"
    lines = [f"mdetui {__version__}, {datetime.now(UTC):%Y-%m-%d %H:%M:%SZ}, {name}\n"]
    lines += traceback.format_tb(trace)
    while error is not None and (error := error.__cause__ or error.__context__) is not None:
        lines.append(f"caused by {type(error).__name__}\n")
        lines += traceback.format_tb(error.__traceback__)
    try:
        path = paths.state_dir() / "crash.txt"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600), "w") as file:
            file.writelines(lines)
        where = f"Please report it with the file {path}."
    except OSError as failed:
        where = f"Please report it; the details could not be written ({failed.strerror})."
    return (
        f"mdetui stopped because of a mistake in itself ({name}). {where}\n"
        "What was sent goes on at the service; the next start reads how it went."
    )
