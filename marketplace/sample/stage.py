"""The stage on which the sample year is played: everybody acts through the operations, at a moment of the past."""

import heapq
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import select

from marketplace.computations.models import Computation
from marketplace.computations.process import compute_here
from marketplace.computations.work import settle
from marketplace.computations.workflow import COMPUTATION, ComputationState
from marketplace.core.actor import SYSTEM, Actor
from marketplace.core.clock import start_of_day, to_beijing
from marketplace.core.database import writing_session
from marketplace.core.dataclass import dataclass
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.notifications.jobs import Job, RowJob
from marketplace.organisations.models import Organisation
from marketplace.sample.cast import CAST, PROVINCE
from marketplace.web.runtime import Runtime

Scene = Iterator[datetime]
"""A generator that does one person's next deeds and yields the moment at which it goes on."""


@dataclass
class Stage:
    """Program, people and the moment; ``now`` is the day the sample year leads up to."""

    parts: Runtime
    people: dict[str, int]
    now: datetime
    jobs: tuple[Job | RowJob, ...]
    moment: datetime = field(init=False)
    moment_of_play: datetime = field(init=False)
    actors: dict[str, Actor] = field(default_factory=dict)
    waiting: list[tuple[datetime, int, Scene]] = field(default_factory=list)
    order: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self.moment = self.now
        self.moment_of_play = datetime.min.replace(tzinfo=UTC)
        with writing_session(self.parts.engine) as session:
            known = {o.code: o for o in session.scalars(select(Organisation))}
        self.organisations = {code: organisation.id for code, organisation in known.items()}
        for part in CAST:
            code = part.posts[0][0]
            roles = frozenset(role for where, role in part.posts if where == code)
            home = known[code]
            self.actors[part.key] = Actor(
                self.people[part.key], part.name, home.id, home.name, home.kind, roles
            )

    @property
    def province_id(self) -> int:
        """The provincial bureau."""
        return self.organisations[PROVINCE]

    def day(self, days: int, hour: int = 9, minute: int = 0) -> datetime:
        """So many days from today, at an hour in Beijing."""
        base = start_of_day(to_beijing(self.now).date() + timedelta(days=days))
        return base + timedelta(hours=hour, minutes=minute)

    @contextmanager
    def acting(self, key: str | None) -> Iterator[UnitOfWork]:
        """One transaction in somebody's name (None: the system) at the present moment of the play."""
        actor = SYSTEM if key is None else self.actors[key]
        parts = self.parts
        with writing_session(parts.engine) as session:
            uow = UnitOfWork(
                session, actor, self.moment, parts.settings, parts.files, parts.reactions, parts.witnesses
            )
            yield uow
            uow.commit()

    def do(self, key: str | None, operation: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """One operation by one person. A pair (Model, id) among the arguments is loaded first."""
        with self.acting(key) as uow:
            loaded = [uow.session.get_one(*arg) if _is_reference(arg) else arg for arg in args]
            return operation(uow, *loaded, **kwargs)

    def run_jobs(self) -> None:
        """What happens by itself at this moment."""
        for job in self.jobs:
            with self.acting(None) as uow:
                job.run(uow)
        self.compute_waiting()

    def compute_waiting(self) -> None:
        """What the worker would do, at once and in this process: everything that waits to be computed."""
        with self.acting(None) as uow:
            waiting = select(Computation).where(Computation.state == ComputationState.QUEUED)
            for found in uow.session.scalars(waiting.order_by(Computation.id)).all():
                COMPUTATION.advance(found, "start")
                settle(uow, found, compute_here(found.kind, found.payload))

    def moment_after(self, days: int) -> datetime:
        """So many days after the present moment of the play."""
        return self.moment + timedelta(days=days)

    def organisation_of(self, key: str) -> int:
        """The unit a member of the cast acts for."""
        found = self.actors[key].organisation_id
        if found is None:
            raise LookupError(key)
        return found

    def begin(self, scene: Scene) -> None:
        """Lets a scene begin, now or at the moment it names first; one that lies behind today never goes on."""
        moment = next(scene, None)
        if moment is not None and moment <= self.now:
            heapq.heappush(self.waiting, (max(moment, self.moment_of_play), next(self.order), scene))

    def play(self, scenes: list[Scene]) -> None:
        """Plays all scenes in the order of their moments, with the jobs at every turn of a day in between."""
        for scene in scenes:
            self.begin(scene)
        today = None
        while self.waiting:
            self.moment, _, scene = heapq.heappop(self.waiting)
            self.moment_of_play = self.moment
            day = to_beijing(self.moment).date()
            if today is not None and day != today:
                self.run_jobs()
            today = day
            self.begin(scene)
        self.compute_waiting()


def _is_reference(value: Any) -> bool:
    return isinstance(value, tuple) and len(value) == 2 and isinstance(value[0], type)
