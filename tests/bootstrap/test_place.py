"""Folders and surroundings: a usable HOME, a data directory that can be written, plain refusals."""

from pathlib import Path

import pytest

from marketplace.bootstrap import project
from marketplace.bootstrap.place import Place, Refusal, default_data_dir, tool_environment


@pytest.mark.parametrize("home", [{}, {"HOME": ""}, {"HOME": "/nowhere/at/all"}])
def test_tools_get_a_home_where_there_is_none(tmp_path: Path, home: dict[str, str]) -> None:
    environment = tool_environment({"PATH": "/bin", **home}, spare=tmp_path)
    assert environment == {"PATH": "/bin", "HOME": str(tmp_path / "home")}
    assert (tmp_path / "home").is_dir()


def test_a_home_that_works_is_left_alone(tmp_path: Path) -> None:
    assert tool_environment({"HOME": str(tmp_path)}, spare=tmp_path / "spare") == {"HOME": str(tmp_path)}
    assert not (tmp_path / "spare").exists()


def test_another_environment_does_not_leak_in(tmp_path: Path) -> None:
    given = {"HOME": str(tmp_path), "VIRTUAL_ENV": "/other", "PYTHONHOME": "/other"}
    assert tool_environment(given) == {"HOME": str(tmp_path)}


def test_data_stand_in_the_project_where_that_can_be_written(tmp_path: Path) -> None:
    assert default_data_dir(Place(tmp_path), {}) == tmp_path / "data"


def test_files_and_database_stand_in_the_named_directory(tmp_path: Path) -> None:
    given = {"HOME": str(tmp_path), "DATA_DIR": str(tmp_path / "named")}
    folder = default_data_dir(Place(tmp_path), given)
    assert folder == tmp_path / "named"
    for chosen in (folder, tmp_path / "by-option"):
        settings = project.demo_environment(chosen, 5001, given)
        assert settings["DATA_DIR"] == str(chosen)
        assert settings["DATABASE_URL"] == f"sqlite:///{chosen}/marketplace.db"


def test_data_stand_with_the_user_where_the_project_cannot_be_written(tmp_path: Path) -> None:
    project_of_another = Place(Path("/proc/self"))  # nobody can make a file there, not even root
    assert default_data_dir(project_of_another, {"XDG_DATA_HOME": str(tmp_path)}) == tmp_path / "marketplace"
    home = {"HOME": str(tmp_path)}
    assert default_data_dir(project_of_another, home) == tmp_path / ".local" / "share" / "marketplace"
    assert default_data_dir(project_of_another, {"HOME": ""}).name.startswith("marketplace-")


def test_a_data_directory_that_cannot_be_made_is_refused() -> None:
    with pytest.raises(Refusal, match="--data-dir DIR"):
        project.require_data_dir(Path("/proc/self/data"))


def test_an_incomplete_project_of_another_is_refused() -> None:
    with pytest.raises(Refusal, match=r"(?s)cannot be written by this user.*clone it"):
        Place(Path("/proc/self")).require_writable()


def test_the_demo_fills_in_what_the_caller_left_open(tmp_path: Path) -> None:
    given = {"HOME": str(tmp_path), "BASE_URL": "https://example.org", "DATABASE_URL": ""}
    settings = project.demo_environment(tmp_path, 5001, given)
    assert settings["BASE_URL"] == "https://example.org"
    assert settings["DATABASE_URL"] == f"sqlite:///{tmp_path}/marketplace.db"
    assert (settings["DEMO"], settings["DATA_DIR"]) == ("1", str(tmp_path))
