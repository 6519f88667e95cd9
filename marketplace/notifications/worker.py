"""The worker (工作进程): runs the jobs, one after the other, every few seconds, while it holds the lease."""

import logging
import signal
import threading
import time
from collections.abc import Sequence
from datetime import datetime
from types import FrameType

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.blocking import BlockingScheduler
from flask import Flask

from marketplace.audit.operations import record
from marketplace.core.clock import BEIJING
from marketplace.core.text import N_
from marketplace.notifications.jobs import AnyJob, RowsFailed, Shift
from marketplace.notifications.lease import LeaseKeeper, LostLease
from marketplace.web.runtime import Runtime

log = logging.getLogger(__name__)

BACKGROUND_INTERVAL = 2
"""Somebody may be looking at the page and wait for it: seconds between two looks."""


class Worker:
    """One worker process."""

    def __init__(self, app: Flask, jobs: Sequence[AnyJob], background: Sequence[AnyJob] = ()) -> None:
        self.app = app
        self.jobs = jobs
        self.background = background
        parts: Runtime = app.extensions["marketplace"]
        self.settings = parts.settings
        self.lease = LeaseKeeper(parts.engine, parts.clock, self.settings.worker_lease)
        self.stopping = threading.Event()
        self.failing: dict[str, str] = {}
        self.shift = Shift(app, self.may_continue, self.lease.confirm)

    def may_continue(self) -> bool:
        """Asked between steps: still ours, and nobody wants us to end."""
        return self.lease.alive() and not self.stopping.is_set()

    def run_jobs(self) -> dict[str, int | None]:
        """All jobs in their order, each by itself; answers what each did, None for one that failed. The numbers are not
        logged: a mail more would tell of a sealed bid."""
        return self._run_all(self.jobs)

    def run_background(self) -> dict[str, int | None]:
        """The same for what may take long, beside the jobs."""
        return self._run_all(self.background)

    def _run_all(self, jobs: Sequence[AnyJob]) -> dict[str, int | None]:
        done: dict[str, int | None] = {}
        with self.app.app_context():
            for job in jobs:
                if not self.may_continue():
                    break
                done[job.name] = self._run(job)
        return done

    def _run(self, job: AnyJob) -> int | None:
        try:
            number = job.go(self.shift)
        except LostLease:
            log.warning("job %s: nothing was done, another worker has taken over", job.name)
            return None
        except RowsFailed as failed:
            log.warning("%s could not be done", failed)
            return None
        except Exception as error:
            log.exception("job %s failed", job.name)
            self._note_failure(job, type(error).__name__)
            return None
        self.failing.pop(job.name, None)
        return number

    def _note_failure(self, job: AnyJob, error: str) -> None:
        """One audit row when a job begins to fail, not one every few seconds. The error's text stays in the log: it
        may quote what is sealed."""
        if self.failing.get(job.name) == error:
            return
        try:
            with self.shift.unit_of_work(fenced=False) as uow:
                record(
                    uow, action="job", label=N_("定时任务失败"), subject_kind="job", outcome="failed",
                    details={"job": job.name, "error": error},
                )  # fmt: skip
        except Exception:
            log.exception("the failure of job %s could not be noted", job.name)
            return
        self.failing[job.name] = error

    def run_once(self) -> dict[str, int | None] | None:
        """All jobs once, under the lease; None when another worker holds it."""
        if not self.lease.keep():
            return None
        try:
            return self.run_jobs() | self.run_background()
        finally:
            self.lease.release()

    def run(self) -> None:
        """Until asked to stop (SIGTERM, Ctrl-C): renews the lease in one thread, works in another, and does in a third
        what may take long."""
        scheduler = BlockingScheduler(
            timezone=BEIJING,
            executors={"default": ThreadPoolExecutor(3)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        now = datetime.now(BEIJING)
        scheduler.add_job(self.lease.keep, "interval", seconds=self.settings.worker_lease / 3)
        scheduler.add_job(self.run_jobs, "interval", seconds=self.settings.worker_interval, next_run_time=now)
        often = min(BACKGROUND_INTERVAL, self.settings.worker_interval)
        scheduler.add_job(self.run_background, "interval", seconds=often, next_run_time=now)
        ending = threading.Thread(target=self._end, args=(scheduler,), daemon=True)
        for wish in (signal.SIGTERM, signal.SIGINT):
            signal.signal(wish, self._stop)
        self.lease.keep()
        ending.start()
        scheduler.start()
        ending.join()
        self.lease.release()

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping.set()

    def _end(self, scheduler: BlockingScheduler) -> None:
        """Ends the scheduler from outside: a signal handler must not take its locks."""
        self.stopping.wait()
        while not scheduler.running:
            time.sleep(0.01)
        scheduler.shutdown(wait=True)
