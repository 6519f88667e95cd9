"""Chinese is the source; English is complete; nobody writes Chinese past the catalogue."""

import re
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from marketplace.config import ROOT
from marketplace.core.workflow import Workflow
from marketplace.i18n import catalogue_files, conflicts, counting, merged_catalogue

CHINESE = re.compile(r"[\u4e00-\u9fff]")
KEYWORDS = {
    "_": None,
    "_l": None,
    "N_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "no": None,
}
METHODS = [("marketplace/**.py", "python"), ("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2"),
           ("templates/**.xml", "jinja2")]  # fmt: skip
NAMED = re.compile(r"%\(\w+\)s")
OPTIONS = {
    pattern: {"extensions": "jinja2.ext.i18n", "silent": "false", "trimmed": "true"}
    for pattern, method in METHODS
    if method == "jinja2"
}


@cache
def whole_catalogue() -> Catalog:
    """The English of all features, read once."""
    return merged_catalogue()


def extracted() -> dict[str, str]:
    """Every message of the program and where it stands."""
    found: dict[str, str] = {}
    for folder in ("marketplace", "templates"):
        for name, line, message, _comments, _context in extract_from_dir(
            str(ROOT / folder), [(p.split("/", 1)[1], m) for p, m in METHODS if p.startswith(folder)],
            {p.split("/", 1)[1]: o for p, o in OPTIONS.items() if p.startswith(folder)}, keywords=KEYWORDS,
        ):  # fmt: skip
            key = message[0] if isinstance(message, tuple) else message
            if key:
                found[key] = f"{folder}/{name}:{line}"
    return found


def test_every_message_has_its_english() -> None:
    known = {m.id[0] if isinstance(m.id, tuple) else m.id for m in whole_catalogue() if m.id and m.string}
    missing = {where: key for key, where in extracted().items() if CHINESE.search(key) and key not in known}
    assert not missing, "\n".join(f"{where}: {key!r}" for where, key in sorted(missing.items()))


ONE_FORM_ONLY = {"_": None, "gettext": None}
"""What asks the catalogue in Python and in mails without telling the number; pages tell it."""


def asked_without_number() -> set[str]:
    """Every message asked for in these ways."""
    places = (("marketplace", "**.py", "python"), ("templates/mail", "**.txt", "jinja2"))
    return {
        message
        for folder, pattern, method in places
        for _name, _line, message, *_rest in extract_from_dir(
            str(ROOT / folder), [(pattern, method)], keywords=ONE_FORM_ONLY
        )
        if isinstance(message, str)
    }


def test_what_has_two_forms_is_told_the_number() -> None:
    forms = {message.id[0] for message in whole_catalogue() if isinstance(message.id, tuple)}
    assert not forms & asked_without_number(), "use ngettext, or translate(message, params)"
    assert all(counting(message) for message in forms), "name the counting place in i18n.COUNTING"


def test_no_english_leaves_the_form_to_the_reader() -> None:
    told = [message.string for message in whole_catalogue() if isinstance(message.string, str)]
    assert not [text for text in told if re.search(r"[a-z]\(s\)", NAMED.sub("", text))]


def test_a_message_has_one_english() -> None:
    assert not conflicts(), "\n".join(conflicts())


def test_no_entry_is_fuzzy_or_without_english() -> None:
    bad = []
    for path in catalogue_files():
        with path.open("rb") as source:
            for message in read_po(source, locale="en"):
                strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
                if message.id and (
                    message.fuzzy or not all(strings) or any(CHINESE.search(s) for s in strings)
                ):
                    bad.append(f"{path.name}: {message.id!r}")
    assert not bad, "\n".join(bad)


def test_placeholders_are_the_same_in_both_languages() -> None:
    pattern = re.compile(r"%\((\w+)\)")
    bad = []
    for message in whole_catalogue():
        if not message.id:
            continue
        ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
        strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
        wanted = set(pattern.findall(ids[-1]))
        bad += [f"{message.id!r}" for text in strings[-1:] if set(pattern.findall(text)) != wanted]
    assert not bad, "\n".join(bad)


def _visible_chinese(text: str) -> list[str]:
    without = re.sub(r"\{#.*?#\}", "", text, flags=re.S)
    without = re.sub(r"\{%-?\s*trans\b.*?endtrans\s*-?%\}", "", without, flags=re.S)
    without = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "", without, flags=re.S)
    return [line.strip() for line in without.splitlines() if CHINESE.search(line)]


SAYS_ITS_LANGUAGE = 'lang="zh-CN"'
"""Chinese that is right in both languages, such as the name of the language itself, says that it is Chinese."""


def test_templates_hold_no_chinese_outside_the_catalogue() -> None:
    bad = []
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix in {".html", ".txt", ".xml"} and path.name != "styleguide.html":
            lines = _visible_chinese(path.read_text(encoding="utf-8"))
            bad += [f"{path.relative_to(ROOT)}: {line}" for line in lines if SAYS_ITS_LANGUAGE not in line]
    assert not bad, "\n".join(bad)


def test_workflow_labels_have_english() -> None:
    known = {m.id for m in whole_catalogue() if m.id and m.string}
    labels = {text for flow in workflows() for text in (flow.name, *flow.labels.values())}
    labels |= {text for flow in workflows() for move in flow.moves for text in (move.label, move.who)}
    assert not labels - known


def workflows() -> list[Workflow]:
    """All workflows, by importing every workflow module."""
    from importlib import import_module

    found = []
    for path in sorted(Path(ROOT / "marketplace").rglob("workflow.py")):
        if path.parent.name != "core":
            module = import_module(".".join((*path.parent.relative_to(ROOT).parts, "workflow")))
            found += [value for value in vars(module).values() if isinstance(value, Workflow)]
    return found
