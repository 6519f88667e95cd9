"""A snapshot as one file (快照归档): rules, inputs, results and hash in a ZIP whose bytes follow from its content,
so that anybody can compute everything again and compare byte by byte. Pure: no database, no clock."""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

from marketplace.config import ROOT
from marketplace.core.canonical import canonical_json, sha256_hex
from marketplace.core.dataclass import dataclass
from marketplace.priority import meeting
from marketplace.priority.evaluation import OLD_FORMAT, evaluate
from marketplace.priority.funding.proposal import propose
from marketplace.priority.funding.record import payload_of_plan
from marketplace.priority.funding.settlement import settle
from marketplace.priority.rules import rules_sha256

FORMAT = 1
CONTENT, MANIFEST = "content.json", "manifest.json"
RESULTS = ("rows", "excluded", "calibration", "assessment")
ANNEXES = ("meeting", "plan")
"""Parts that snapshots of some kinds hold."""
TEXTS = ROOT / "marketplace" / "data" / "archive"
"""By format: an old archive carries the words of its time."""
READMES = ("README.zh-CN.md", "README.en.md")
LONG_AGO = (1980, 1, 1, 0, 0, 0)
MOST_BYTES = 500_000_000
MOST_FINDINGS = 20


class BadArchive(ValueError):
    """Not an archive of a snapshot; the message says why."""


@dataclass(frozen=True, slots=True)
class Checked:
    """复算结果: ``findings`` name every figure or file that differs; none means that all is identical."""

    code: str
    number: int
    sha256: str
    findings: tuple[str, ...]


def pack(content: Mapping[str, Any], beside: Mapping[str, str] | None = None) -> bytes:
    """The archive of a snapshot's content: equal content gives equal bytes. In the older format moment and reason
    (``taken_at``, ``reason``) stand ``beside`` the content, now they are under its hash."""
    files = _files(content)
    told = content if content["format"] > OLD_FORMAT else beside or {}
    manifest = {
        "format": FORMAT,
        "code": content["list"]["code"],
        "title": content["list"]["title"],
        "number": content["number"],
        "published_at": told["taken_at"],
        "reason": told["reason"],
        "content_sha256": _sha256(files[CONTENT]),
        "files": [
            {"name": name, "size": len(data), "sha256": _sha256(data)} for name, data in sorted(files.items())
        ],
    }
    return _zip({MANIFEST: _pretty(manifest), **files})


def _files(content: Mapping[str, Any]) -> dict[str, bytes]:
    files = {
        CONTENT: canonical_json(content),
        "rules.json": _pretty({name: content[name] for name in ("list", "rules", "rules_sha256")}),
        "inputs.json": _pretty(content["inputs"]),
        "results.json": _pretty({name: content[name] for name in RESULTS}),
        **{name: (TEXTS / str(int(content["format"])) / name).read_bytes() for name in READMES},
    }
    return files | {f"{name}.json": _pretty(content[name]) for name in ANNEXES if name in content}


