"""The lock verb: make the locked requirement files again from the ranges in `requirements/*.in`.

What is locked stays where it is unless the ranges forbid it; remove a lock first to move it up. The locks
name no registry and no folder of a machine. Releases of the last days are left out, so that one found to be
malicious has time to be withdrawn.
"""

import json
from datetime import UTC, datetime, timedelta

from marketplace.bootstrap import node, packages
from marketplace.bootstrap.place import Place, tool_environment
from marketplace.bootstrap.steps import Command, answers, call, reported

COOL_DOWN = timedelta(days=4)
SETS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("run", ("run.in",)),
    ("dev", ("run.in", "dev.in", "-c", "run.txt")),
    ("uv", ("uv.in",)),
    ("node", ("node.in",)),
)


def lock(place: Place) -> int:
    """All of them: Python's and npm's."""
    packages.install_uv(place)
    newest = (datetime.now(UTC) - COOL_DOWN).date().isoformat()
    for name, sources in SETS:
        with reported(f"{name}.txt"):
            lock_python(place, name, sources, newest)
    with reported("package-lock.json"):
        lock_npm(place)
    return 0


def lock_python(place: Place, name: str, sources: tuple[str, ...], newest: str) -> None:
    settings = packages.pip_settings(answers([place.python, "-m", "pip", "config", "list"]))
    for additional in ("extra-index-url", "find-links"):  # folders of files know no release dates
        settings.pop(additional, None)
    env = tool_environment() | packages.uv_environment(settings)
    env["UV_CUSTOM_COMPILE_COMMAND"] = "python3 app.py lock"
    options = ["--universal", "--python-version", "3.11", "--generate-hashes", "--exclude-newer", newest]
    options += ["--no-emit-index-url", "--no-emit-find-links", "-o", f"requirements/{name}.txt"]
    files = [word if word.startswith("-") else f"requirements/{word}" for word in sources]
    command: Command = [place.python, "-m", "uv", "pip", "compile", *options, *files]
    call(command, packages.REGISTRY, cwd=place.root, env=env)


def lock_npm(place: Place) -> None:
    found = node.ensure(place)
    options = ["--package-lock-only", "--ignore-scripts", "--omit-lockfile-registry-resolved", "--no-audit"]
    call([*found.npm, "install", *options], node.REMEDY, cwd=place.requirements)
    file = place.requirements / "package-lock.json"
    content = json.loads(file.read_text(encoding="utf-8"))
    for package in content["packages"].values():
        package.pop("funding", None)
    file.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
