"""The command line of `python3 app.py`."""

import ast
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from marketplace.bootstrap import cli, serve
from marketplace.bootstrap.place import HERE, Place, Refusal


@pytest.mark.parametrize(
    ("words", "port", "data_dir"),
    [
        ([], 5000, None),
        (["--port", "5001"], 5001, None),
        (["run", "--data-dir", "d"], 5000, Path("d")),
    ],
)
def test_without_a_verb_the_program_runs(words: list[str], port: int, data_dir: Path | None) -> None:
    said = cli.parse(words)
    assert (said.verb, said.port, said.data_dir) == ("run", port, data_dir)


def test_what_follows_test_belongs_to_pytest() -> None:
    assert cli.parse(["test", "-k", "bids", "--port", "x", "-h"]).arguments == [
        "-k",
        "bids",
        "--port",
        "x",
        "-h",
    ]


@pytest.mark.parametrize(
    "words", [["fly"], ["--port", "0"], ["--port", "70000"], ["--port", "８０８０"], ["check", "x"]]
)
def test_nonsense_is_refused_with_usage(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.parse(words)
    assert ended.value.code == 2
    assert "usage: app.py" in capsys.readouterr().err


def test_a_busy_port_is_told_with_the_way_out(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as busy:
        busy.bind((serve.HOST, 0))
        busy.listen()
        port = busy.getsockname()[1]
        assert cli.main(["--port", str(port)]) == 1
    said = capsys.readouterr().err
    assert f"Port {port} cannot be used" in said
    assert f"python3 app.py --port {port + 1}" in said


def test_the_help_names_every_verb() -> None:
    done = subprocess.run(
        [sys.executable, HERE.root / "app.py", "--help"],
        cwd="/",
        capture_output=True,
        text=True,
        check=True,
    )
    for verb in ("run", "install", "test", "check", "bench", "shots", "lock"):
        assert f"\n    {verb} " in done.stdout


def test_the_bootstrap_imports_only_the_standard_library() -> None:
    for file in [HERE.root / "app.py", *(HERE.root / "marketplace" / "bootstrap").glob("*.py")]:
        for name in imported_at_the_top(ast.parse(file.read_text(encoding="utf-8"))):
            ours = name.startswith("marketplace.bootstrap")
            assert ours or name.partition(".")[0] in sys.stdlib_module_names, f"{file.name} imports {name}"


def imported_at_the_top(module: ast.Module) -> list[str]:
    names: list[str] = []
    for node in module.body:
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names.append(node.module or "")
    return names


def test_a_server_that_ends_while_starting_is_told(tmp_path: Path) -> None:
    web = serve.start(Place(tmp_path), ["false"], {})
    web.wait()
    with pytest.raises(Refusal, match="ended while starting"):
        serve.wait_until_it_answers(web, free_port())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((serve.HOST, 0))
        return int(probe.getsockname()[1])
