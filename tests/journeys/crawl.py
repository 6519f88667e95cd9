"""Follows every link as everybody, and picks the pages that together show all there is to see."""

import json
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from marketplace.core.actor import SYSTEM
from marketplace.core.database import writing_session
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.notifications.models import OutboxMail
from marketplace.organisations.models import Person
from marketplace.organisations.sessions import begin_session
from marketplace.sample.cast import CAST
from marketplace.web.runtime import Runtime
from tests.journeys.languages import Languages
from tests.journeys.sheet import Sheet, read

SHARED = (
    "public.", "notices.", "search.", "priority.", "notifications.", "organisations.", "projects.export",
    "bids.print_view", "files.download",
)  # fmt: skip
"""Pages that are the same to everybody of one role: its first reader opens them."""

PATIENCE, PATIENCE_OF_THE_OFFICER = 1, 3
"""So many pages of one kind that show nothing new, and the next one is not opened. The officer comes first and sees
most."""

NEW_PARTS = 8
"""A further page of one kind is looked at in the browser when it has so many tags and classes that were not seen."""

LETTER = "notifications.letter"
"""A mail as it was sent: mail programs read only inline styles."""

LETTERS = {LETTER, "notifications.mail"}
"""In the demonstration everybody reads everybody's mail; where a letter leads to, its addressee may go."""

LEFT_OUT = {"static", "web.set_language"}

KEPT = ("Content-Type", "Content-Security-Policy", "Referrer-Policy", "X-Content-Type-Options")
"""Headers on which it hangs how a browser takes a page."""


@dataclass
class Visit:
    """One page as one reader found it."""

    who: str | None
    role: str
    path: str
    endpoint: str
    faults: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    classes: list[str] = field(default_factory=list)
    narrow: bool = False
    """Axe asks all its questions in a narrow window too."""
    served: dict[str, tuple[dict[str, str], str]] = field(default_factory=dict)
    """Language → headers and page, as they came without a detour."""

    @property
    def kind(self) -> str:
        """The workbench is another page to each role."""
        return self.endpoint + (f" {self.role}" if self.endpoint == "workbench.home" else "")

    def __str__(self) -> str:
        return f"{self.who or 'visitor'} {self.path}"


def address_of(who: str | None) -> str | None:
    """Where a member of the cast gets mail."""
    return next((part.email for part in CAST if part.key == who), None)


def token_of(app: Flask, key: str) -> str:
    """A new session of a member of the cast."""
    parts: Runtime = app.extensions["marketplace"]
    with writing_session(parts.engine) as session:
        uow = UnitOfWork(session, SYSTEM, parts.clock(), parts.settings, parts.files)
        token = begin_session(
            uow, session.scalars(select(Person).where(Person.email == address_of(key))).one()
        )
        session.commit()
    return token


def client_of(app: Flask, who: str | None, language: str) -> FlaskClient:
    """A browserless reader."""
    client = app.test_client()
    client.set_cookie("language", language)
    if who is not None:
        token = token_of(app, who)
        with client.session_transaction() as session:
            session["_user_id"], session["_fresh"] = token, True
    return client


@dataclass
class Map:
    """What is known of the program so far: the parts seen on each kind of page, and by whom how often."""

    parts: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    opened: Counter[tuple[str, str]] = field(default_factory=Counter)
    barren: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, role: str, visit: Visit) -> bool:
        """Notes a page; answers whether it showed anything new."""
        known, kind = self.parts[visit.endpoint], (role, visit.endpoint)
        new = not known.issuperset(visit.parts)
        known.update(visit.parts)
        self.opened[kind] += 1
        self.barren[kind] = 0 if new else self.barren[kind] + 1
        return new


