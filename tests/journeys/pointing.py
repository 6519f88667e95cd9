"""Where on a page to press and to type, and what it lacks: asked of the page itself.

The library's locators bring a script of their own into every page, at a third of what the page costs.
"""

import re
from dataclasses import dataclass

PLACED = """([{selector, words, number}, name]) => {
    const plain = (text) => text.replace(/\\s+/g, " ").trim();
    const holds = (node) => words.every((word) => plain(node.textContent).includes(word));
    const place = [...document.querySelectorAll(selector)].filter(holds)[number];
    const rank = (node) => {
        const said = plain(node.getAttribute("aria-label") || node.innerText || "");
        if (!said.includes(name) || !node.checkVisibility({visibilityProperty: true})) return Infinity;
        return (node.tagName === "A" ? 2 : 0) + (said === name ? 0 : 1);
    };
    const nodes = place ? [...place.querySelectorAll("button, summary, a[href]")] : [];
    const ranks = nodes.map(rank), nearest = Math.min(...ranks);
    if (nearest === Infinity) return null;
    const node = nodes[ranks.indexOf(nearest)];
    node.scrollIntoView({block: "center", inline: "center"});
    const {x, y, width, height} = node.getClientRects()[0];
    const middle = [x + width / 2, y + height / 2];
    const hit = node.matches(":disabled") ? null : document.elementFromPoint(...middle);
    return {middle, hit: node.contains(hit), instead: hit && hit.outerHTML.slice(0, 160)};
}"""
"""Where to press: a button of exactly these words, one that has them, a link of exactly these words, one that has them;
brought into the window, and what a mouse would hit there."""

LACKS = """([selector, texts]) => {
    const plain = (text) => text.replace(/\\s+/g, " ");
    const said = plain(document.querySelector(selector)?.textContent || "");
    return texts.filter((text) => !said.includes(plain(text)));
}"""
"""Which of the texts do not stand in a part of the page."""

FIELDS = """const fields = (pattern) => {
    const wanted = new RegExp(pattern);
    const said = (id) => document.getElementById(id)?.textContent ?? "";
    const names = (node) => [
        ...[...(node.labels ?? [])].map((label) => label.textContent),
        ...(node.getAttribute("aria-labelledby") ?? "").split(" ").map(said),
        node.getAttribute("aria-label") ?? "",
    ];
    const controls = [...document.querySelectorAll("input, select, textarea")];
    return controls.filter((node) => names(node).some((name) => wanted.test(name)));
};"""
"""The fields of a label, in the order of the page."""
COUNTED = f"(pattern) => {{ {FIELDS} return fields(pattern).length; }}"
READY = f"""([pattern, number, value]) => {{
    {FIELDS}
    const field = fields(pattern)[number];
    if (!field) return "is not there";
    if (!field.checkVisibility({{visibilityProperty: true}})) return "cannot be seen";
    if (field.matches(":disabled") || field.readOnly) return "cannot be changed";
    field.focus();
    if (/^(date|time|month|week|datetime-local)$/.test(field.type)) {{
        field.value = value;
        for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, {{bubbles: true}}));
        return "filled";
    }}
    field.select();
    return "ready";
}}"""
"""Puts the cursor into a field, whatever it holds chosen; what is picked from a calendar is entered at once."""
BOX = f"""(pattern) => {{
    {FIELDS}
    const box = fields(pattern)[0];
    if (!box) return null;
    box.scrollIntoView({{block: "center", inline: "center"}});
    const {{x, y, width, height}} = box.getBoundingClientRect();
    return {{ticked: box.checked, middle: [x + width / 2, y + height / 2]}};
}}"""
"""Whether a box is ticked, and where to press to change it."""


@dataclass(frozen=True)
class Place:
    """A part of a page: the ``number``-th of those that have all these words."""

    selector: str
    words: tuple[str, ...] = ()
    number: int = 0


PAGE, MAIN, NAVIGATION = Place("body"), Place("main"), Place("nav[aria-label=主导航]")


def labelled(label: str) -> re.Pattern[str]:
    """The whole label, with or without the star of a required field and the unit of a column."""
    return re.compile(rf"^\s*{re.escape(label)}\s*\*?\s*(（[^（）]*）)?\s*$")
