"""The pictures that the README shows are what the program shows, byte for byte."""

from __future__ import annotations

import difflib
import re

import pytest

from tests.pictures import Scene, draw, lines_of, neutral_host
from tests.screenshots import FOLDER, SCENES


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
async def test_a_picture_is_what_is_drawn_now(scene: Scene) -> None:
    kept = (FOLDER / f"{scene.name}.svg").read_text(encoding="utf-8")
    with neutral_host():
        drawn = await draw(scene)
    if drawn != kept:
        changed = list(difflib.unified_diff(lines_of(kept), lines_of(drawn), "the picture", "the program", n=0))
        what = "\n".join(changed) or "The words are the same; colours or places are not."
        pytest.fail(f"{what}\nIf this is meant: uv run python -m tests.screenshots {scene.name}", pytrace=False)


def test_the_folder_holds_these_pictures_and_nothing_else() -> None:
    assert {file.name for file in FOLDER.iterdir()} == {f"{scene.name}.svg" for scene in SCENES}


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_a_picture_fetches_nothing(scene: Scene) -> None:
    picture = (FOLDER / f"{scene.name}.svg").read_text(encoding="utf-8")
    assert not re.findall(r"url\((?!#)|@import|<image|<script|href=", picture)
    assert "mdetui</text>" in picture
