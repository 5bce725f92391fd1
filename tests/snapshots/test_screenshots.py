"""The pictures that the README shows are what the program shows, byte for byte."""

from __future__ import annotations

import re

import pytest

from tests.pictures import Scene, difference, draw, neutral_host
from tests.screenshots import FOLDER, SCENES


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
async def test_a_picture_is_what_is_drawn_now(scene: Scene) -> None:
    kept = (FOLDER / f"{scene.name}.svg").read_text(encoding="utf-8")
    with neutral_host():
        drawn = await draw(scene)
    if drawn != kept:
        todo = f"If this is meant: uv run python -m tests.screenshots {scene.name}"
        pytest.fail(f"{difference(kept, drawn)}\n{todo}", pytrace=False)


def test_the_folder_holds_these_pictures_and_nothing_else() -> None:
    assert {file.name for file in FOLDER.iterdir()} == {f"{scene.name}.svg" for scene in SCENES}


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_a_picture_fetches_nothing(scene: Scene) -> None:
    picture = (FOLDER / f"{scene.name}.svg").read_text(encoding="utf-8")
    assert not re.findall(r"url\((?!#)|@import|<image|<script|href=", picture)
    assert "mdetui</text>" in picture
