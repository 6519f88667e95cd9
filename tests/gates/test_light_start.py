"""Web program and worker start without what only the worker's children compute with, what only documents need, and
what only the setup needs."""

import subprocess
import sys
from pathlib import Path

from marketplace.config import ROOT

PROGRAM = """
import sys
from sqlalchemy import event
from sqlalchemy.orm import Mapper
event.listen(Mapper, "before_configured", lambda: print("mappers"))
from app import create_app
import marketplace.application
import marketplace.cli
print("imported")
create_app()
needless = {"scipy", "docx", "lxml", "markdown_it", "alembic"}
print(sorted(name for name in sys.modules if name.split(".")[0] in needless))
"""


def printed(code: str, data_dir: Path) -> str:
    """What a new interpreter prints."""
    env = {
        "DATA_DIR": str(data_dir),
        "SECRET_KEY": "only the gate knows this long secret",
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_no_needless_library_is_loaded_and_no_mapper_set_up_before_its_time(tmp_path: Path) -> None:
    beginning, *_, loaded = printed(PROGRAM, tmp_path).splitlines()
    assert beginning == "imported", "importing the program sets up the mappers"
    assert loaded == "[]"
