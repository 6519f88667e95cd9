"""Where things are put: the project, its environment, what is built, and the data of a run."""

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class Refusal(Exception):
    """What is missing, and the command that mends it."""

    def __init__(self, missing: str, remedy: str) -> None:
        super().__init__(missing)
        self.missing = missing
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.missing}\n  What to do: {self.remedy}"


@dataclass(frozen=True)
class Place:
    """The folders of one checkout."""

    root: Path

    @property
    def requirements(self) -> Path:
        return self.root / "requirements"

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        return self.venv / "bin" / "python"

    @property
    def build(self) -> Path:
        return self.root / "build"

    @property
    def npm(self) -> Path:
        """Where `npm ci` runs; the packages are in its `node_modules`."""
        return self.build / "npm"

    @property
    def static(self) -> Path:
        return self.root / "static"

    def package(self, name: str) -> Path | None:
        """The folder of an installed Python package, found without importing it."""
        return next(self.venv.glob(f"lib/python*/site-packages/{name}"), None)

    def require_writable(self) -> None:
        """Installing writes into the checkout; say so plainly where it cannot."""
        if not writable(self.root):
            raise Refusal(
                f"The folder {self.root} is not completely installed and cannot be written by this user.",
                "run `python3 app.py install` as its owner, or clone it to a folder of your own",
            )


HERE = Place(Path(__file__).resolve().parents[2])


def writable(folder: Path) -> bool:
    """Whether files can be made in the folder, or in the nearest parent that exists."""
    while not folder.exists():
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)


def tool_environment(environment: Mapping[str, str] = os.environ, spare: Path = HERE.build) -> dict[str, str]:
    """The environment for what is started here: a usable HOME for caches, no foreign Python, and compiled modules are
    kept (compiling all of them anew takes longer than the rest of a start)."""
    unwanted = {"PYTHONHOME", "VIRTUAL_ENV", "PYTHONDONTWRITEBYTECODE"}
    result = {name: value for name, value in environment.items() if name not in unwanted}
    home = result.get("HOME", "")
    if not (home and Path(home).is_dir() and writable(Path(home))):
        home_here = spare / "home" if writable(spare) else Path(tempfile.gettempdir())
        home_here.mkdir(parents=True, exist_ok=True)
        result["HOME"] = str(home_here)
    return result


def default_data_dir(place: Place = HERE, environment: Mapping[str, str] = os.environ) -> Path:
    """What DATA_DIR says; else the project's `data` folder, or one of the user's own where the project is not theirs to
    write."""
    if environment.get("DATA_DIR"):
        return Path(environment["DATA_DIR"])
    if writable(place.root / "data"):
        return place.root / "data"
    home = environment.get("XDG_DATA_HOME") or os.path.join(environment.get("HOME", ""), ".local", "share")
    if os.path.isabs(home) and writable(Path(home)):
        return Path(home) / "marketplace"
    return Path(tempfile.gettempdir()) / f"marketplace-{os.getuid()}"
