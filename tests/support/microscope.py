"""What axe says of a page.

It looks at a copy of what the browser made of the page, in a window where it stays: in a new window it would have to be
compiled anew.
"""

from dataclasses import dataclass

from playwright.sync_api import Browser, Page

from tests.support import axe

WIDE, NARROWEST = 1366, 320
"""Windows in which axe looks at pages."""

HANG_ON_WIDTH = ("target-size", "scrollable-region-focusable")
"""What a narrow window can spoil in parts that were looked at on another page."""

ONE_OF_A_KIND = """() => {
    const named = ["for", "aria-labelledby", "aria-describedby", "aria-controls"];
    const told = (node) => [...node.attributes].map(({name, value}) =>
        ["class", "style", "role", "type"].includes(name) ? `${name}=${value}`
        : named.includes(name) ? `${name}:${value.split(" ").every((id) => document.getElementById(id))}`
        : `${name}:${value !== ""}`);
    const looks = (node) => `${node.tagName} ${told(node)} ${node.textContent.trim() !== ""}`;
    const row = (node) => [node, ...node.querySelectorAll("*")].map(looks).join();
    for (const parent of document.querySelectorAll("main tbody, main ul, main ol, main dl, main select")) {
        const seen = new Set();
        for (const child of [...parent.children]) {
            const like = row(child);
            if (seen.has(like)) child.remove();
            seen.add(like);
        }
    }
}"""
"""Of rows that differ in nothing but their words and where they lead, axe need see one."""
NEW_SHADES = """(name) => {
    const told = (node) => node && `${node.tagName} ${node.getAttribute("class")} ${node.matches(":disabled")}`;
    const grounds = new Map([[null, ""]]);
    const ground = (node) => {
        if (grounds.has(node)) return grounds.get(node);
        const {backgroundColor: colour, backgroundImage: image} = getComputedStyle(node);
        const bare = colour === "rgba(0, 0, 0, 0)" && image === "none";
        const found = bare ? ground(node.parentElement) : `${colour} ${image}`;
        grounds.set(node, found);
        return found;
    };
    const shade = (node) => {
        const {color, fontSize, fontWeight} = getComputedStyle(node);
        const around = [node, node.parentElement, node.parentElement.parentElement].map(told).join(" < ");
        return `${around} | ${color} ${fontSize} ${fontWeight} | ${ground(node)}`;
    };
    const says = (node) => node.matches("input, select, textarea")
        || [...node.childNodes].some((one) => one.nodeType === Node.TEXT_NODE && one.data.trim());
    const known = `${name} ${innerWidth}`;
    const seen = new Set(JSON.parse(localStorage.getItem(known) || "[]"));
    for (const node of document.body.querySelectorAll("*")) {
        node.removeAttribute(name);
        if (!says(node) || !node.checkVisibility({visibilityProperty: true, opacityProperty: true})) continue;
        const found = shade(node);
        if (seen.has(found)) continue;
        seen.add(found);
        node.setAttribute(name, "");
    }
    localStorage.setItem(known, JSON.stringify([...seen]));
}"""
"""Gives a name to the first of all visible texts that look alike by what stands around and behind them, unless one
like it is known: to measure contrasts is what costs axe most."""
MEASURED = "data-measured"
HEIGHT = 240
"""Of the windows: nothing here hangs on it, and only what stands in them is painted."""

TAKEN = """() => {
    const styles = [...document.querySelectorAll("link[rel=stylesheet], style")];
    return [styles.map((one) => one.href || one.textContent).join(), document.documentElement.outerHTML];
}"""
PUT = """(html) => {
    const made = new DOMParser().parseFromString(html, "text/html");
    const page = document.documentElement, copy = made.documentElement;
    for (const {name} of [...page.attributes]) page.removeAttribute(name);
    for (const {name, value} of copy.attributes) page.setAttribute(name, value);
    document.title = made.title;
    document.body.replaceWith(document.adoptNode(made.body));
}"""


@dataclass
class Microscope:
    """The window in which axe stays. A policy of the page, which its own window keeps to, binds no copy."""

    browser: Browser
    styles: str = ""
    width: int = 0

    def __post_init__(self) -> None:
        context = self.browser.new_context(locale="zh-CN", reduced_motion="reduce", bypass_csp=True)
        self.page: Page = context.new_page()

    def close(self) -> None:
        self.page.context.close()

    def take(self, page: Page) -> None:
        """Takes a copy of a page, without the rows that another one is like. Each page brings its own styles."""
        page.evaluate(ONE_OF_A_KIND)
        styles, html = page.evaluate(TAKEN)
        if styles != self.styles:
            self.page.context.add_cookies(
                [
                    {"name": one["name"], "value": one["value"], "url": page.url}
                    for one in page.context.cookies()
                ]
            )
            self.page.goto(page.url)
            self.styles = styles
        self.page.evaluate(PUT, html)

    def violations(self, width: int, *, thorough: bool) -> list[str]:
        """What axe finds in a window of this width: by all rules, or by those that hang on the width."""
        if width != self.width:
            self.page.set_viewport_size({"width": width, "height": HEIGHT})
            self.width = width
        if thorough:
            self.page.evaluate(NEW_SHADES, MEASURED)
            found = axe.violations(self.page, measured=f"[{MEASURED}]")
        else:
            found = axe.violations(self.page, {"type": "rule", "values": HANG_ON_WIDTH})
        return [f"axe at {width}: {one}" for one in found]
