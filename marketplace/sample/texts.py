"""What the sample bureaus write: plain, plausible, and marked as sample by the rows they stand in."""

from dataclasses import replace

from marketplace.bids.content import BidContent, BudgetLine, Indicator, Member, Source
from marketplace.core.money import FEN_PER_WAN
from marketplace.topics.models import Topic

UNDERSTANDING = (
    "本单位在日常保障中已遇到与榜题相同的问题：各处做法不一，服务标准和流程没有统一口径，考核缺少依据。"
    "榜题所列交付成果切中要害，我们计划以本地实践为基础形成可在全省复制的成果。"
)
APPROACH = (
    "第一步开展调研，摸清现状和差距；第二步形成草案并在本地试运行；第三步公开征求意见、逐条处理；"
    "第四步组织专家审查并完善；第五步总结验证数据，形成操作手册。难点在于各单位基础不同，对策是分级设定指标、先易后难。"
)
BASIS = "近三年牵头或参与制定内部规范6项，有专职标准化人员2名，已建立月度运行台账。"
ORGANISATION = "成立由分管领导任组长的工作组，业务处室和标准化联络员共同参加，每月一次例会，进度公开。"
REPLICATION = (
    "成果不依赖特定系统和场地，具备基本台账的单位即可采用；计划先在本市三个县（市、区）试用，再形成推广清单。"
)
RISKS = "试运行单位配合不足时，调整试点范围；征求意见分歧较大时，召开专题会并延长征求意见时间。"


def written_bid(draft: BidContent, topic: Topic, leader: str, unit: str, wan: int) -> BidContent:
    """A complete bid upon the first draft: each deliverable gets an indicator, each milestone a responsible unit."""
    names = {item["key"]: item for item in topic.deliverables}
    return replace(
        draft,
        leader_name=leader,
        leader_title="处长（示例）",
        leader_phone="0571-00000000",
        understanding=UNDERSTANDING,
        indicators=tuple(_indicator(line.deliverable_key, names) for line in draft.indicators),
        approach=APPROACH,
        milestones=tuple(
            replace(line, deliverable="、".join(line.evidence)[:300] or line.name, responsible=unit[:80])
            for line in draft.milestones
        ),
        team=(
            Member(leader, unit, "处长（示例）", "机关事务", "总体负责", 6),
            Member("示例成员", unit, "主任科员（示例）", "标准化", "文本起草", 10),
        ),
        basis=BASIS,
        budget=(BudgetLine(Source.OWN, "调研与验证", wan * FEN_PER_WAN),) if wan else (),
        budget_statement="" if wan else "本项目不申请经费，由本单位日常经费保障。",
        organisation=ORGANISATION,
        replication=REPLICATION,
        risks=RISKS,
        pledged=True,
    )


def _indicator(key: str, names: dict[str, dict[str, object]]) -> Indicator:
    deliverable = names[key]
    acceptance = deliverable.get("acceptance") or ["按榜题要求完成"]
    first = str(acceptance[0]) if isinstance(acceptance, list) else str(acceptance)
    return Indicator(
        deliverable_key=key,
        name=f"{deliverable['name']}完成情况"[:120],
        present="尚无",
        target=first[:200],
        proof="成果文本、专家意见和运行台账",
    )
