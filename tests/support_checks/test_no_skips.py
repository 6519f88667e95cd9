"""A skip anywhere is a failure of the run."""

import os
import subprocess
import sys
from pathlib import Path

from marketplace.bootstrap.place import HERE

SKIPPING = {
    "test_inside.py": "import pytest\ndef test_it():\n    pytest.skip('no server')\n",
    "test_marked.py": "import pytest\n@pytest.mark.skip(reason='no server')\ndef test_it():\n    pass\n",
    "test_expected.py": "import pytest\n@pytest.mark.xfail(reason='no server')\ndef test_it():\n    raise OSError\n",
    "test_whole.py": "import pytest\npytest.skip('no server', allow_module_level=True)\n",
}


def test_a_skip_fails_and_says_why(tmp_path: Path) -> None:
    for name, source in SKIPPING.items():
        (tmp_path / name).write_text(source)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "tests.support.no_skips",
        "-p",
        "no:cacheprovider",
        "--continue-on-collection-errors",
    ]
    done = subprocess.run(
        [*command, "--rootdir", tmp_path, tmp_path],
        cwd=HERE.root,
        env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    for name in SKIPPING:
        assert name in done.stdout.partition("short test summary")[2]
    assert done.stdout.count("no server") >= len(SKIPPING)
    last = done.stdout.strip().splitlines()[-1]
    assert "passed" not in last
    assert "skipped" not in last