@dataclass
class Wanderer:
    """One reader on the way from link to link, from the front page and the workbench."""

    app: Flask
    who: str | None
    role: str
    languages: Languages
    map: Map
    seen: set[str] = field(default_factory=set)
    barren: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def walk(self) -> Iterator[Visit]:
        """Every page found, with what is wrong with it."""
        client = client_of(self.app, self.who, "zh_Hans_CN")
        ahead = deque(["/", "/search?q=标准"] + (["/workbench"] if self.who else []))
        while ahead:
            path = ahead.popleft()
            endpoint = self._endpoint(path)
            if endpoint is None or path in self.seen or not self._wants(endpoint):
                continue
            self.seen.add(path)
            visit, sheet = look(client, Visit(self.who, self.role, path, endpoint), self.languages)
            self.barren[endpoint] = 0 if self.map.add(self.role, visit) else self.barren[endpoint] + 1
            yield visit
            if sheet is not None:
                ahead += self._ways_on(path, endpoint, sheet)

    def _wants(self, endpoint: str) -> bool:
        """A second page of the kind always, another one while they show new things; then one for each reader."""
        kind = (self.role, endpoint)
        patience = PATIENCE_OF_THE_OFFICER if self.who == "officer" else PATIENCE
        if self.map.barren[kind] < patience:
            return self.barren[endpoint] < patience
        return not endpoint.startswith(SHARED) and self.barren[endpoint] < 1

    def _ways_on(self, path: str, endpoint: str, sheet: Sheet) -> list[str]:
        """The page's links inside; of a letter to somebody else only the letter itself."""
        found = [inside for link in sheet.links if (inside := self._inside(path, link))]
        if endpoint in LETTERS and self._addressee(path) != address_of(self.who):
            return [one for one in found if self._endpoint(one) == LETTER]
        return found

    def _addressee(self, path: str) -> str | None:
        mail_id = self.app.url_map.bind("localhost").match(urlsplit(path).path)[1]["mail_id"]
        with self.app.extensions["marketplace"].engine.connect() as connection:
            return connection.scalar(select(OutboxMail.to_address).where(OutboxMail.id == mail_id))

    def _inside(self, here: str, link: str) -> str | None:
        base: str = self.app.extensions["marketplace"].settings.base_url
        parts = urlsplit(urljoin(base + here, link))
        if f"{parts.scheme}://{parts.netloc}" != base:
            return None
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def _endpoint(self, path: str) -> str | None:
        routes = self.app.url_map.bind("localhost")
        try:
            name: str = routes.match(urlsplit(path).path)[0]
        except RequestRedirect:
            return None
        except HTTPException:
            return "nowhere"
        return None if name in LEFT_OUT else name


def look(client: FlaskClient, visit: Visit, languages: Languages) -> tuple[Visit, Sheet | None]:
    """One page, read; a file that is not a page only has to be there."""
    with client.get(visit.path, follow_redirects=True) as response:
        if response.status_code != 200:
            visit.faults.append(f"status {response.status_code}")
            return visit, None
        if response.mimetype != "text/html":
            return visit, None
        text = response.get_data(as_text=True)
        sheet = read(text)
        if not response.history:
            headers = {name: response.headers[name] for name in KEPT if name in response.headers}
            visit.served[sheet.language] = (headers, text)
    visit.parts, visit.classes = sorted(sheet.parts), sorted(sheet.classes)
    visit.faults = sheet.faults(inline_allowed=visit.endpoint == LETTER) + languages.leftovers(sheet)
    return visit, sheet


def cover(visits: Iterable[Visit]) -> list[Visit]:
    """Of every kind of page the one with most parts, and others as far as they show several that were not seen."""
    kinds: dict[str, list[Visit]] = defaultdict(list)
    for visit in visits:
        if visit.parts:
            kinds[visit.kind].append(visit)
    chosen: list[Visit] = []
    for found in kinds.values():
        shown: set[str] = set()
        for visit in sorted(found, key=lambda one: (-len(one.parts), one.path)):
            if not shown or len(set(visit.parts) - shown) >= NEW_PARTS:
                shown.update(visit.parts)
                chosen.append(visit)
    mark_narrow(chosen)
    return chosen


def mark_narrow(chosen: list[Visit]) -> None:
    """Few pages that together have every part."""
    left = {part for visit in chosen for part in visit.parts}
    while left:
        richest = max(chosen, key=lambda visit: len(left.intersection(visit.parts)))
        richest.narrow = True
        left.difference_update(richest.parts)


@dataclass
class Findings:
    """What the walk of everybody brought: faults, the pages to look at closely, the kinds of pages reached, and the
    classes of all that stands on them."""

    faults: list[str]
    chosen: list[Visit]
    endpoints: list[str]
    classes: list[str]

    def save(self, file: Path) -> None:
        file.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def load(cls, file: Path) -> "Findings":
        kept = json.loads(file.read_text(encoding="utf-8"))
        return cls(**{**kept, "chosen": [Visit(**one) for one in kept["chosen"]]})


def crawl(app: Flask) -> Findings:
    """Everybody walks in Chinese; the chosen pages are read in English too."""
    languages = Languages.of(app)
    known = Map()
    visits: list[Visit] = []
    readers: list[tuple[str | None, str]] = [
        (None, "visitor"),
        *((part.key, part.posts[0][1]) for part in CAST),
    ]
    for who, role in readers:
        visits += Wanderer(app, who, role, languages, known).walk()
    chosen = cover(visits)
    english = list(in_english(app, chosen, Languages.of(app)))
    for one, other in zip(chosen, english, strict=True):
        one.served |= other.served
    faults = [f"{one}: {fault}" for one in visits + english for fault in one.faults]
    classes = {word for visit in visits + english for word in visit.classes}
    return Findings(faults, chosen, sorted({visit.endpoint for visit in visits}), sorted(classes))


def in_english(app: Flask, chosen: list[Visit], languages: Languages) -> Iterator[Visit]:
    """The same pages to the same readers."""
    clients = {who: client_of(app, who, "en") for who in dict.fromkeys(visit.who for visit in chosen)}
    for one in chosen:
        visit, _ = look(clients[one.who], replace(one, faults=[], served={}), languages)
        visit.faults = [f"(en) {fault}" for fault in visit.faults]
        yield visit
