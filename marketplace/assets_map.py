"""Outlines of the 11 cities (地图轮廓), decoded and simplified from ECharts' map file. Standard library only."""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Point = tuple[float, float]

WEST, NORTH, SCALE = 118.0, 31.22, 108.0
"""North-west corner in degrees and drawing units per degree of latitude."""
SQUEEZE = math.cos(math.radians(29.2))
"""A degree of longitude is shorter than one of latitude."""
WIDTH, HEIGHT = 456, 446
TOLERANCE = 0.01
SMALLEST = 0.0008
"""Line tolerance in degrees; islands below this many square degrees are left out."""


@dataclass(frozen=True)
class City:
    """One city: its six-digit code, its rings of degrees, and where its name stands."""

    code: str
    rings: list[list[Point]]
    label: Point


def read_cities(source: Path) -> list[City]:
    """The cities of the map file, simplified, in code order."""
    features = json.loads(source.read_text("utf-8"))["features"]
    return sorted((read_city(feature) for feature in features), key=lambda city: city.code)


def read_city(feature: dict[str, Any]) -> City:
    """Decode one feature of the map file."""
    rings = simple_rings(feature["geometry"])
    return City(str(feature["id"]), rings, place(centre(max(rings, key=area))))


def simple_rings(geometry: dict[str, Any]) -> list[list[Point]]:
    """All rings of a geometry that are large enough, with few points."""
    single = geometry["type"] == "Polygon"
    shapes = [geometry["coordinates"]] if single else geometry["coordinates"]
    offsets = [geometry["encodeOffsets"]] if single else geometry["encodeOffsets"]
    rings = [
        decode(text, offset)
        for shape, starts in zip(shapes, offsets, strict=True)
        for text, offset in zip(shape, starts, strict=True)
    ]
    return [simplify_ring(ring) for ring in rings if area(ring) >= SMALLEST]


def decode(text: str, offset: tuple[int, int]) -> list[Point]:
    """Zig-zag differences of 1/1024 degree, two characters a point."""
    x, y = offset
    points = []
    for i in range(0, len(text), 2):
        x += zigzag(ord(text[i]) - 64)
        y += zigzag(ord(text[i + 1]) - 64)
        points.append((x / 1024, y / 1024))
    return points


def zigzag(value: int) -> int:
    """Undo zig-zag coding."""
    return (value >> 1) ^ -(value & 1)


def area(ring: list[Point]) -> float:
    """Area of a ring in square degrees."""
    pairs = zip(ring, ring[1:] + ring[:1], strict=True)
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in pairs)) / 2


def centre(ring: list[Point]) -> Point:
    """Centre of gravity of a ring."""
    pairs = list(zip(ring, ring[1:] + ring[:1], strict=True))
    crosses = [a[0] * b[1] - b[0] * a[1] for a, b in pairs]
    total = 3 * sum(crosses)
    x = sum((a[0] + b[0]) * cross for (a, b), cross in zip(pairs, crosses, strict=True))
    y = sum((a[1] + b[1]) * cross for (a, b), cross in zip(pairs, crosses, strict=True))
    return x / total, y / total


def simplify_ring(ring: list[Point]) -> list[Point]:
    """A closed ring is split at its farthest point, so that both halves keep their ends."""
    far = max(range(len(ring)), key=lambda i: math.dist(ring[0], ring[i]))
    return simplify(ring[: far + 1])[:-1] + simplify(ring[far:] + ring[:1])[:-1]


def simplify(line: list[Point]) -> list[Point]:
    """Douglas–Peucker: drop points nearer than the tolerance to the line."""
    if len(line) < 3:
        return line
    distances = [distance(point, line[0], line[-1]) for point in line[1:-1]]
    worst = max(range(len(distances)), key=distances.__getitem__)
    if distances[worst] <= TOLERANCE:
        return [line[0], line[-1]]
    return simplify(line[: worst + 2])[:-1] + simplify(line[worst + 1 :])


def distance(point: Point, start: Point, end: Point) -> float:
    """Distance of a point from the line through two others."""
    length = math.dist(start, end)
    if length == 0:
        return math.dist(point, start)
    cross = (end[0] - start[0]) * (start[1] - point[1]) - (start[0] - point[0]) * (end[1] - start[1])
    return abs(cross) / length


def place(point: Point) -> Point:
    """Degrees to drawing units."""
    return round((point[0] - WEST) * SCALE * SQUEEZE, 1), round((NORTH - point[1]) * SCALE, 1)


def draw(cities: list[City]) -> str:
    """One SVG that holds a path per city, to be shown with ``<use href="…#c330100">``."""
    paths = "".join(f'<path id="c{city.code}" d="{city_path(city)}"/>' for city in cities)
    frame = f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
    return f"<svg {frame}><defs>{paths}</defs></svg>"


def city_path(city: City) -> str:
    """SVG path of one city."""
    return "".join(ring_path(ring) for ring in city.rings)


def ring_path(ring: list[Point]) -> str:
    """SVG path of one ring."""
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in map(place, ring)) + "Z"
