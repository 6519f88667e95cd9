"""A first start needs no directory made by hand."""

from pathlib import Path

import pytest

from marketplace.application import create_app
from marketplace.config import BadSettings, Settings
from marketplace.setup import set_up

SECRET = "a secret that only the tests know, long enough"


def settings(folder: Path) -> Settings:
    return Settings(f"sqlite:///{folder / 'marketplace.db'}", folder, SECRET)


def test_setup_begins_in_a_directory_that_is_not_there(tmp_path: Path) -> None:
    said: list[str] = []
    app = create_app(settings(tmp_path / "new" / "data"))
    set_up(app.extensions["marketplace"], said.append)
    app.extensions["marketplace"].engine.dispose()
    assert said[0] == "schema: up to date"
    assert (tmp_path / "new" / "data" / "marketplace.db").is_file()


def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a directory")
    with pytest.raises(BadSettings, match="DATA_DIR .*file/data cannot be made"):
        create_app(settings(tmp_path / "file" / "data"))
