"""Both READMEs tell the truth where it can be checked: every setting with its default, packages, files, commands."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from marketplace import cli
from marketplace.bootstrap.cli import DELEGATES
from marketplace.config import ROOT, Settings, settings_from_environment

READMES = ("README.md", "README.zh-CN.md")
FIELDS = {"TRUSTED_PROXIES": "proxies"}
"""Settings whose field has another name than theirs."""


class Asked(dict[str, str]):
    """An environment that remembers which names it was asked for."""

    def __init__(self, **given: str) -> None:
        super().__init__(given)
        self.names: set[str] = set()

    def get(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override]
        self.names.add(name)
        return super().get(name, default)


def settings_and_names(tmp_path: Path) -> tuple[Settings, set[str]]:
    """What the program reads from its environment, and what it makes of an empty one."""
    environment = Asked(SECRET_KEY="s" * 48, DATA_DIR=str(tmp_path))
    settings = settings_from_environment(environment)
    assert len(environment.names) > 20
    return settings, environment.names


def table(readme: str) -> dict[tuple[str, ...], str]:
    """The settings of each row, with the text of its last column."""
    rows = {}
    for line in (ROOT / readme).read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        names = tuple(re.findall(r"`([A-Z][A-Z0-9_]+)`", cells[0])) if line.startswith("| `") else ()
        if names:
            rows[names] = cells[-1]
    return rows


@pytest.mark.parametrize("readme", READMES)
def test_every_setting_stands_in_the_table_once_and_no_other(readme: str, tmp_path: Path) -> None:
    _, wanted = settings_and_names(tmp_path)
    listed = [name for names in table(readme) for name in names]
    assert sorted(listed) == sorted(wanted)


@pytest.mark.parametrize("readme", READMES)
def test_the_defaults_in_the_table_are_those_of_the_program(readme: str, tmp_path: Path) -> None:
    """The whole numbers of a row's last cell, in the order of its settings."""
    settings, _ = settings_and_names(tmp_path)
    numbers = {field.name for field in fields(Settings) if field.type is int}
    for names, default in table(readme).items():
        asked = [FIELDS.get(name, name.lower()) for name in names]
        values = [getattr(settings, name) for name in asked if name in numbers]
        told = re.findall(r"(?<![\d.:`])\d+(?![\d.:])", re.sub(r"`[^`]*`", "", default))
        assert [int(number) for number in told] == values, names


@pytest.mark.parametrize("readme", READMES)
def test_the_map_of_the_tree_names_every_package_and_folder(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    packages = {path.parent.name for path in (ROOT / "marketplace").glob("*/__init__.py")}
    assert len(packages) > 20
    folders = {"templates", "static", "migrations", "tests", "docs", "deploy", "requirements"}
    assert not {name for name in packages | folders if not re.search(rf"\b{name}/", text)}


@pytest.mark.parametrize("readme", READMES)
def test_pictures_and_linked_files_exist(readme: str) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", (ROOT / readme).read_text(encoding="utf-8"))
    assert len(links) > 8
    assert not [link for link in links if not (ROOT / link).exists()]


@pytest.mark.parametrize("readme", [*READMES, "docs/operation.md"])
def test_every_command_that_is_shown_exists(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    known = {command.name for command in cli.COMMANDS}
    shown = set(re.findall(r"flask --app app ([a-z]+)", text))
    assert shown
    assert shown <= known
    verbs = set(re.findall(r"python3 app\.py ([a-z]+)", text))
    assert verbs <= {"run", "install", "test", "check", "lock", *DELEGATES}
