"""The web program starts without what only the worker's children compute with, and what only documents need."""

import subprocess
import sys
from pathlib import Path

from marketplace.config import ROOT

START = """
import sys
from app import create_app
create_app()
print(sorted(name for name in sys.modules if name.split(".")[0] in {"scipy", "docx", "lxml", "markdown_it"}))
"""
IMPORT = """
from sqlalchemy import event
from sqlalchemy.orm import Mapper
event.listen(Mapper, "before_configured", lambda: print("mappers"))
import marketplace.application
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


def test_the_web_program_loads_neither_numpy_nor_scipy_and_no_word_library(tmp_path: Path) -> None:
    assert printed(START, tmp_path) == "[]"


def test_importing_the_program_does_not_set_up_the_mappers(tmp_path: Path) -> None:
    assert printed(IMPORT, tmp_path) == ""
