"""The verbs of `python3 app.py`."""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from marketplace.bootstrap import locks, node, packages, project, quality, scratch, serve
from marketplace.bootstrap.place import HERE, Place, Refusal, default_data_dir, tool_environment
from marketplace.bootstrap.steps import Command, alone

DELEGATES = {"bench": "tests.bench", "shots": "tests.shots"}


def port(text: str) -> int:
    """A port that a program may listen on."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise argparse.ArgumentTypeError("a port is a whole number from 1 to 65535")
    return int(text)


def parser() -> argparse.ArgumentParser:
    """What may be said on the command line."""
    top = argparse.ArgumentParser(
        prog="app.py", description="Challenge marketplace (揭榜挂帅): install, run, test."
    )
    verbs = top.add_subparsers(dest="verb", metavar="VERB")
    run = verbs.add_parser("run", help="install and run the demo on this machine (also without any verb)")
    run.add_argument("--port", type=port, default=5000, help="port to listen on (5000)")
    run.add_argument("--data-dir", type=Path, default=None, metavar="DIR", help="database and files (data/)")
    verbs.add_parser("install", help="install what running needs, and end")
    test = verbs.add_parser("test", help="install what testing needs, and pass every test", add_help=False)
    test.add_argument("arguments", nargs=argparse.REMAINDER, metavar="PYTEST_ARGUMENT")
    verbs.add_parser("check", help="lint, format, types, import order, templates, dependencies")
    for verb, said in (
        ("bench", "measure the program beside its bare twin"),
        ("shots", "make the README's pictures"),
    ):
        delegate = verbs.add_parser(verb, help=said, add_help=False)
        delegate.add_argument("arguments", nargs=argparse.REMAINDER, metavar="ARGUMENT")
    verbs.add_parser("lock", help="make the locked requirement files again")
    return top


def parse(words: Sequence[str]) -> argparse.Namespace:
    """Options without a verb belong to `run`."""
    words = list(words)
    if not words or (words[0].startswith("-") and words[0] not in {"-h", "--help"}):
        words.insert(0, "run")
    if words[0] in {"test", *DELEGATES}:  # all that follows is theirs, also what looks like an option of ours
        return argparse.Namespace(verb=words[0], arguments=words[1:])
    return parser().parse_args(words)


def main(words: Sequence[str], place: Place = HERE) -> int:
    """Carry out one verb; a refusal is told in two lines, not in a traceback."""
    said = parse(words)
    try:
        return carry_out(said, place)
    except Refusal as refusal:
        print(f"\n✗ {refusal}", file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        return 130


def carry_out(said: argparse.Namespace, place: Place) -> int:
    match said.verb:
        case "run":
            return run(place, said.port, said.data_dir)
        case "install":
            return prepare(place, dev=False)
        case "lock":
            packages.ensure_environment(place)
            return locks.lock(place)
        case "check":
            prepare(place, dev=True)
            return quality.check(place)
        case "test":
            prepare(place, dev=True)
            command = ["pytest", "-n", str(side_by_side()), "--dist", "worksteal", *said.arguments]
            with scratch.scratch() as folder:
                return delegate(place, command, folder)
        case _:
            prepare(place, dev=True)
            return delegate(place, [DELEGATES[said.verb], *said.arguments])


def side_by_side() -> int:
    """How many processes test: one more than the machine has cores, for some wait for mails, leases and browsers;
    not more than memory is good for."""
    return min((os.cpu_count() or 1) + 1, 5)


def is_prepared(place: Place, *, dev: bool) -> bool:
    """Whether every step of the installation is done for the files as they are."""
    return (
        packages.is_installed(place, "dev" if dev else "run")
        and node.is_installed(place, dev=dev)
        and project.is_built(place)
    )


def prepare(place: Place, *, dev: bool) -> int:
    """Install what is missing; nothing is done when the locks and the sources have not changed."""
    if is_prepared(place, dev=dev):
        return 0
    place.require_writable()
    start = time.monotonic()
    with alone(place.build / "install.lock"):
        install(place, dev=dev)
    print(f"  installed in {time.monotonic() - start:.1f} s", flush=True)
    return 0


def install(place: Place, *, dev: bool) -> None:
    """The steps in order."""
    packages.install(place, "dev" if dev else "run", "Python packages")
    node.install(place, dev=dev)
    if dev:
        node.instead_of(place, place.package("playwright"))
    project.build_assets(place)
    project.compile_catalogues(place)
    if dev:
        project.unpack_browser(place)


def run(place: Place, chosen_port: int, data_dir: Path | None) -> int:
    """Install, set up the demo's database, serve."""
    serve.require_free_port(chosen_port)
    prepare(place, dev=False)
    folder = (data_dir or default_data_dir(place)).absolute()
    project.require_data_dir(folder)
    settings = project.demo_environment(folder, chosen_port)
    project.set_up_database(place, settings)
    return serve.run(place, chosen_port, settings)


def delegate(
    place: Place, module_and_arguments: Sequence[str], variables: Mapping[str, str] = MappingProxyType({})
) -> int:
    """A module of the environment, from the project's folder, with the terminal as it is."""
    command: Command = [place.python, "-m", *module_and_arguments]
    env = {**tool_environment(), **variables}
    return subprocess.run(command, cwd=place.root, env=env, check=False).returncode
