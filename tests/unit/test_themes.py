"""Theme files: the shipped ones are complete, a bad one is said and harms nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from mdetui import paths
from mdetui.errors import ThemeError
from mdetui.widgets.themes import THEME_FIELDS, ThemeShelf, read_theme


def test_the_shipped_themes_load() -> None:
    themes, errors = ThemeShelf().all()
    assert not errors
    assert {theme.name for theme in themes} >= {"dark", "light", "contrast", "ansi"}
    assert next(theme for theme in themes if theme.name == "ansi").ansi


def test_textual_still_knows_the_fields_we_set() -> None:
    assert {"name", "dark", "ansi", "variables", "primary", "surface", "panel", "error"} <= THEME_FIELDS


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("dark = ", "can't be read"),
        ("[colors]\nprimary = 3\n", "colors.primary"),
        ("[colors]\nprimary = '#12'\n", "can't be used"),
        ("[colours]\nprimary = '#123456'\n", "not known"),
        ("[colors]\nprimari = '#123456'\n", "colors.primari"),
        ("dark = 'yes'\n[colors]\nprimary = '#123456'\n", "wrong type"),
        ("dark = true\n", "colors.primary is missing"),
    ],
)
def test_a_bad_file_names_what_is_wrong(tmp_path: Path, content: str, says: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(content)
    with pytest.raises(ThemeError, match=r"mine\.toml") as caught:
        read_theme(path)
    assert says in str(caught.value)


def test_a_user_theme_wins_over_a_shipped_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    folder = paths.config_dir() / "themes"
    folder.mkdir(parents=True)
    (folder / "dark.toml").write_text('[colors]\nprimary = "#010203"\n')
    (folder / "bad.toml").write_text("nonsense")
    themes, errors = ThemeShelf().all()
    assert next(theme for theme in themes if theme.name == "dark").primary == "#010203"
    assert len(errors) == 1


def test_one_theme_is_found_without_reading_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    theme, problem = ThemeShelf().find("ansi")
    assert (theme.name, problem) == ("ansi", None)


@pytest.mark.parametrize("name", ["nothing", "../dark", ""])
def test_an_unknown_theme_falls_back_and_says_which_there_are(name: str) -> None:
    theme, problem = ThemeShelf().find(name)
    assert theme.name == "dark"
    assert "ansi" in str(problem)
