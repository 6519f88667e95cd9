"""The sample year behind an address, built and walked through once a test run; the journeys only look at it."""

import fcntl
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from marketplace import cli
from marketplace.application import create_app
from marketplace.config import Settings
from marketplace.setup import add_sample_year, set_up
from marketplace.web.runtime import Runtime
from tests.journeys.crawl import Findings, crawl
from tests.support.live import served
from tests.support.world import CompiledTemplates

DEMO_PASSWORD = "sample-year-password"


@dataclass(frozen=True)
class Demonstration:
    """The program with its sample year, where it is served, and what the walk through it found."""

    app: Flask
    address: str
    findings: Findings

    @property
    def parts(self) -> Runtime:
        parts: Runtime = self.app.extensions["marketplace"]
        return parts


def program_in(folder: Path) -> Flask:
    """The demonstration whose data lie in a folder."""
    settings = Settings(
        f"sqlite:///{folder / 'sample.db'}", folder, "s" * 40, demo=True, demo_password=DEMO_PASSWORD,
        testing=True, argon2_memory_kib=64, page_seconds=0,
    )  # fmt: skip
    app = create_app(settings)
    cli.register(app)
    app.jinja_env.bytecode_cache = CompiledTemplates()
    return app


def build(folder: Path) -> None:
    """A demonstration as ``flask setup --demo`` makes it, and the walk through a copy of it."""
    (folder / "year").mkdir()
    app = program_in(folder / "year")
    parts: Runtime = app.extensions["marketplace"]
    set_up(parts, print)
    add_sample_year(parts, print)
    parts.engine.dispose()
    shutil.copytree(folder / "year", folder / "walk")
    walked = program_in(folder / "walk")
    crawl(walked).save(folder / "findings.json")
    walked.extensions["marketplace"].engine.dispose()


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Where the sample year lies; of several test processes the first builds it, the others wait for it."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "sample-year"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "findings.json").exists():
            build(folder)
    return folder


@pytest.fixture(scope="session")
def sample_year(sample_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    """This process's own copy of the sample year, served."""
    mine = tmp_path_factory.mktemp("sample_year") / "copy"
    shutil.copytree(sample_folder / "year", mine)
    app = program_in(mine)
    with served(app) as address:
        yield Demonstration(app, address, Findings.load(sample_folder / "findings.json"))
    app.extensions["marketplace"].engine.dispose()
