"""The Python packages: the machine's index is used, hashes are demanded, installed is known as installed."""

import re
import sys
from pathlib import Path

import pytest

from marketplace.bootstrap import node, packages
from marketplace.bootstrap.place import HERE, Place

LOCKS = ("run", "dev", "uv", "node")
LISTING = """\
:env:.cert='/etc/ssl/ca.crt'
global.cert='/etc/ssl/other.crt'
global.extra-index-url='file:///one file:///two'
global.index-url='https://mirror.example/simple'
install.index-url='https://closer.example/simple'
freeze.timeout='10'
"""


def test_the_stronger_setting_of_pip_wins() -> None:
    assert packages.pip_settings(LISTING) == {
        "cert": "/etc/ssl/ca.crt",
        "extra-index-url": "file:///one file:///two",
        "index-url": "https://closer.example/simple",
    }


def test_settings_of_pip_are_passed_on_to_uv() -> None:
    given = packages.uv_environment(packages.pip_settings(LISTING) | {"find-links": "/a\n/b"}, {})
    assert given == {
        "UV_DEFAULT_INDEX": "https://closer.example/simple",
        "UV_INDEX": "file:///one file:///two",
        "UV_FIND_LINKS": "/a,/b",
        "SSL_CERT_FILE": "/etc/ssl/ca.crt",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
    }


def test_what_is_set_for_uv_itself_stands() -> None:
    own = {"UV_DEFAULT_INDEX": "https://own.example/simple"}
    assert "UV_DEFAULT_INDEX" not in packages.uv_environment(packages.pip_settings(LISTING), own)


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_a_hash_and_no_address(name: str) -> None:
    text = (HERE.requirements / f"{name}.txt").read_text(encoding="utf-8")
    pinned = re.findall(r"^[a-z0-9][^ \n]*==[^\n]*\\\n    --hash=sha256:[0-9a-f]{64}", text, re.MULTILINE)
    assert pinned
    assert len(pinned) == len(re.findall(r"^[a-z0-9]", text, re.MULTILINE))
    assert "://" not in text
    assert "--index" not in text


def test_the_development_set_contains_the_running_set_version_for_version() -> None:
    run, dev = (
        set(
            re.findall(
                r"^[a-z0-9][^ ]*==[^ ]+", (HERE.requirements / f"{name}.txt").read_text(), re.MULTILINE
            )
        )
        for name in ("run", "dev")
    )
    assert run
    assert run <= dev


def test_the_npm_lock_names_no_address_and_has_every_checksum() -> None:
    text = (HERE.requirements / "package-lock.json").read_text(encoding="utf-8")
    assert "://" not in text
    assert text.count('"integrity": "sha512-') == text.count('"node_modules/')


def test_a_node_is_taken_only_if_it_starts_and_is_new_enough(tmp_path: Path) -> None:
    for name, said in (("new", "v20.1.0"), ("old", "v18.19.0"), ("odd", "none")):
        (tmp_path / name).write_text(f"#!/bin/sh\necho {said}\n")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "broken").write_text("#!/bin/sh\necho v22.0.0\nexit 127\n")
    (tmp_path / "broken").chmod(0o755)
    assert [name for name in ("new", "old", "odd", "broken", "absent") if node.works(tmp_path / name)] == [
        "new"
    ]


def test_modules_are_compiled_but_for_those_nobody_imports(tmp_path: Path) -> None:
    place = Place(tmp_path / "test" / "checkout")
    installed = place.venv / "lib" / "python3.11" / "site-packages"
    good, bad, unused = (
        installed / "good.py",
        installed / "bad.py",
        installed / "good" / "tests" / "test_it.py",
    )
    ours = place.root / "marketplace" / "ours.py"
    for file in (good, bad, unused, ours):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("1 +" if file is bad else "answer = 42", encoding="utf-8")
    place.python.parent.mkdir()
    place.python.symlink_to(sys.executable)
    packages.compile_modules(place)
    compiled = {file.name.partition(".")[0] for file in place.root.rglob("*.pyc")}
    assert compiled == {"good", "ours"}
