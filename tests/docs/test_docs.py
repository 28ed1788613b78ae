"""Every public name, every command and every option is documented, and nothing else is."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

import equipoise as eq
from equipoise.cli.app import app


def _commands(parent=app, words=("equipoise",)) -> Iterator[tuple[str, object]]:
    """Each command that does something, by its words."""
    for word in parent:
        command = parent[word]
        if word.startswith("-"):
            continue
        if command.default_command is None:
            yield from _commands(command, (*words, word))
        else:
            yield " ".join((*words, word)), command


COMMANDS = dict(_commands())


@pytest.fixture(scope="module")
def sections(root) -> dict[str, str]:
    """The page of commands by heading."""
    text = (root / "docs" / "command-line.md").read_text()
    return {part.split("\n", 1)[0]: part for part in text.split("\n## ")[1:]}


def test_every_public_name_has_its_line(root):
    lines = re.findall(r"^- `eq\.(\w+)`: \S", (root / "docs" / "api.md").read_text(), re.MULTILINE)
    assert sorted(lines) == sorted(eq.__all__), "docs/api.md against equipoise.__all__"


@pytest.mark.parametrize("room", ["losses", "penalties"])
def test_every_entry_of_a_catalogue_is_named(room, root):
    text = (root / "docs" / "api.md").read_text()
    line = re.search(rf"^- `eq\.{room}`:.*?(?=^- |^$)", text, re.MULTILINE | re.DOTALL)[0]
    missing = [entry.__name__ for entry in getattr(eq, room).CATALOGUE if f"`{entry.__name__}`" not in line]
    assert not missing, f"docs/api.md does not name {missing} of equipoise.{room}"


def test_names_stand_under_the_headings_of_the_design(root):
    headings = re.findall(r"^## (.*)", (root / "docs" / "api.md").read_text(), re.MULTILINE)
    assert headings[:3] == ["Constrain", "Generate", "Judge"]


def test_every_command_has_its_section(sections):
    assert list(sections) == sorted(COMMANDS, key=list(sections).index)
    assert set(sections) == set(COMMANDS)


def test_every_command_is_in_the_readme(root):
    readme = (root / "README.md").read_text()
    for command in COMMANDS:
        assert f"`{command} " in readme, command


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_has_its_row(command, sections):
    documented = {option for row in re.findall(r"^\| (`-[^|]*)\|", sections[command], re.MULTILINE)
                  for option in re.findall(r"`(-[^`]+)`", row)}  # fmt: skip
    arguments = COMMANDS[command].assemble_argument_collection()
    options = {name for argument in arguments for name in argument.names if name.startswith("-")}
    negatives = {name for argument in arguments for name in argument.negatives}
    assert documented == options | negatives
    for argument in arguments:
        for word in (name for name in argument.names if not name.startswith("-")):
            assert word in sections[command], f"{command}: the argument {word}"


@pytest.mark.parametrize("command", COMMANDS)
def test_choices_and_defaults_are_those_of_the_command(command, sections):
    for argument in COMMANDS[command].assemble_argument_collection():
        name = argument.names[0]
        if not name.startswith("--"):
            continue
        row = next(line for line in sections[command].splitlines() if line.startswith(f"| `{name}`"))
        default = row.split("|")[3].strip().strip("`")
        assert (default == "required") == argument.required, row
        for choice in argument.get_choices() or ():
            assert f"`{choice}`" in row, f"{command} {name}: {choice}"
        value = argument.field_info.default
        if isinstance(value, (str, int)) and not isinstance(value, bool):
            assert default == str(value), row
