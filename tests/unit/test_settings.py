"""Queues, columns, keys, page sizes and refresh of the configuration: what is wrong is named with file, line and key."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from mdetui import config, keys
from mdetui.config import Config
from mdetui.config_tables import DIGITS, PageSize, SavedQueue
from mdetui.errors import ConfigError
from mdetui.settings import Settings, numbered
from mdetui.settings_check import check, problems, theme_problem
from mdetui.views.query import QUEUES
from mdetui.views.registry import VIEWS

GOOD = """theme = "dark"

[refresh]
default = 30
actions = 15

[[queues.alerts]]
name = "today"
words = "status:open since:24h /power shell"
sort = "-severity"
fold = "none"

[[queues.alerts]]
name = "mine"
words = "owner:me"

[columns]
alerts = ["severity", "title:40", "machine"]
machines = [
  "name",
  "health",
]

[keys]
"list.filter" = "slash, ctrl+f"
list.reload = "r, f5"

[page_size]
machines = { first = 50, most = 500 }
actions = 200
"""


def load(tmp_path: Path, text: str) -> Config:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return config.load(path, environ={})


def test_a_good_file(tmp_path: Path) -> None:
    found = load(tmp_path, GOOD)
    check(found)
    assert found.queues["alerts"][0] == SavedQueue("today", "status:open since:24h /power shell", "-severity", "none")
    assert found.columns == {"alerts": ("severity", "title:40", "machine"), "machines": ("name", "health")}
    assert found.keys == {"list.filter": "slash, ctrl+f", "list.reload": "r, f5"}
    assert found.page_size == {"machines": PageSize(50, 500), "actions": PageSize(200, 200)}
    assert (found.refresh, found.refresh_of) == (30, {"actions": 15})
    assert not found.plain


def test_every_value_knows_its_line(tmp_path: Path) -> None:
    found = load(tmp_path, GOOD)
    lines = {
        "theme": 1, "refresh": 4, "refresh.actions": 5, "queues.alerts[0]": 7, "queues.alerts[0].words": 9,
        "queues.alerts[1].name": 14, "columns.alerts": 18, "columns.alerts[1]": 18, "columns.machines": 19,
        "columns.machines[1]": 21, "keys.list.filter": 25, "keys.list.reload": 26, "page_size.machines": 29,
    }  # fmt: skip
    assert {key: found.source_of(key).rpartition(" ")[2] for key in lines} == {k: str(v) for k, v in lines.items()}


def test_a_file_without_these_tables_is_plain(tmp_path: Path) -> None:
    found = load(tmp_path, 'theme = "dark"\nrefresh = 15\n')
    assert found.plain
    assert found.refresh == 15


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "says"),
    [
        # kinds and ranges
        ("[[queues.alerts]]\nname = \"mine\"", "[queues.machines]\nname = \"mine\"", 13, "queues.machines", "[[queues.machines]]"),
        ('name = "today"', 'nam = "today"', 8, "queues.alerts[0].nam", "Known here: name, words, sort, fold, digit"),
        ('name = "mine"\n', "", 13, "queues.alerts[1].name", "A queue needs a name"),
        ('fold = "none"', "fold = true", 11, "queues.alerts[0].fold", "This must be text, not true or false"),
        ('fold = "none"', "digit = 10", 11, "queues.alerts[0].digit", "Use 1 to 9"),
        ('"title:40"', "40", 18, "columns.alerts[1]", "This must be text, not a whole number"),
        ('["severity", "title:40", "machine"]', "[]", 18, "columns.alerts", "at least one column"),
        ('"r, f5"', "5", 26, "keys.list.reload", "This must be text"),
        ("first = 50", "first = 600", 29, "page_size.machines", "The first page (600) is larger"),
        ("first = 50", "frist = 50", 29, "page_size.machines.frist", "Known here: first, most"),
        ("actions = 200", "actions = 5000", 30, "page_size.actions", "Use 20 to 1000"),
        ("actions = 200", "actions = 0", 30, "page_size.actions", "Use 20 to 1000"),
        ("actions = 15", "actions = 1", 5, "refresh.actions", "0 to turn it off, or 5 to 3600"),
        ("actions = 15", 'actions = "often"', 5, "refresh.actions", "This must be a whole number"),
        ("[page_size]", "[page_sizes]", 28, "page_sizes", "queues, columns, keys, page_size"),
        # names
        ("[[queues.alerts]]\nname = \"mine\"", "[[queues.alrts]]\nname = \"mine\"", 13, "queues.alrts", "Known: alerts, machines"),
        ("status:open since:24h", "staus:open", 9, "queues.alerts[0].words", "Known: sev, status, owner"),
        ("status:open since:24h", "status:open since:soon", 9, "queues.alerts[0].words", "Use 15m, 24h, 7d"),
        ("status:open since:24h", "status:done", 9, "queues.alerts[0].words", "Use one of: new, inprogress"),
        ('"-severity"', '"-sev"', 10, "queues.alerts[0].sort", "Known: severity, age, title"),
        ('fold = "none"', 'fold = "all"', 11, "queues.alerts[0].fold", "Known: none, repeats"),
        ('name = "mine"', 'name = "today"', 14, "queues.alerts[1].name", "two queues of the name 'today'"),
        ("alerts = [", "log2 = [", 18, "columns.log2", "Known: alerts, machines"),
        ('"title:40"', '"titel"', 18, "columns.alerts[1]", "Known: severity, age, title"),
        ('"title:40"', '"title:"', 18, "columns.alerts[1]", '"title:20"'),
        ('"title:40"', '"title:0"', 18, "columns.alerts[1]", '"title:20"'),
        ('"title:40"', '"title:201"', 18, "columns.alerts[1]", "at most 200"),
        ('"title:40"', '"severity:3"', 18, "columns.alerts[1]", "'severity' stands here twice"),
        ('  "health",', '  "helth",', 21, "columns.machines[1]", "machines has no column 'helth'"),
        ("machines = {", "ledger = {", 29, "page_size.ledger", "Known: alerts, machines"),
        ("actions = 15", "ledger = 15", 5, "refresh.ledger", "Known: alerts"),
        ("list.reload", "list.relaod", 26, "keys.list.relaod", "list.reload"),
        ('"r, f5"', '"r,g"', 26, "keys.list.reload", "g is the key of move.first already (in alerts)"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(tmp_path: Path, old: str, new: str, line: int, key: str, says: str) -> None:
    assert GOOD.count(old) == 1
    with pytest.raises(ConfigError) as caught:
        check(load(tmp_path, GOOD.replace(old, new)))
    error = caught.value
    assert (error.line, error.key) == (line, key)
    assert error.where == str(tmp_path / "config.toml")
    assert says in f"{error} {error.todo}"


def test_everything_that_is_wrong_is_found_at_once(tmp_path: Path) -> None:
    text = GOOD.replace('"-severity"', '"x"').replace('"title:40"', '"y"').replace('"r, f5"', '"nokey"')
    assert [error.key for error in problems(load(tmp_path, text))] == [
        "queues.alerts[0].sort",
        "columns.alerts[1]",
        "keys.list.reload",
    ]


def test_a_theme_that_is_none(tmp_path: Path) -> None:
    assert theme_problem(load(tmp_path, 'theme = "light"\n')) is None
    error = theme_problem(load(tmp_path, '\ntheme = "pink"\n'))
    assert error is not None
    assert (error.line, error.key) == (2, "theme")
    assert "ansi" in error.todo


@pytest.mark.parametrize(
    ("text", "more"), [('theme = "dark"\nrefresh = 5\n', False), (GOOD, True)], ids=["plain", "tables"]
)
def test_who_says_nothing_pays_nothing(tmp_path: Path, text: str, more: bool) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    code = (
        "import sys\n"
        "from mdetui import config\n"
        f"found = config.load({str(path)!r}, environ={{}})\n"
        "print([name for name in ('config_tables', 'keymap', 'settings', 'views', 'api') if f'mdetui.{name}' in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == ("['config_tables']" if more else "[]")


def test_checking_needs_nothing_of_the_wire(tmp_path: Path) -> None:
    # what is checked before the first frame; the page sizes ask the table of operations, which has no wire in it
    path = tmp_path / "config.toml"
    path.write_text(GOOD, encoding="utf-8")
    code = (
        "import sys\n"
        "from mdetui import config, settings_check\n"
        f"settings_check.check(config.load({str(path)!r}, environ={{}}))\n"
        "heavy = ('textual', 'rich', 'httpx', 'msal', 'msgspec', 'mdetui.api.client', 'mdetui.auth', 'mdetui.response.desk')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


# queues


def names(*saved: SavedQueue, view: str = "alerts") -> dict[int, str]:
    return {digit: queue.name for digit, (queue, _) in numbered(view, saved).items()}


def test_the_own_queues_come_behind_those_of_the_program() -> None:
    assert names(SavedQueue("a"), SavedQueue("b")) == {1: "open", 2: "new, high", 3: "mine", 4: "all", 5: "a", 6: "b"}


def test_a_queue_of_the_same_name_takes_the_place() -> None:
    found = numbered("alerts", [SavedQueue("open", "sev:high")])
    assert found[1][0].words == "sev:high"
    assert names(SavedQueue("open", "sev:high")) == {1: "open", 2: "new, high", 3: "mine", 4: "all"}


def test_a_queue_with_a_digit_takes_that_place_and_leaves_its_own() -> None:
    assert names(SavedQueue("mine", digit=1)) == {1: "mine", 2: "new, high", 4: "all"}
    assert names(SavedQueue("night", digit=9), SavedQueue("b")) == {
        1: "open", 2: "new, high", 3: "mine", 4: "all", 5: "b", 9: "night",
    }  # fmt: skip


def test_there_are_as_many_queues_as_digits() -> None:
    assert len(keys.QUEUES) == DIGITS
    saved = tuple(SavedQueue(f"q{n}") for n in range(6))
    found = list(problems(Config(queues={"alerts": saved})))
    assert [error.key for error in found] == ["queues.alerts[5]"]
    assert "9 queues" in str(found[0])


def test_two_queues_on_one_digit() -> None:
    saved = (SavedQueue("a", digit=2), SavedQueue("b", digit=2))
    assert [error.key for error in problems(Config(queues={"alerts": saved}))] == ["queues.alerts[1].digit"]


def test_the_program_alone_has_its_own_queues() -> None:
    assert list(Settings(Config()).queues("alerts").values()) == list(QUEUES["alerts"])
    assert Settings(Config()).queues("log") == {}


# columns


def test_without_a_choice_the_view_says_all() -> None:
    assert Settings(Config()).columns(VIEWS["alerts"]) is VIEWS["alerts"].columns


def test_columns_as_configured_and_as_chosen() -> None:
    view = VIEWS["alerts"]
    settings = Settings(Config(columns={"alerts": ("incident", "title:40", "severity")}))
    assert [(one.id, one.at) for one in settings.columns(view)] == [("incident", 0), ("title", 1), ("severity", 2)]
    assert (settings.columns(view)[1].width, settings.columns(view)[1].grow) == (40, 0)
    wide = settings.columns(view, wide=True)
    assert {one.id for one in wide} == {one.id for one in view.columns}
    assert [one.id for one in wide][:3] == ["incident", "title", "severity"]
    settings.choose(view, ["severity", "age"])
    assert [one.id for one in settings.columns(view)] == ["severity", "age"]
    settings.choose(view, ())
    assert [one.id for one in settings.columns(view)] == ["incident", "title", "severity"]


# pages and refresh


def test_sizes_go_up_to_the_largest() -> None:
    settings = Settings(Config(page_size={"machines": PageSize(50, 600), "actions": PageSize(200, 200)}))
    assert settings.sizes("machines") == (50, 100, 500, 600)
    assert settings.sizes("actions") == (200, 200)
    assert tuple(settings.sizes("alerts")) == (100, 500, 1000)


def test_only_the_queue_refreshes_by_itself() -> None:
    settings = Settings(Config(refresh=60, refresh_of={"actions": 15}))
    assert [settings.refresh(view) for view in ("alerts", "actions", "machines")] == [60, 15, 0]
    assert Settings(replace(Config(), refresh_of={"alerts": 0})).refresh("alerts") == 0
