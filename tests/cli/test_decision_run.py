"""``flask decision run``: a line for whatever is no case."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from marketplace.cli.decision import bare_app, needs_no_settings
from marketplace.config import ROOT
from tests.reference_cases.test_reference_cases import FOLDER


def run(path: Path) -> Result:
    """The command, in this process."""
    return bare_app().test_cli_runner().invoke(args=["decision", "run", str(path)])


def text(method: str = "weighted_sum", **inputs: Any) -> str:
    return json.dumps({"method": method, "inputs": {"matrix": [[1, 2]], "weights": [0.5, 0.5]} | inputs})


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is not JSON (line 1, column 1"),
        ('{"method": ', "is not JSON"),
        ("[1, 2]", "case: must be an object"),
        ('{"inputs": {}}', "method: must be one of ahp, assignment"),
        ('{"method": "oracle", "inputs": {}}', "method: must be one of"),
        ('{"method": "ahp", "inputs": [1]}', "inputs: must be an object"),
        ('{"method": "ahp", "inputs": {}}', "inputs.matrix: is missing"),
        ('{"method": "ahp", "method": "icc", "inputs": {}}', "method: is given twice"),
        (text(matrix=[[1, float("nan")]]), "NaN is none"),
        (text(matrix=[[1, float("-inf")]]), "-Infinity is none"),
        (text(matrix=[[1, 2], [3]]), "inputs.matrix: must be numbers in rows of equal length"),
        (text(matrix=[[1, 2, 3]]), "2 weights for 3 criteria"),
        (text(matrix="x"), "inputs.matrix: must be a list"),
        (text(matrix=[["x", 2]]), "inputs.matrix: must be numbers"),
        (text(matrix=[[[1, 2]]]), "inputs.matrix"),
        (text(weights=[60, 50]), "sum to 1 or 100"),
        (text(matrix=[[1, 10**400]]), "inputs.matrix"),
        (text("trimmed_mean", csv="missing.csv"), "cannot read missing.csv"),
        (text("trimmed_mean", csv="/etc/passwd"), "must lie beside the case"),
        ("[" * 100_000, ""),
    ],
)
def test_bad_input_gets_one_line_and_status_2(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "case.json"
    path.write_text(content, encoding="utf-8")
    done = run(path)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1
    assert message in done.stderr


def test_what_is_no_readable_file(tmp_path: Path) -> None:
    assert "cannot be read" in run(tmp_path / "nothing.json").stderr
    assert "cannot be read" in run(tmp_path).stderr
    (tmp_path / "binary.json").write_bytes(b"\xff\xfe\x00")
    binary = run(tmp_path / "binary.json")
    assert (binary.exit_code, "is not text in UTF-8" in binary.stderr) == (2, True)


def test_a_mark_at_the_beginning_of_the_file_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / "case.json").write_text(text(), encoding="utf-8-sig")
    assert run(tmp_path / "case.json").exit_code == 0


def test_it_needs_neither_settings_nor_database(tmp_path: Path) -> None:
    """As a stranger would call it: no secret, an empty data folder, from another folder."""
    command = [sys.executable, "-m", "flask", "--app", str(ROOT / "app.py"), "decision", "run"]
    env = {"PATH": "/usr/bin:/bin", "DATA_DIR": str(tmp_path / "data")}
    case = FOLDER / "trimmed_mean_seven_judges_82.json"
    done = subprocess.run(
        [*command, str(case)], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["trimmed_mean"] == 82
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (["decision", "run", "x"], True),
        (["--app", "decision", "run"], False),
        (["-A", "app", "--debug", "decision"], True),
        (["people", "decision"], False),
        ([], False),
    ],
)
def test_only_the_core_runs_without_settings(words: list[str], answer: bool) -> None:
    assert needs_no_settings(words) is answer
