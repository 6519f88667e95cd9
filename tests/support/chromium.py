"""A real browser: Chromium from the npm packages, with a font that has the Chinese characters.

It needs nothing of the system but the C library. Another one can be named by the variable CHROMIUM;
where the packaged one does not fit the machine (not x86-64), the system's is taken.
"""

import fcntl
import io
import os
import platform
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import brotli  # type: ignore[import-untyped]
import playwright
from playwright.sync_api import Browser, sync_playwright

from marketplace.bootstrap.node import instead_of
from marketplace.bootstrap.place import HERE, Place, writable

ARGUMENTS = ("--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--lang=zh-CN")
FONT_FAMILY = "Noto Sans SC"
FONTS_CONF = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{fonts}/400Regular</dir>
  <dir>{fonts}/700Bold</dir>
  <cachedir>{cache}</cachedir>
  <match target="pattern"><edit name="family" mode="append_last"><string>{family}</string></edit></match>
</fontconfig>
"""


@dataclass(frozen=True)
class Chromium:
    """The program and the environment that it starts in."""

    program: Path
    environment: dict[str, str]


def find(place: Place = HERE) -> Chromium:
    """The browser that was asked for, the packaged one, or the system's."""
    named = os.environ.get("CHROMIUM")
    packed = place.npm / "node_modules" / "@sparticuz" / "chromium" / "bin"
    if not named and packed.is_dir() and platform.machine() == "x86_64":
        return unpacked(place, packed)
    system = named or shutil.which("chromium") or shutil.which("google-chrome")
    if system is None:
        raise RuntimeError("There is no Chromium; run `python3 app.py test`, or set CHROMIUM to its path")
    return Chromium(
        Path(system), {**os.environ, "FONTCONFIG_FILE": str(fonts_file(place, place.build / "chromium"))}
    )


def unpacked(place: Place, packed: Path) -> Chromium:
    """Unpack the packaged browser once; processes that start together wait for the first."""
    folder = place.build / "chromium"
    program, libraries = folder / "chromium", folder / "lib"
    if not program.exists():
        if not writable(place.build):
            raise RuntimeError(f"Chromium cannot be unpacked: {place.build} cannot be written")
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not program.exists():
                unpack_libraries(packed / "al2023.tar.br", libraries)
                unpack_program(packed / "chromium.br", program)
    environment = {**os.environ, "FONTCONFIG_FILE": str(fonts_file(place, folder))}
    environment["LD_LIBRARY_PATH"] = f"{libraries}:{os.environ.get('LD_LIBRARY_PATH', '')}".rstrip(":")
    return Chromium(program, environment)


def unpack_libraries(archive: Path, folder: Path) -> None:
    """The shared libraries, each by its plain name."""
    folder.mkdir(exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(brotli.decompress(archive.read_bytes()))) as content:
        for member in content:
            file = content.extractfile(member)
            if file is not None:
                (folder / Path(member.name).name).write_bytes(file.read())


def unpack_program(archive: Path, program: Path) -> None:
    """Under its name only when it is complete."""
    half = program.with_suffix(".half")
    half.write_bytes(brotli.decompress(archive.read_bytes()))
    half.chmod(0o755)
    half.rename(program)


def fonts_file(place: Place, folder: Path) -> Path:
    """Only the packaged Chinese font and none of the machine: pictures are the same everywhere."""
    file = folder / "fonts.conf"
    fonts = place.npm / "node_modules" / "@expo-google-fonts" / "noto-sans-sc"
    text = FONTS_CONF.format(fonts=fonts, cache=folder / "fontcache", family=FONT_FAMILY)
    if not file.exists() or file.read_text(encoding="utf-8") != text:
        folder.mkdir(parents=True, exist_ok=True)
        half = file.with_suffix(f".{os.getpid()}")
        half.write_text(text, encoding="utf-8")
        half.rename(file)
    return file


@contextmanager
def launched(place: Place = HERE) -> Iterator[Browser]:
    """A running browser, ended at the end."""
    chromium = find(place)
    other_node = instead_of(place, Path(playwright.__file__).parent)
    if other_node is not None:
        os.environ["PLAYWRIGHT_NODEJS_PATH"] = str(other_node)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=chromium.program, args=list(ARGUMENTS), env=dict(chromium.environment)
        )
        try:
            yield browser
        finally:
            browser.close()
