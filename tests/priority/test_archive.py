"""The archive of a snapshot: the same bytes always, computed again by anybody, and no byte changed unseen."""

import io
import json
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from marketplace.cli.decision import bare_app
from marketplace.core.canonical import sha256_hex
from marketplace.priority.archive import pack
from marketplace.priority.evaluation import FORMAT, evaluate
from marketplace.priority.funding.proposal import propose
from marketplace.priority.funding.record import plan_payload
from marketplace.priority.funding.settlement import settle
from marketplace.priority.rules import RoundRules, rules_sha256
from tests.priority.frozen import INPUTS, REQUESTS, TERMS

AT, LATER = "2026-11-20T08:00:00.000000+00:00", "2026-11-21T08:00:00.000000+00:00"
ARCHIVES = Path(__file__).parent / "archives"


@pytest.fixture(scope="module")
def content() -> dict[str, Any]:
    """A funding round's content as a snapshot freezes it."""
    rules = RoundRules(0).to_dict()
    found = {
        "format": FORMAT,
        "list": {"code": "YX-2026-01", "kind": "funding", "title": "资金支持（示例）", "places": 2},
        "number": 1,
        "taken_at": AT,
        "reason": "",
        "rules": rules,
        "rules_sha256": rules_sha256(rules, 2, sha256_hex(TERMS)),
        "inputs": INPUTS,
        **evaluate({"format": FORMAT, "places": 2, "rules": rules, "inputs": INPUTS}),
    }
    proposal = propose(plan_payload(TERMS, REQUESTS, found))
    settled = settle(TERMS, REQUESTS, proposal, []).to_dict()
    plan = {"terms": TERMS, "requests": REQUESTS, "proposal": proposal, "deviations": [], "settled": settled}
    history = [{"number": 1, "sha256": sha256_hex(TERMS), "reason": "", "confirmed_at": AT}]
    return json.loads(json.dumps({**found, "plan": {**plan, "terms_history": history}}))


@pytest.fixture(scope="module")
def packed(content: dict[str, Any]) -> bytes:
    return pack(content)


def verified(tmp_path: Path, data: bytes) -> Result:
    path = tmp_path / "list.zip"
    path.write_bytes(data)
    return bare_app().test_cli_runner().invoke(args=["decision", "verify", str(path)])


def test_the_published_file_is_computed_again_to_the_byte(
    tmp_path: Path, content: dict[str, Any], packed: bytes
) -> None:
    done = verified(tmp_path, packed)
    assert done.exit_code == 0, done.output
    assert sha256_hex(content) in done.output
    assert "identical" in done.output
    assert pack(json.loads(json.dumps(content))) == packed


def test_without_a_plan_too(tmp_path: Path, content: dict[str, Any]) -> None:
    ranking = {name: value for name, value in content.items() if name != "plan"}
    ranking |= {"reason": "成绩更正（示例）", "rules_sha256": rules_sha256(ranking["rules"], 2)}
    assert verified(tmp_path, pack(ranking)).exit_code == 0


@pytest.mark.parametrize("name", sorted(one.name for one in ARCHIVES.iterdir()))
def test_what_was_published_before_is_still_computed_again_to_the_byte(tmp_path: Path, name: str) -> None:
    done = verified(tmp_path, (ARCHIVES / name).read_bytes())
    assert done.exit_code == 0, done.output


def test_moment_and_reason_are_under_the_hash(content: dict[str, Any]) -> None:
    hashes = {
        sha256_hex(one)
        for one in (content, {**content, "reason": "另一个理由（示例）"}, {**content, "taken_at": LATER})
    }
    assert len(hashes) == 3
    with zipfile.ZipFile(io.BytesIO(pack(content, {"taken_at": LATER, "reason": "x"}))) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    assert (manifest["published_at"], manifest["reason"]) == (AT, "")


