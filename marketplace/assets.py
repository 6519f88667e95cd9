"""Build step of the front end (静态资源): copies, shrinks, hashes. Standard library only, run at install.

``build`` reads the npm packages and our own sources in ``static/{css,js,icons}`` and writes ``static/built``:
files named by content hash, a ``.gz`` beside each, and ``manifest.json`` (logical name → path in ``static``).
"""

import gzip
import hashlib
import json
import re
import shutil
import sys
from pathlib import Path

from marketplace import assets_map

ICONS = (
    "arrow-left", "bell", "box-arrow-right", "calendar3", "caret-down-fill", "caret-up-fill", "check-circle",
    "check-lg", "chevron-down", "chevron-expand", "chevron-right", "clock", "download", "envelope",
    "exclamation-circle", "exclamation-lg", "exclamation-octagon", "exclamation-triangle", "file-earmark-text",
    "funnel", "inbox", "info-circle", "lock", "paperclip", "pencil", "people", "person", "person-circle",
    "plus-lg", "printer", "search", "shield-check", "trash", "trophy", "x-lg",
)  # fmt: skip
"""The pictures of our sprite, from bootstrap-icons."""

USED = frozenset({
    "btn", "btn-danger", "btn-primary", "btn-secondary", "form-check-input", "form-control", "form-select", "lead",
    "small", "visually-hidden",
})  # fmt: skip
"""The classes of Bootstrap that stand on our pages, of some 2,000. Its rules for plain elements are kept too."""


def build(npm_dir: Path, static_dir: Path) -> None:
    """Fill ``static/built`` from the installed npm packages and our own sources."""
    modules = npm_dir / "node_modules" if (npm_dir / "node_modules").is_dir() else npm_dir
    cities = assets_map.read_cities(modules / "echarts/map/json/province/zhejiang.json")
    bootstrap = (modules / "bootstrap/dist/css/bootstrap.min.css").read_text("utf-8")
    own = shrink_css(join(sorted((static_dir / "css").glob("*.css"))))
    files = {
        "css/app.css": f"{bootstrap_css(bootstrap)}\n{own}",
        "js/app.js": bundle_js(sorted((static_dir / "js").glob("*.js"))),
        "icons.svg": sprite(modules / "bootstrap-icons/icons"),
        "map.svg": assets_map.draw(cities),
        "icons/mark.svg": (static_dir / "icons/mark.svg").read_text("utf-8"),
    }
    write_all(files, static_dir / "built")


def join(sources: list[Path]) -> str:
    """The texts of the sources, one after the other."""
    return "\n".join(source.read_text("utf-8") for source in sources)


def write_all(files: dict[str, str], built: Path) -> None:
    """Write every file under its hashed name with its ``.gz``, then the manifest; older builds go."""
    shutil.rmtree(built, ignore_errors=True)
    built.mkdir(parents=True)
    manifest = {name: write_hashed(name, text.encode("utf-8"), built) for name, text in files.items()}
    (built / "manifest.json").write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n", "utf-8")


def write_hashed(name: str, content: bytes, built: Path) -> str:
    """Write one file as ``stem.hash.suffix`` and return its path under ``static``."""
    path = Path(name)
    target = built / f"{path.stem}.{hashlib.sha256(content).hexdigest()[:12]}{path.suffix}"
    target.write_bytes(content)
    target.with_name(target.name + ".gz").write_bytes(gzip.compress(content, 9, mtime=0))
    return f"built/{target.name}"


def shrink_css(text: str) -> str:
    """CSS without comments and needless space."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    text = re.sub(r"\s+", " ", text)
    return re.sub(r" ?([{};,]) ?", r"\1", text).replace(";}", "}").strip()


def shrink_js(text: str) -> str:
    """A script without its indentation, blank lines and whole-line comments."""
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def bundle_js(sources: list[Path]) -> str:
    """All modules in one file, each in a scope of its own (they import nothing)."""
    return "\n".join("{\n" + shrink_js(source.read_text("utf-8")) + "\n}" for source in sources) + "\n"


def bootstrap_css(text: str) -> str:
    """Bootstrap's rules for plain elements and for the classes in ``USED``, without the dark theme, without animations
    and the reference to its map: an eighth of it."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL).replace('@charset "UTF-8";', "")
    return "".join(keep_rules(text)).strip()


def keep_rules(text: str) -> list[str]:
    """The rules of a sheet that some page can use; media rules are looked into."""
    kept = []
    for head, body in rules(text):
        if head.startswith("@media"):
            inner = "".join(keep_rules(body))
            kept += [f"{head}{{{inner}}}"] if inner else []
        elif not head.startswith("@keyframes"):
            wanted = [part for part in head.split(",") if is_used(part)]
            kept += [f"{','.join(wanted)}{{{body}}}"] if wanted else []
    return kept


def rules(text: str) -> list[tuple[str, str]]:
    """(head, body) of every top-level rule; braces inside a body are kept."""
    found, depth, start, head = [], 0, 0, ""
    for match in re.finditer(r"[{}]", text):
        if match.group() == "{":
            if depth == 0:
                head, start = text[start : match.start()].strip(), match.end()
            depth += 1
        else:
            depth -= 1
            if depth == 0:
                found.append((head, text[start : match.start()]))
                start = match.end()
    return found


def classes(text: str) -> set[str]:
    """The classes named in selectors."""
    return set(re.findall(r"\.([A-Za-z][\w-]*)", text))


def is_used(selector: str) -> bool:
    """Whether a selector can match what our pages have."""
    return "data-bs-theme=dark" not in selector and classes(selector) <= USED


def sprite(folder: Path) -> str:
    """One SVG of ``<symbol>`` with the pictures we use."""
    symbols = "".join(symbol(folder, name) for name in ICONS)
    return f'<svg xmlns="http://www.w3.org/2000/svg">{symbols}</svg>'


def symbol(folder: Path, name: str) -> str:
    """One bootstrap-icons file as a symbol."""
    inner = re.search(r"<svg[^>]*>(.*)</svg>", (folder / f"{name}.svg").read_text("utf-8"), re.DOTALL)
    if inner is None:
        raise ValueError(f"not an SVG file: {name}.svg")
    shapes = re.sub(r">\s+<", "><", inner.group(1).strip())
    return f'<symbol id="{name}" viewBox="0 0 16 16">{shapes}</symbol>'


if __name__ == "__main__":
    build(Path(sys.argv[1]), Path(__file__).resolve().parent.parent / "static")
