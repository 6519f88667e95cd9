"""The web program starts without what only the worker's children compute with, and what only documents need."""

import subprocess
import sys
from pathlib import Path

from marketplace.config import ROOT

START = """
import sys
from app import create_app
create_app()
print(sorted(name for name in sys.modules if name.split(".")[0] in {"scipy", "docx", "lxml"}))
"""


def test_the_web_program_loads_neither_numpy_nor_scipy_and_no_word_library(tmp_path: Path) -> None:
    env = {
        "DATA_DIR": str(tmp_path),
        "SECRET_KEY": "only the gate knows this long secret",
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-c", START], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr
