"""What the project builds for itself after its packages: assets, message catalogues, the demo's database."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from marketplace.bootstrap.place import Place, Refusal, tool_environment, writable
from marketplace.bootstrap.steps import Command, call, digest, is_done, once, reported

BUILD_ASSETS = (
    "import sys; from pathlib import Path; from marketplace.assets import build; "
    "build(Path(sys.argv[1]), Path(sys.argv[2]))"
)
COMPILE_CATALOGUES = "from marketplace.i18n import compile_catalogues; compile_catalogues(force=True)"
UNPACK_BROWSER = "from tests.support.chromium import find; find()"
REPORT = "this is a fault of the program: please report the lines above"
GENERATED = {"vendor", "built"}


def files_below(folder: Path, pattern: str = "*") -> list[Path]:
    """Files of a kind in a folder and below, in a fixed order."""
    return sorted(file for file in folder.rglob(pattern) if file.is_file())


def assets_key(place: Place) -> str:
    """The npm lock, the builder, and our own styles, scripts and icons."""
    own = [
        file for file in files_below(place.static) if file.relative_to(place.static).parts[0] not in GENERATED
    ]
    names = [str(file.relative_to(place.root)) for file in own]
    builders = [place.root / "marketplace" / name for name in ("assets.py", "assets_map.py")]
    return digest([place.requirements / "package-lock.json", *builders, *own], *names)


def build_assets(place: Place) -> None:
    """Styles, scripts, icons and the map for the pages, from the npm packages and our own sources."""
    command: Command = [place.python, "-c", BUILD_ASSETS, place.npm, place.static]
    stamp = place.build / "assets.sha256"
    once("Assets", stamp, assets_key(place), lambda: call(command, REPORT, cwd=place.root))


def catalogues_key(place: Place) -> str:
    sources = files_below(place.root / "marketplace" / "translations", "*.po")
    return digest([place.root / "marketplace" / "i18n.py", *sources], *(file.name for file in sources))


def compile_catalogues(place: Place) -> None:
    """The English messages, one catalogue from one file for each feature."""
    command: Command = [place.python, "-c", COMPILE_CATALOGUES]
    stamp = place.build / "messages.sha256"
    once("Messages", stamp, catalogues_key(place), lambda: call(command, REPORT, cwd=place.root))


def unpack_browser(place: Place) -> None:
    """The tests' Chromium, which the first of them need all at once. Where the machine has none, they say so."""
    with reported("Test browser"):
        command: Command = [place.python, "-c", UNPACK_BROWSER]
        subprocess.run(
            command, cwd=place.root, env=tool_environment(), stderr=subprocess.DEVNULL, check=False
        )


def is_built(place: Place) -> bool:
    """Whether assets and messages are made from the sources as they are."""
    return is_done(place.build / "assets.sha256", assets_key(place)) and is_done(
        place.build / "messages.sha256", catalogues_key(place)
    )


def demo_environment(data_dir: Path, port: int, given: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The settings of `python3 app.py`: the demo on this machine; what the caller has set stands, but for the data
    directory, which has been chosen."""
    ours = {
        "DEMO": "1",
        "DATABASE_URL": f"sqlite:///{data_dir / 'marketplace.db'}",
        "BASE_URL": f"http://127.0.0.1:{port}",
    }
    settled = {name: given.get(name) or value for name, value in ours.items()}
    return tool_environment(given) | settled | {"DATA_DIR": str(data_dir)}


def set_up_database(place: Place, settings: Mapping[str, str]) -> None:
    """Migrations, reference data and the sample year: again only when the program or the database changed."""
    data_dir = Path(settings["DATA_DIR"])
    sources = [
        *files_below(place.root / "marketplace", "*.py"),
        *files_below(place.root / "migrations", "*.py"),
    ]
    data = files_below(place.root / "marketplace" / "data")
    stamp = data_dir / "setup.sha256"
    if not (data_dir / "marketplace.db").exists():
        stamp.unlink(missing_ok=True)
    key = digest([*sources, *data], settings["DATABASE_URL"])
    command: Command = [place.python, "-m", "flask", "--app", "app", "setup", "--demo"]
    remedy = f"read the lines above; to start from nothing, remove {data_dir}"
    once("Database and sample year", stamp, key, lambda: call(command, remedy, cwd=place.root, env=settings))


def require_data_dir(data_dir: Path) -> None:
    """The data directory exists and can be written."""
    if not writable(data_dir):
        raise Refusal(
            f"The data directory {data_dir} cannot be written.",
            "choose another: python3 app.py --data-dir DIR",
        )
    data_dir.mkdir(parents=True, exist_ok=True)
