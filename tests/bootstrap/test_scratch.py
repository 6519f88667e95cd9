"""Where the tests' own files lie."""

import os
import tempfile
from pathlib import Path

import pytest

from marketplace.bootstrap import scratch


@pytest.mark.parametrize("plenty", [True, False])
def test_a_folder_of_its_own_that_goes_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plenty: bool
) -> None:
    monkeypatch.setattr(scratch, "MEMORY", tmp_path)
    monkeypatch.setattr(scratch, "roomy", lambda folder: plenty)
    with scratch.scratch() as variables:
        folder = Path(variables["TMPDIR"])
        assert folder.parent == (tmp_path if plenty else Path(tempfile.gettempdir()))
        (folder / "left").touch()
    assert not folder.exists()


def test_not_where_nothing_can_be_written_or_there_is_no_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scratch, "ENOUGH", 1)
    assert scratch.roomy(tmp_path)
    assert not scratch.roomy(tmp_path / "nowhere")
    monkeypatch.setattr(scratch, "ENOUGH", 2**60)
    assert not scratch.roomy(tmp_path)


def test_memory_as_the_machine_tells_it(tmp_path: Path) -> None:
    told = tmp_path / "meminfo"
    assert scratch.free_memory(told) == 0
    told.write_text(f"MemTotal: 8 kB{os.linesep}MemAvailable:     3 kB{os.linesep}", encoding="ascii")
    assert scratch.free_memory(told) == 3072
