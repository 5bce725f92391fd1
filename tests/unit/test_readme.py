"""What the README says is so: keys, commands, command lines, the configuration, file names, permissions, numbers."""

from __future__ import annotations

import argparse
import dataclasses
import importlib.util
import re
import shlex
from importlib import import_module
from pathlib import Path

import pytest

import mdetui
from mdetui import cli, config, keys
from mdetui.api.endpoints import FAMILIES
from mdetui.clouds import CLOUDS
from mdetui.screens import commands
from mdetui.simulator import Options, server
from mdetui.views.query import QUEUES, parse, words_of
from mdetui.views.registry import VIEWS

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", README, re.DOTALL)
PROSE = re.sub(r"```.*?```", "", README, flags=re.DOTALL)
QUOTED = re.findall(r"`([^`\n]+)`", PROSE)
SHELL = [line for kind, block in BLOCKS if kind == "sh" for line in block.splitlines()]

# as a person writes them: Textual's name
WRITTEN = {shown: name for name, shown in keys._NAMES.items()} | {"↓": "down", "↑": "up", "F1": "f1"}


def section(title: str) -> str:
    """The text under a heading."""
    return README.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def table(title: str, head: str) -> list[tuple[str, str]]:
    """Rows of the table under a heading that begins with a column."""
    text = section(title).partition(f"| {head} |")[2].partition("\n\n")[0]
    rows = [line.strip("| ").split(" | ", 1) for line in text.splitlines()[2:]]
    return [(first, second) for first, second in rows]


KEYS = table("Keys", "Key")
COMMANDS = table("Keys", "Command")


def written(cell: str) -> set[str]:
    """The keys of a cell, by Textual's names."""
    found = re.findall(r"`([^`]+)`", cell)
    if ".." in cell:
        first, last = found
        return {str(digit) for digit in range(int(first), int(last) + 1)}
    return {WRITTEN.get(one, one) for one in found}


def bound(*contexts: str) -> set[str]:
    """The keys that do something there."""
    return {one for name in contexts for key in keys.context(name) for one in key.keys.split(",")}


# what stands before the colon of a row -> the context it is about
OWN = {"sheet": "sheet", "job": "job", "sign-in": "sign_in"}


def of_row(cell: str) -> tuple[str, ...]:
    """The contexts that a row of the table is about."""
    kind = cell.partition(":")[0]
    return (OWN[kind],) if kind in OWN else ("alerts", "machines", "actions", "blast", "alert", "machine", "login")


# keys


@pytest.mark.parametrize("cell", [cell for cell, _ in KEYS])
def test_a_key_that_is_named_is_bound(cell: str) -> None:
    assert written(cell) - bound(*of_row(cell)) == set()


@pytest.mark.parametrize("kind", ["", *OWN])
def test_a_key_that_is_bound_is_named(kind: str) -> None:
    cells = [cell for cell, _ in KEYS if (cell.partition(":")[0] if cell.partition(":")[0] in OWN else "") == kind]
    named = set().union(*(written(cell) for cell in cells))
    never = {"ctrl+q", "ctrl+c"} if kind else set()
    assert bound(*of_row(f"{kind}:")) - named - never == set()


def test_the_queues_of_the_tour() -> None:
    assert "`2` is the queue of new high alerts" in section("Five minutes on the demo tenant")
    assert QUEUES["alerts"][1][:2] == ("new, high", "status:new sev:high")


# commands


def test_every_command_is_named() -> None:
    named = {line[1:].split()[0] for cell, _ in COMMANDS for line in re.findall(r"`(:[^`]+)`", cell)}
    missing = [command.names[0] for command in commands.COMMANDS if command.names[0] not in named]
    assert missing == []


@pytest.mark.parametrize("line", sorted({one for one in QUOTED if re.fullmatch(r":[a-z].*", one)}))
def test_a_command_that_is_named_is_one(line: str) -> None:
    name, _, rest = line[1:].partition(" ")
    command = commands.find(name)
    assert command is not None
    view = command.names[0]
    if rest and words_of(view) and not (view == "machines" and ":" not in rest):
        parse(view, rest, "j.ito@contoso.com")


@pytest.mark.parametrize("word", [one for cell, does in COMMANDS for one in re.findall(r"`([a-z]+:)`", cell + does)])
def test_a_filter_word_that_is_named_is_one(word: str) -> None:
    assert word.rstrip(":") in {known.name for view in VIEWS for known in words_of(view)}