def test_it_explains_itself_in_both_languages(packed: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        names = archive.namelist()
        manifest = json.loads(archive.read("manifest.json"))
        assert "decision verify" in archive.read("README.zh-CN.md").decode()
        assert "decision verify" in archive.read("README.en.md").decode()
        assert json.loads(archive.read("plan.json"))["proposal"]["status"] == "plan"
    assert {line["name"] for line in manifest["files"]} == set(names) - {"manifest.json"}


def test_no_byte_can_be_changed_unseen(tmp_path: Path, packed: bytes) -> None:
    """Spread over the whole file: headers, names, content, directory."""
    dice = random.Random(7)  # noqa: S311 - places, not secrets
    places = {0, len(packed) - 1, *(dice.randrange(len(packed)) for _ in range(40))}
    for place in sorted(places):
        changed = bytearray(packed)
        changed[place] ^= 1
        done = verified(tmp_path, bytes(changed))
        assert done.exit_code in (1, 2), f"byte {place}"
        assert "Traceback" not in done.output


def test_nor_appended_or_cut_off(tmp_path: Path, packed: bytes) -> None:
    assert verified(tmp_path, packed + b"\n").exit_code in (1, 2)
    assert verified(tmp_path, packed[:-1]).exit_code in (1, 2)


CHANGES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "rows[0].total: ": lambda content: content["rows"][0].update(total="99.99"),
    "assessment.rows.project:1.hi": lambda content: content["assessment"]["rows"]["project:1"].update(hi=9),
    "rows[0].base": lambda content: content["inputs"]["outcomes"][0].update(score="95.00"),
    "plan.proposal.rows[0].amounts[0]": lambda content: content["plan"]["proposal"]["rows"][0].update(
        amounts=[1]
    ),
    "plan.settled.spent[0]": lambda content: content["plan"]["settled"].update(spent=[1]),
    "plan.proposal": lambda content: content["plan"]["terms"]["years"][0].update(envelope=70_000_000),
    "plan.terms: ": lambda content: content["plan"]["terms"]["factors"][0].update(factor="1.40"),
    "rules_sha256: ": lambda content: content["plan"]["terms_history"][0].update(sha256="0" * 64),
}


@pytest.mark.parametrize("where", CHANGES)
def test_a_forged_figure_is_named_even_when_all_hashes_are_made_anew(
    tmp_path: Path, content: dict[str, Any], where: str
) -> None:
    forged = json.loads(json.dumps(content))
    CHANGES[where](forged)
    done = verified(tmp_path, pack(forged))
    assert done.exit_code == 1
    assert f"differs: {where}" in done.output


def test_an_honest_file_with_one_more_or_compressed_part(tmp_path: Path, packed: bytes) -> None:
    out = io.BytesIO(packed)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("extra.txt", "more")
    extra = verified(tmp_path, out.getvalue())
    assert (extra.exit_code, "extra.txt" in extra.output) == (1, True)
    again = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as old, zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    assert "compressed" in verified(tmp_path, again.getvalue()).stderr


@pytest.mark.parametrize("data", [b"", b"PK", b"no zip at all", b"\x00" * 1000])
def test_what_is_no_archive_gets_one_line_and_status_2(tmp_path: Path, data: bytes) -> None:
    done = verified(tmp_path, data)
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (2, "", 1)


def zipped(files: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return out.getvalue()


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"a.txt": "x"}, "it has no content.json, manifest.json"),
        ({"content.json": "x", "manifest.json": "{}"}, "content.json is not JSON"),
        ({"content.json": "[]", "manifest.json": "{}"}, "must be an object"),
        ({"content.json": "{}", "manifest.json": "{}"}, "cannot be computed again"),
    ],
)
def test_what_is_no_snapshot_says_why(tmp_path: Path, files: dict[str, str], message: str) -> None:
    done = verified(tmp_path, zipped(files))
    assert (done.exit_code, message in done.stderr) == (2, True), done.output


def test_a_missing_file(tmp_path: Path) -> None:
    done = bare_app().test_cli_runner().invoke(args=["decision", "verify", str(tmp_path / "nothing.zip")])
    assert (done.exit_code, "cannot be read" in done.stderr) == (2, True)
