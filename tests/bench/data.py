"""Data for the benchmark, written in bulk: what the operations would leave behind, many times over.

Size 1 is 100 topics with 10 bids each; size 100 is 10,000 topics with 100,000 bids. Beside them, in every size, stands
one large topic with 2,000 bids and 6,000 score sheets of a concluded panel, for the ranking and its export.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from marketplace.core.actor import Role
from marketplace.core.database import Base
from marketplace.experts.models import Expert
from marketplace.organisations.models import Appointment, Organisation, OrganisationKind, Person
from marketplace.topics.models import Topic

TOPICS_PER_SIZE = 100
BIDS_PER_TOPIC = 10
LARGE_BIDS = 2000
SHEETS_PER_BID = 3
CLERKS = 1000
BATCH = 2000
UNIT_OF_PROJECTS = "330523"
"""安吉县局 leads two projects of three, so that its clerk has much to report."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Amounts:
    """How much is built. The tests of statement counts build less."""

    topics: int
    large_bids: int = LARGE_BIDS
    clerks: int = CLERKS

    @staticmethod
    def of_size(size: int) -> "Amounts":
        return Amounts(TOPICS_PER_SIZE * size)


@dataclass(frozen=True, slots=True)
class Plan:
    """What all rows are derived from: the moment, the people, the ids."""

    now: datetime
    people: Mapping[str, int]
    province: int
    bureaus: Sequence[int]
    units: Sequence[int]
    reporter: int
    experts: Sequence[int]
    list_id: int
    first: int
    amounts: Amounts

    @property
    def large(self) -> int:
        """The id of the large topic."""
        return self.first + self.amounts.topics

    @property
    def ordinary(self) -> range:
        return range(self.first, self.large)

    @property
    def topics(self) -> range:
        return range(self.first, self.large + 1)

    def is_open(self, topic: int) -> bool:
        """Every fifth topic is still open for bids."""
        return topic != self.large and topic % 5 == 0

    def is_awarded(self, topic: int) -> bool:
        """Half of the others have been awarded."""
        return topic != self.large and not self.is_open(topic) and topic % 2 == 0

    def is_concluded(self, topic: int) -> bool:
        """Whether the panel has its result."""
        return topic == self.large or self.is_awarded(topic)

    @property
    def opened(self) -> Iterator[int]:
        """Topics whose bids have been opened."""
        return (topic for topic in self.topics if not self.is_open(topic))

    @property
    def awarded(self) -> Iterator[int]:
        return (topic for topic in self.topics if self.is_awarded(topic))

    def bids(self, topic: int) -> range:
        """The ids of a topic's bids; its panel's items have the same."""
        return range(
            topic * 10_000,
            topic * 10_000 + (self.amounts.large_bids if topic == self.large else BIDS_PER_TOPIC),
        )

    def lead(self, topic: int, place: int) -> int:
        """Who makes the bid; the first one wins."""
        if topic == self.large:
            return self.units[place]
        if place == 0 and topic % 3 != 1:
            return self.reporter
        return self.bureaus[(topic * 7 + place) % len(self.bureaus)]


Source = Callable[[Plan], Iterable[Row]]


class Writer:
    """Writes rows in batches."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.tables: set[str] = set()

    def put(self, model: Any, rows: Iterable[Row]) -> None:
        """Writes rows of one table."""
        todo = iter(rows)
        while batch := list(itertools.islice(todo, BATCH)):
            self.session.execute(insert(model.__table__), batch)
        self.tables.add(model.__tablename__)

    def finish(self) -> None:
        """Commits; sets PostgreSQL's counters after rows were written with their own ids."""
        self.session.commit()
        if self.session.get_bind().dialect.name == "postgresql":
            for table in sorted(self.tables):
                if "id" not in Base.metadata.tables[table].columns:
                    continue
                found = self.session.scalar(select(func.pg_get_serial_sequence(table, "id")))
                if found is not None:
                    self.session.execute(
                        text(f"SELECT setval('{found}', (SELECT coalesce(max(id), 1) FROM {table}))")  # noqa: S608
                    )
        self.session.commit()


def add_units(writer: Writer, amounts: Amounts, now: datetime) -> list[int]:
    """County units beside the real ones; so many bids on one topic need as many bidders."""
    session = writer.session
    first = (session.scalar(select(func.max(Organisation.id))) or 0) + 1
    count = max(amounts.large_bids, amounts.clerks)
    writer.put(
        Organisation,
        (
            {
                "id": first + number, "version": 1, "code": f"B{number:05d}", "name": f"测量用单位{number}（示例）",
                "short_name": f"测量{number}", "kind": OrganisationKind.COUNTY, "order_key": f"9{number:05d}",
                "valid_from": date(2020, 1, 1), "is_sample": True,
            }
            for number in range(count)
        ),
    )  # fmt: skip
    return list(range(first, first + count))


def add_clerks(writer: Writer, units: Sequence[int], amounts: Amounts, now: datetime) -> None:
    """One clerk for each of the first units: readers of the letters."""
    first = (writer.session.scalar(select(func.max(Person.id))) or 0) + 1
    numbers = range(amounts.clerks)
    writer.put(
        Person,
        (
            {
                "id": first + number, "version": 1, "email": f"clerk{number}@sample.example",
                "name": f"填报员{number}（示例）", "created_at": now,
            }
            for number in numbers
        ),
    )  # fmt: skip
    writer.put(
        Appointment,
        (
            {
                "person_id": first + number,
                "organisation_id": units[number],
                "role": Role.CLERK,
                "since": now,
            }
            for number in numbers
        ),
    )


def plan_for(session: Session, writer: Writer, amounts: Amounts, people: Mapping[str, int], list_id: int,
             now: datetime) -> Plan:  # fmt: skip
    """Looks up whom the rows name."""
    kinds = (OrganisationKind.MUNICIPAL, OrganisationKind.COUNTY)
    bureaus = session.execute(select(Organisation.id, Organisation.code).where(Organisation.kind.in_(kinds)))
    known = {code: key for key, code in bureaus}
    reporter = known.pop(UNIT_OF_PROJECTS)
    units = add_units(writer, amounts, now)
    add_clerks(writer, units, amounts, now)
    return Plan(
        now, people, session.scalars(select(Organisation.id).where(Organisation.code == "330000")).one(),
        list(known.values()), units, reporter, list(session.scalars(select(Expert.id).order_by(Expert.id))), list_id,
        (session.scalar(select(func.max(Topic.id))) or 0) + 1, amounts,
    )  # fmt: skip


def bench_now() -> datetime:
    """Today at nine in Beijing: the data lies around it."""
    return datetime.now(UTC).replace(hour=1, minute=0, second=0, microsecond=0)


def days(number: int) -> timedelta:
    """So many days."""
    return timedelta(days=number)
