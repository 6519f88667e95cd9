"""The check verb: every tool that reads the code, one after the other."""

import subprocess
import time
from pathlib import Path

from marketplace.bootstrap.place import Place, tool_environment

TOOLS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Lint (ruff)", ("ruff", "check", ".")),
    ("Format (ruff)", ("ruff", "format", "--check", ".")),
    ("Types (mypy)", ("mypy",)),
    ("Import order (import-linter)", ("lint-imports",)),
    ("Templates (djlint)", ("djlint", "--lint", "--quiet", "templates")),
    ("Dependencies (deptry)", ("deptry", ".")),
)


def check(place: Place) -> int:
    """Run them all, show what each found, and fail if any failed."""
    env = tool_environment()
    env["PATH"] = f"{place.venv / 'bin'}:{env.get('PATH', '')}"
    failed = [title for title, command in TOOLS if not passes(place.root, title, command, env)]
    print(f"\n{'Failed: ' + ', '.join(failed) if failed else 'All checks passed.'}", flush=True)
    return 1 if failed else 0


def passes(root: Path, title: str, command: tuple[str, ...], env: dict[str, str]) -> bool:
    print(f"\n== {title}", flush=True)
    start = time.monotonic()
    done = subprocess.run(command, cwd=root, env=env, stdin=subprocess.DEVNULL, check=False)
    print(
        f"   {'passed' if done.returncode == 0 else 'FAILED'} in {time.monotonic() - start:.1f} s", flush=True
    )
    return done.returncode == 0
