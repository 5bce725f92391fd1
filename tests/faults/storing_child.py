"""A run of the program that keeps tokens, and dies over it when told to. Started by `test_token_store.py` as a process.

Arguments: profile name, store, what to do, and a word for it. Prints `where` and `notice` at its end.
`add WHO`: forty times, a token of its own is added in a section. `die holding`: killed in a section. `die writing`:
killed when the new file is written and not yet in place. `hold SECONDS`: says `holding` and stays in a section.
`save TEXT`, `load`.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from mdetui.auth.store import TokenStore
from mdetui.config import Profile

TOKENS = 40


def say(line: str | None) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def killed(*_: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(name: str, kind: str, what: str, word: str = "") -> None:
    store = TokenStore(Profile(name=name, store=kind))
    match what:
        case "add":
            for number in range(TOKENS):
                with store.section():
                    kept = json.loads(store.load() or "{}")
                    kept[f"{word}-{number}"] = "x" * 400
                    store.save(json.dumps(kept))
        case "die":
            with store.section():
                if word == "writing":
                    Path.replace = killed  # type: ignore[assignment,method-assign]
                    store.save('{"half": "written"}')
                killed()
        case "hold":
            with store.section():
                say("holding")
                time.sleep(float(word))
        case "save":
            store.save(word)
        case "load":
            say(store.load())
    say(store.where)
    say(store.notice)


if __name__ == "__main__":
    main(*sys.argv[1:])
