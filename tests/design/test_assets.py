"""The build of the front end: what is kept, what is left out, and the map."""

import gzip
import json
import re
from pathlib import Path

from flask import Flask

from marketplace import assets, assets_map
from marketplace.config import ROOT
from tests.support.bootstrap import bootstrap_classes

BUILT = ROOT / "static" / "built"


def manifest() -> dict[str, str]:
    found: dict[str, str] = json.loads((BUILT / "manifest.json").read_text("utf-8"))
    return found


def test_every_asset_has_its_hash_and_its_gzip() -> None:
    assert set(manifest()) == {"css/app.css", "js/app.js", "icons.svg", "map.svg", "icons/mark.svg"}
    for target in manifest().values():
        path = ROOT / "static" / target
        assert re.fullmatch(r"built/\w+\.[0-9a-f]{12}\.(css|js|svg)", target)
        assert gzip.decompress(path.with_name(path.name + ".gz").read_bytes()) == path.read_bytes()


def test_a_second_build_replaces_the_first(tmp_path: Path) -> None:
    assets.write_all({"css/app.css": "a{}"}, tmp_path / "built")
    first = set(tmp_path.rglob("*.css"))
    assets.write_all({"css/app.css": "b{}"}, tmp_path / "built")
    assert len(first) == 1
    assert set(tmp_path.rglob("*.css")).isdisjoint(first)


def test_unused_rules_go_and_used_ones_stay() -> None:
    sheet = (
        ".btn{color:red}.modal-dialog,.form-control,hr{margin:0}.btn.active{x:y}@media print{.offcanvas{a:b}}"
        "@media (min-width:1px){.small{a:b}.row>*{c:d}}[data-bs-theme=dark]{e:f}@keyframes placeholder-glow{50%{a:b}}"
    )
    kept = ".btn{color:red}.form-control,hr{margin:0}@media (min-width:1px){.small{a:b}}"
    assert assets.bootstrap_css(sheet) == kept


def test_of_bootstrap_the_classes_are_kept_that_templates_name() -> None:
    named = set[str]()
    for path in (ROOT / "templates").rglob("*.html"):
        for words in re.findall(r'class="([^"]*)"', path.read_text("utf-8")):
            named |= set(re.sub(r"\{[{%].*?[%}]\}", " ", words).split())
    assert named & bootstrap_classes() == assets.USED


def test_styles_shrink_without_changing() -> None:
    assert assets.shrink_css(
        "/* x */ a , b { color : red ; }\n@media (min-width: 2px) and (x) { a { b: c d } }"
    ) == ("a,b{color : red}@media (min-width: 2px) and (x){a{b: c d}}")


def test_every_icon_in_the_templates_is_in_the_sprite() -> None:
    used = set()
    for path in (ROOT / "templates").rglob("*.html"):
        text = path.read_text("utf-8")
        used |= set(re.findall(r"icon\('([a-z0-9-]+)'", text)) | set(
            re.findall(r"icons\.svg'\) \}\}#([a-z0-9-]+)", text)
        )
    assert used <= set(assets.ICONS)


def test_the_map_draws_eleven_cities_within_its_frame() -> None:
    drawn = (ROOT / "static" / manifest()["map.svg"]).read_text("utf-8")
    codes = re.findall(r'id="c(33\d\d00)"', drawn)
    points = [(float(x), float(y)) for x, y in re.findall(r"[ML]([\d.-]+) ([\d.-]+)", drawn)]
    assert len(codes) == 11
    assert all(0 <= x <= assets_map.WIDTH and 0 <= y <= assets_map.HEIGHT for x, y in points)


def test_names_stand_where_the_map_has_its_cities(design_app: Flask) -> None:
    drawn = (ROOT / "static" / manifest()["map.svg"]).read_text("utf-8")
    points = design_app.jinja_env.get_template("macros/charts.html").module.city_points  # type: ignore[attr-defined]
    assert {f"c{code}" for code in points} == set(re.findall(r'id="(c\d+)"', drawn))
    for code, (x, y) in points.items():
        path = re.search(rf'id="c{code}" d="([^"]+)"', drawn)
        assert path is not None
        corners = [(float(a), float(b)) for a, b in re.findall(r"[ML]([\d.-]+) ([\d.-]+)", path.group(1))]
        assert min(a for a, _ in corners) < x < max(a for a, _ in corners)
        assert min(b for _, b in corners) < y < max(b for _, b in corners)


def test_a_ring_loses_only_points_near_its_line() -> None:
    square = [(0.0, 0.0), (0.5, 0.001), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
    assert assets_map.simplify_ring(square) == [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
    assert assets_map.centre([(0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0)]) == (1.0, 1.0)
