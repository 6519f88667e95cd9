"""The Python environment: `.venv`, and the packages of the locked requirement files in it."""

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from marketplace.bootstrap.place import Place, Refusal, tool_environment
from marketplace.bootstrap.steps import Command, answers, call, digest, is_done, mark_done, once, reported

REGISTRY = "check the network, or name your package index: PIP_INDEX_URL=ADDRESS python3 app.py"
# pip's setting → uv's: uv reads none of pip's files, and machines in many places need a mirror.
UV_NAMES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "cert": "SSL_CERT_FILE",
    "trusted-host": "UV_INSECURE_HOST",
    "proxy": "ALL_PROXY",
    "no-index": "UV_NO_INDEX",
}
SECTIONS = ("global", "install", ":env:")
# What no process of ours imports.
NOT_COMPILED = r"site-packages/(.*/)?(tests?|pip|setuptools|pkg_resources|mypy|mypyc|lexers)/"


def ensure_environment(place: Place) -> str:
    """Make `.venv` unless it works; return its Python version."""
    version = python_version(place.python)
    if not version:
        ensure_venv_module()
        with reported("Python environment"):
            remedy = f"remove {place.venv} and start again"
            call([sys.executable, "-m", "venv", "--clear", place.venv], remedy)
        version = python_version(place.python)
    return version


def python_version(python: Path) -> str:
    """The version of an environment's Python that can also install, or nothing."""
    there = "importlib.util.find_spec('pip')"
    probe = f"import importlib.util, sys; print(sys.version.split()[0] if {there} else '')"
    return answers([python, "-c", probe]) if python.exists() else ""


def ensure_venv_module() -> None:
    """Debian splits `venv` off: root can fetch it at once, others are told the command."""
    if answers([sys.executable, "-c", "import ensurepip, venv; print('there')"]):
        return
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    remedy = f"apt-get update && apt-get install {package}   (as root), then start again"
    apt = shutil.which("apt-get")
    if os.getuid() != 0 or apt is None:
        raise Refusal("Python's module `venv` is not complete on this machine.", remedy)
    with reported(f"System package {package}"):
        env = tool_environment() | {"DEBIAN_FRONTEND": "noninteractive"}
        call([apt, "update"], remedy, env=env)
        call([apt, "install", "-y", "--no-install-recommends", package], remedy, env=env)


def stamp_of(place: Place, name: str) -> Path:
    return place.venv / f"installed-{name}.sha256"


def key_of(place: Place, name: str, version: str) -> str:
    return digest([place.requirements / f"{name}.txt"], version)


def is_installed(place: Place, name: str) -> bool:
    """Whether the locked set is in place for the Python that is there."""
    version = python_version(place.python)
    return bool(version) and is_done(stamp_of(place, name), key_of(place, name, version))


def install(place: Place, name: str, title: str) -> None:
    """The packages of `requirements/NAME.txt`, each by its hash."""
    version = ensure_environment(place)
    key = key_of(place, name, version)
    if not once(title, stamp_of(place, name), key, lambda: fetch(place, name)):
        return
    if name == "dev":
        # The development set contains the running set, version for version.
        mark_done(stamp_of(place, "run"), key_of(place, "run", version))
    with reported("Compiled modules"):
        compile_modules(place)


def compile_modules(place: Place) -> None:
    """At once and on all cores: else each process of the first start, or of the first tests, compiles all of them for
    itself. What cannot be compiled here is left to the one that imports it."""
    folders = [*place.venv.glob("lib/python*/site-packages"), place.root / "marketplace"]
    command: Command = [place.python, "-m", "compileall", "-q", "-j", "0", "-x", NOT_COMPILED, *folders]
    subprocess.run(command, cwd=place.root, env=tool_environment(), stdout=subprocess.DEVNULL, check=False)


def fetch(place: Place, name: str) -> None:
    """By uv, which is many times faster; by pip where uv does not work."""
    lock = place.requirements / f"{name}.txt"
    try:
        install_uv(place)
        settings = pip_settings(answers([place.python, "-m", "pip", "config", "list"]))
        options: Command = ["--require-hashes", "--no-build", "-r", lock]
        command: Command = [place.python, "-m", "uv", "pip", "install", "--python", place.python, *options]
        call(command, REGISTRY, env=tool_environment() | uv_environment(settings))
    except Refusal:
        print("by pip … ", end="", flush=True)
        pip_install(place, lock)


def install_uv(place: Place) -> None:
    """The installer itself, also by its hash."""
    lock = place.requirements / "uv.txt"
    stamp = stamp_of(place, "uv")
    if not is_done(stamp, digest([lock])):
        pip_install(place, lock)
        mark_done(stamp, digest([lock]))


def pip_install(place: Place, lock: Path) -> None:
    options = ["--require-hashes", "--only-binary=:all:", "--no-input", "--disable-pip-version-check"]
    call([place.python, "-m", "pip", "install", *options, "-r", lock], REGISTRY)


def pip_settings(listing: str) -> dict[str, str]:
    """What `pip config list` prints, the stronger section over the weaker."""
    found: dict[str, dict[str, str]] = {section: {} for section in SECTIONS}
    for line in listing.splitlines():
        name, _, value = line.partition("=")
        section, _, setting = name.rpartition(".")
        if section in found and value:
            found[section][setting] = str(ast.literal_eval(value))
    return {name: value for section in SECTIONS for name, value in found[section].items()}


def uv_environment(
    settings: Mapping[str, str], environment: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """The machine's settings for pip in uv's words; what is set for uv itself stands."""
    result = {"UV_INDEX_STRATEGY": "unsafe-best-match"}  # as pip does; every file is checked by its hash
    for setting, name in UV_NAMES.items():
        if settings.get(setting):
            separator = "," if name == "UV_FIND_LINKS" else " "
            result[name] = separator.join(settings[setting].split())
    return {name: value for name, value in result.items() if name not in environment}