def _pretty(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False) + "\n").encode()


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _zip(files: Mapping[str, bytes]) -> bytes:
    """Stored, not compressed: what a compressor makes depends on its version."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, LONG_AGO)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, files[name])
    return out.getvalue()


def verify(data: bytes) -> Checked:
    """复算: everything again from the inputs, then the whole file again from that. Raises BadArchive."""
    files = _unpack(data)
    content, manifest = _json(files, CONTENT), _json(files, MANIFEST)
    try:
        findings = [*_hash(files, manifest), *_recomputed(content), *_rebuilt(data, files, content, manifest)]
        code, number = str(manifest["code"]), int(manifest["number"])
    except Exception as error:  # whatever somebody put into the file, its reader gets a line
        raise BadArchive(f"the content cannot be computed again ({type(error).__name__}: {error})") from error
    return Checked(code, number, _sha256(files[CONTENT]), tuple(findings[:MOST_FINDINGS]))


def _unpack(data: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
                raise BadArchive("its files are compressed; archives of snapshots are not")
            if sum(entry.file_size for entry in entries) > MOST_BYTES:
                raise BadArchive("it is too large")
            files = {entry.filename: archive.read(entry) for entry in entries}
    except BadArchive:
        raise
    except Exception as error:
        raise BadArchive(f"it is no readable ZIP file ({error})") from error
    if missing := {CONTENT, MANIFEST} - files.keys():
        raise BadArchive(f"it has no {', '.join(sorted(missing))}")
    return files


def _json(files: Mapping[str, bytes], name: str) -> dict[str, Any]:
    try:
        found = json.loads(files[name])
    except ValueError as error:
        raise BadArchive(f"{name} is not JSON") from error
    if not isinstance(found, dict):
        raise BadArchive(f"{name} must be an object")
    return found


def _hash(files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> Iterator[str]:
    if _sha256(files[CONTENT]) != manifest["content_sha256"]:
        yield f"{CONTENT}: its SHA-256 is not the one in {MANIFEST}"


def _recomputed(content: dict[str, Any]) -> Iterator[str]:
    """Ranking and plan from the frozen inputs and rules."""
    payload = {
        "format": content["format"],
        "places": content["list"]["places"],
        "rules": content["rules"],
        "inputs": content["inputs"],
    }
    again = _plain(evaluate(payload))
    if content["rules_sha256"] not in announced_hashes(content):
        yield "rules_sha256: not the hash of the rules in the file"
    for part in RESULTS:
        yield from differences(content[part], again[part], part)
    yield from _meeting_again(content)
    if "plan" in content:
        yield from _plan_again(content, content["plan"])


def _meeting_again(content: dict[str, Any]) -> Iterator[str]:
    """The list again from ranking and decisions."""
    if "meeting" in content:
        again = _plain(meeting.record(content, content["meeting"]["decisions"]))
        yield from differences(content["meeting"], again, "meeting")
    for finding in meeting.findings(content):
        yield f"meeting: {finding}"


def announced_hashes(content: Mapping[str, Any]) -> set[str]:
    """What may have been announced: the rules alone, or with the first version of the funding terms."""
    history = content["plan"]["terms_history"] if "plan" in content else []
    first = [None, *(one["sha256"] for one in history if one["number"] == 1)]
    return {rules_sha256(content["rules"], content["list"]["places"], terms) for terms in first}


def _plan_again(content: Mapping[str, Any], plan: Mapping[str, Any]) -> Iterator[str]:
    proposal = _plain(propose(payload_of_plan(content)))
    yield from differences(plan["proposal"], proposal, "plan.proposal")
    history = plan["terms_history"]
    if history and history[-1]["sha256"] != sha256_hex(plan["terms"]):
        yield "plan.terms: not the terms of the newest version"
    settled = settle(plan["terms"], plan["requests"], proposal, plan["deviations"])
    yield from differences(plan["settled"], _plain(settled.to_dict()), "plan.settled")
    if settled.over:
        yield f"plan.settled: exceeds {', '.join(one.en for one in settled.over)}"


def _plain(value: Any) -> Any:
    """As a snapshot holds it."""
    return json.loads(canonical_json(value))


def differences(found: Any, again: Any, where: str) -> Iterator[str]:
    """Every place where two plain values differ."""
    if isinstance(found, dict) and isinstance(again, dict):
        for key in sorted({*found, *again}):
            if key not in found or key not in again:
                yield f"{where}.{key}: {'missing in the file' if key not in found else 'only in the file'}"
            else:
                yield from differences(found[key], again[key], f"{where}.{key}")
    elif isinstance(found, list) and isinstance(again, list) and len(found) == len(again):
        for place, (one, other) in enumerate(zip(found, again, strict=True)):
            yield from differences(one, other, f"{where}[{place}]")
    elif type(found) is not type(again) or found != again:
        yield f"{where}: {_short(found)} in the file, {_short(again)} computed again"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _rebuilt(
    data: bytes, files: Mapping[str, bytes], content: Mapping[str, Any], manifest: Mapping[str, Any]
) -> Iterator[str]:
    """The file must be the one that its own content gives, to the byte."""
    wanted = pack(content, {"taken_at": manifest["published_at"], "reason": manifest["reason"]})
    if wanted == data:
        return
    with zipfile.ZipFile(io.BytesIO(wanted)) as archive:
        expected = {name: archive.read(name) for name in archive.namelist()}
    names = [name for name in sorted({*files, *expected}) if files.get(name) != expected.get(name)]
    for name in names or ["the ZIP file around its parts"]:
        yield f"{name}: not the bytes that follow from {CONTENT}"