# command lines


def of_mdetui(line: str) -> list[str] | None:
    """The arguments, when a line runs mdetui."""
    words = [word for word in shlex.split(line.rpartition("&& ")[2]) if word != "&"]
    if words[:2] == ["uv", "run"]:
        words = words[2:]
    return words[1:] if words[:1] == ["mdetui"] else None


@pytest.mark.parametrize("line", [line for line in [*SHELL, *QUOTED] if of_mdetui(line) is not None])
def test_a_command_line_is_taken(line: str) -> None:
    arguments = of_mdetui(line)
    assert arguments is not None
    if arguments[:1] == ["simulator"]:
        taken = argparse.ArgumentParser(exit_on_error=False)
        server.add_arguments(taken)
        taken.parse_args(arguments[1:])
    else:
        args = cli.parser().parse_args(arguments)
        if args.command:
            import_module(f"mdetui.commands.{args.command}").parser().parse_args(args.rest)


def test_a_flag_that_is_named_is_one() -> None:
    known = cli.parser().format_help()
    named = [one for one in QUOTED if re.fullmatch(r"--[a-z-]+", one)]
    assert named
    assert [one for one in named if one not in known] == []


def test_what_is_run_by_uv_is_there() -> None:
    lines = [line for line in [*SHELL, *QUOTED] if line.startswith("uv run ") and of_mdetui(line) is None]
    assert len(lines) >= 3
    for line in lines:
        words = shlex.split(line)[2:]
        if words[:2] == ["python", "-m"]:
            assert importlib.util.find_spec(words[2]) is not None, line
        else:
            assert words[0] == "pytest", line
            assert all((ROOT / word).exists() for word in words[1:] if not word.startswith("-")), line


def test_the_two_commands() -> None:
    assert "pip install uv && uv run mdetui --demo" in SHELL
    assert "uv run pytest" in SHELL
    assert f'pip install "dist/mdetui-{mdetui.__version__}-py3-none-any.whl[demo]"' in SHELL


# configuration


def test_the_configuration_is_taken(tmp_path: Path) -> None:
    example = next(block for kind, block in BLOCKS if kind == "toml")
    file = tmp_path / "config.toml"
    file.write_text(example, encoding="utf-8")
    profiles = config.load(file, environ={}).profiles
    assert sorted(profile.method for profile in profiles.values()) == sorted(config.METHODS)
    assert profiles["secret"].client_secret_file == str(tmp_path / "contoso.secret")
    assert profiles["contoso"].protected == ("dc-*", "*-sql-*")
    clouds = re.search(r"# (global, .*)", example)
    assert clouds
    assert clouds[1].split(", ") == list(CLOUDS)


def test_the_settings_that_are_named_are_settings(tmp_path: Path) -> None:
    text = section("Sign in")
    own = re.search(r"A profile can also have (.*?)\. ", text, re.DOTALL)
    top = re.search(r"(`theme`, [^.]*?) stand at the top", text, re.DOTALL)
    assert own
    assert top
    known = {one.name for one in dataclasses.fields(config.Profile)}
    assert set(re.findall(r"`([a-z_]+)`", own[1])) - known == set()
    names = re.findall(r"`([a-z_]+)`", top[1])
    assert set(names) - {one.name for one in dataclasses.fields(config.Config)} == set()
    for name in names:
        assert f"`MDETUI_{name.upper()}`" in text
        value = {"mouse": "on", "refresh": "7"}.get(name, "some")
        loaded = config.load(None, environ={f"MDETUI_{name.upper()}": value})
        assert str(getattr(loaded, name)) in (value, "True")


# files and numbers


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#]+)\)", README))
def test_a_linked_file_is_there(link: str) -> None:
    assert (ROOT / link).is_file()


@pytest.mark.parametrize(
    "name", sorted({one for one in QUOTED if re.fullmatch(r"(bash )?\.?[a-z_]+/[a-z_./]*", one) and one != "sim/"})
)
def test_a_named_path_is_there(name: str) -> None:
    path = name.removeprefix("bash ")
    assert (ROOT / path).exists() or (ROOT / "mdetui" / path).exists()


def test_the_numbers() -> None:
    options = Options()
    assert f"{options.machines:,} machines, {options.alerts:,} alerts" in README
    assert f"({FAMILIES['default'].minute} calls a minute)" in README
