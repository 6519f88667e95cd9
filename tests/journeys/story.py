"""What the steps of the story share: the office, the sample players, and the numbers of the things they made."""

from dataclasses import dataclass, field
from datetime import timedelta

from marketplace.core.clock import to_beijing
from marketplace.notifications.jobs import Job
from marketplace.sample.stage import Stage
from marketplace.schedule import JOBS
from tests.journeys.people import Office

LIST = "第一批标准化揭榜榜单（示例）"
TOPIC = "公务用车服务规范研制（示例）"
WINNER = "杭州市"
PILOT = "省级试点优先名单（示例）"


@dataclass
class Story:
    """One topic's life; each step leaves here what the next one needs."""

    office: Office
    stage: Stage = field(init=False)
    code: str = ""
    topic: int = 0
    receipt: str = ""
    project: int = 0

    def __post_init__(self) -> None:
        world = self.office.world
        jobs = tuple(job for job in JOBS if isinstance(job, Job))
        self.stage = Stage(world.runtime, world.people, world.clock(), jobs)

    def later(self, **span: float) -> None:
        """Time passes for everybody."""
        self.stage.moment = self.stage.now = self.office.world.clock.forward(**span)

    def day_from_now(self, days: int) -> str:
        """A day at half past five in the afternoon, as a field for date and time wants it."""
        return f"{to_beijing(self.stage.moment + timedelta(days=days)):%Y-%m-%d}T17:30"

    def worker(self) -> None:
        """The worker runs once."""
        result = self.office.world.app.test_cli_runner().invoke(args=["worker", "--once"])
        assert result.exit_code == 0, result.output
