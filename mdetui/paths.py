"""The only code that knows where files live.

XDG on Linux, the platform's own places elsewhere (platformdirs). Folders that hold state are made with mode 0700.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from platformdirs.api import PlatformDirsABC

APP = "mdetui"


def _dirs() -> PlatformDirsABC:
    from platformdirs import PlatformDirs

    return PlatformDirs(APP, appauthor=False)


def config_dir() -> Path:
    """Folder of `config.toml` and `themes/`; not made here."""
    if sys.platform == "linux":
        # asked before the first paint, and platformdirs costs 23 ms: the same answer as its own, by the XDG rules
        return Path(os.environ.get("XDG_CONFIG_HOME", "").strip() or Path.home() / ".config") / APP
    return Path(_dirs().user_config_dir)


def config_file() -> Path:
    """The configuration file used when no `--config` is given."""
    return config_dir() / "config.toml"


def state_dir() -> Path:
    """Folder of what must survive a restart (the ledger); made with mode 0700 when missing."""
    return _private(Path(_dirs().user_state_dir))


def runtime_dir() -> Path:
    """Folder of what must not survive a logout (quota log); made with mode 0700 when missing.

    Falls back to the state folder where there is no runtime folder (no login session).
    """
    base = os.environ.get("XDG_RUNTIME_DIR")
    if base and os.access(base, os.W_OK):
        return _private(Path(base) / APP)
    return _private(state_dir() / "run")


def ledger_file() -> Path:
    """The ledger of this OS user."""
    return state_dir() / "ledger.jsonl"


def memory_file() -> Path:
    """Small facts that make the next start faster (densities of queues); may be deleted at any time."""
    return state_dir() / "memory.json"


def theme_dirs() -> list[Path]:
    """Folders of theme files, later ones win: shipped themes, then the user's."""
    here = Path(__file__).resolve().parent
    shipped = here / "themes"
    # an editable install has no forced folder inside the package: the files lie beside it
    return [shipped if shipped.is_dir() else here.parent / "themes", config_dir() / "themes"]


def token_runtime_dir() -> Path | None:
    """Folder of tokens that must not survive a logout; None where there is no runtime folder. Not made here."""
    base = Path(os.environ.get("XDG_RUNTIME_DIR", ""))
    # a relative path is to be ignored (XDG base directory specification)
    return base / APP if base.is_absolute() else None


def token_state_dir() -> Path:
    """Folder of tokens that a profile wants on the disk. Not made here."""
    return Path(_dirs().user_state_dir) / "tokens"


def make_private(path: Path) -> Path:
    """Make a folder and those above it that are missing, each with mode 0700 whatever the umask.

    Raises:
        OSError: It can't be made.
    """
    if not path.is_dir():
        make_private(path.parent)
        try:
            path.mkdir(mode=0o700)
        except FileExistsError:
            # made by another run meanwhile; a file of that name is found out by whoever writes below it
            return path
        path.chmod(0o700)
    return path


def _private(path: Path) -> Path:
    return make_private(path)
