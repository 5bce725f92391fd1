"""Theme files: TOML in, Textual themes out. A bad file is reported and never stops the program."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

from textual.theme import Theme

from mdetui import paths
from mdetui.errors import ThemeError

_COLORS = frozenset(
    ("primary", "secondary", "accent", "foreground", "background", "surface", "panel", "success", "warning", "error")
)
_TOP = {"dark": bool, "ansi": bool, "colors": dict, "variables": dict}
# 256 KiB: a theme has a few dozen lines, anything larger is something else
_MAX_BYTES = 256 * 1024


class ThemeShelf:
    """Themes by name, shipped and the user's; a user's theme of the same name wins."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def find(self, name: str) -> tuple[Theme, ThemeError | None]:
        """One theme, without reading the others: its file is named as it is; else the dark one, and why.

        Only this is done before the first paint.
        """
        problem: ThemeError | None = None
        for folder in reversed(paths.theme_dirs()):
            path = folder / f"{name}.toml"
            if "/" in name or not path.is_file():
                continue
            try:
                return read_theme(path), problem
            except ThemeError as error:
                problem = error
        if problem is None:
            known = ", ".join(theme.name for theme in self.all()[0])
            problem = ThemeError(f"There is no theme {name!r}.", f"Known themes: {known}.")
        return read_theme(paths.theme_dirs()[0] / "dark.toml"), problem

    def all(self) -> tuple[list[Theme], list[ThemeError]]:
        """All themes, and what was wrong with the rest."""
        themes: dict[str, Theme] = {}
        errors: list[ThemeError] = []
        for folder in paths.theme_dirs():
            for path in sorted(folder.glob("*.toml")):
                try:
                    theme = read_theme(path)
                except ThemeError as error:
                    errors.append(error)
                else:
                    themes[theme.name] = theme
        self.names = sorted(themes)
        return list(themes.values()), errors


def read_theme(path: Path) -> Theme:
    """One theme file.

    Raises:
        ThemeError: Unreadable, not TOML, unknown key, wrong type or no colour; names file and key.
    """
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise ThemeError(f"The theme {path.name} is too large.", "A theme file has at most 256 KiB.")
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ThemeError(f"The theme {path.name} can't be read: {error}.", "Mend or remove the file.") from error
    _check(path, data)
    name = path.stem
    try:
        theme = Theme(
            name=name,
            dark=data.get("dark", True),
            ansi=data.get("ansi", False),
            variables=data.get("variables", {}),
            **data.get("colors", {}),
        )
        theme.to_color_system().generate()
    except Exception as error:  # Textual raises several kinds for a colour it can't parse
        raise ThemeError(f"The theme {path.name} has a colour that can't be used: {error}.", "Use #rrggbb.") from error
    return theme


def _check(path: Path, data: dict[str, Any]) -> None:
    for key, value in data.items():
        if key not in _TOP:
            raise ThemeError(f"{path.name}: {key}: this key is not known.", f"Known: {', '.join(_TOP)}.")
        if not isinstance(value, _TOP[key]):
            raise ThemeError(f"{path.name}: {key}: wrong type.", f"It must be a {_TOP[key].__name__}.")
    for table in ("colors", "variables"):
        for key, value in data.get(table, {}).items():
            if table == "colors" and key not in _COLORS:
                raise ThemeError(f"{path.name}: colors.{key}: not known.", f"Known: {', '.join(sorted(_COLORS))}.")
            if not isinstance(value, str):
                raise ThemeError(f"{path.name}: {table}.{key}: wrong type.", "It must be a string.")
    if "primary" not in data.get("colors", {}):
        raise ThemeError(f"{path.name}: colors.primary is missing.", "Every theme needs at least this colour.")


# the names Textual itself knows, so that a change there fails in a test and not on a jump host
THEME_FIELDS = frozenset(field.name for field in fields(Theme))
