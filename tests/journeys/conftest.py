"""The sample year behind an address, built and walked through once a test run; the journeys only look at it."""

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from marketplace import cli
from marketplace.application import create_app
from marketplace.config import ROOT, Settings
from marketplace.setup import set_up_demo
from marketplace.web.runtime import Runtime
from tests.journeys.crawl import Findings, crawl
from tests.support.live import served
from tests.support.run import once
from tests.support.world import CompiledTemplates, trust_the_machine

DEMO_PASSWORD = "sample-year-password"


@dataclass(frozen=True)
class Demonstration:
    """The program with its sample year, where it is served, and what its setup said."""

    app: Flask
    address: str
    said: str

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
    trust_the_machine(app.extensions["marketplace"].engine)
    app.jinja_env.bytecode_cache = CompiledTemplates()
    return app


def interrupt_setup(folder: Path) -> None:
    """``flask setup --demo``, killed when the first topics stand in the database."""
    environment = os.environ | {
        "DEMO": "1", "DATA_DIR": str(folder), "DATABASE_URL": f"sqlite:///{folder / 'sample.db'}",
    }  # fmt: skip
    command = [sys.executable, "-m", "flask", "--app", "app", "setup", "--demo"]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL) as setup:
        while topics_in(folder / "sample.db") < 3:
            assert setup.poll() is None, "setup ended before it could be interrupted"
            time.sleep(0.05)
        setup.kill()


def topics_in(database: Path) -> int:
    """How many topics stand there already."""
    if not database.exists():
        return 0
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        tables = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'topic'").fetchone()[0]
        return int(connection.execute("SELECT count(*) FROM topic").fetchone()[0]) if tables else 0
    except sqlite3.OperationalError:
        return 0  # the other process holds the lock just now
    finally:
        connection.close()


def build(folder: Path) -> None:
    """A demonstration as ``flask setup --demo`` makes it, though it was killed half-way the first time."""
    (folder / "year").mkdir()
    interrupt_setup(folder / "year")
    app, said = program_in(folder / "year"), list[str]()
    parts: Runtime = app.extensions["marketplace"]
    set_up_demo(parts, said.append)
    parts.engine.dispose()
    (folder / "said.txt").write_text("\n".join(said), encoding="utf-8")


def walk(folder: Path) -> None:
    """Everybody walks through a copy of it."""
    shutil.copytree(folder / "year", folder / "walk")
    walked = program_in(folder / "walk")
    found = crawl(walked)
    walked.extensions["marketplace"].engine.dispose()
    found.save(folder / "findings.json")


@pytest.fixture(scope="session")
def sample_folder(run_folder: Path) -> Path:
    """Where the sample year lies."""
    folder = run_folder / "sample-year"
    folder.mkdir(exist_ok=True)
    once(folder, "said.txt", build)
    return folder


@pytest.fixture(scope="session")
def findings(sample_folder: Path) -> Findings:
    """What the walk through the sample year found."""
    once(sample_folder, "findings.json", walk)
    return Findings.load(sample_folder / "findings.json")


@pytest.fixture(scope="session")
def sample_year(sample_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    """This process's own copy of the sample year, served."""
    mine = tmp_path_factory.mktemp("sample_year") / "copy"
    shutil.copytree(sample_folder / "year", mine)
    app = program_in(mine)
    with served(app) as address:
        yield Demonstration(app, address, (sample_folder / "said.txt").read_text(encoding="utf-8"))
    app.extensions["marketplace"].engine.dispose()
