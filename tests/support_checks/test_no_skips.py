"""A skip anywhere is a failure of the run."""

import subprocess
import sys
from pathlib import Path

import pytest

from marketplace.bootstrap.place import HERE


@pytest.mark.parametrize(
    "source",
    [
        "import pytest\ndef test_it():\n    pytest.skip('no server')\n",
        "import pytest\n@pytest.mark.skip(reason='no server')\ndef test_it():\n    pass\n",
        "import pytest\n@pytest.mark.xfail(reason='no server')\ndef test_it():\n    raise OSError\n",
        "import pytest\npytest.skip('no server', allow_module_level=True)\n",
    ],
)
def test_a_skip_fails_and_says_why(tmp_path: Path, source: str) -> None:
    (tmp_path / "test_it.py").write_text(source)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "tests.support.no_skips",
        "--rootdir",
        tmp_path,
        tmp_path,
    ]
    done = subprocess.run(
        [*command, "-p", "no:cacheprovider"], cwd=HERE.root, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "no server" in done.stdout
    assert "1 skipped" not in done.stdout
