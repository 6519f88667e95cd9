"""Rows of lists, topics, their announced versions, notices, seals and the trail of audit rows."""

from collections.abc import Iterator

from marketplace.audit.seals import topic_seal
from marketplace.core.canonical import sha256_hex
from marketplace.topics.content import from_plain, to_plain
from tests.bench.data import Plan, Row, days

SUBJECTS = (
    "机关食堂", "办公用房", "公务用车", "公物仓", "会议服务", "物业管理", "垃圾分类",
    "公共机构节能", "资产处置", "数字后勤",
    "安全保卫", "印章管理", "公务接待", "集中采购", "档案整理", "停车管理",
    "绿化养护", "应急值守", "电梯维保", "能耗监测",
)  # fmt: skip
ASPECTS = (
    "服务规范",
    "评价指标",
    "运行指南",
    "管理规程",
    "数据要求",
    "术语",
    "建设导则",
    "验收准则",
    "培训教程",
    "试点方案",
)
KINDS = ("标准制定", "标准库建设", "标准化研究", "标准化培训", "试点示范", "信息化融合")
BACKGROUND = (
    "目前各地做法不一，口径不同，数据难以比较，基层反映强烈；现有国家标准和行业标准没有覆盖这一环节，"
    "需要在调研的基础上形成统一、可执行、可检查的要求，并在不同规模的单位中验证。"
)


def title(topic: int) -> str:
    """A plausible title that differs from topic to topic."""
    subject, aspect = SUBJECTS[topic % len(SUBJECTS)], ASPECTS[topic // len(SUBJECTS) % len(ASPECTS)]
    return f"{subject}{aspect}研制（示例{topic}）"


def code(plan: Plan, topic: int) -> str:
    """榜题编号."""
    return f"BENCH-{topic - plan.first + 1:06d}"


def topic_rows(plan: Plan) -> Iterator[Row]:
    """All topics."""
    return (topic_row(plan, topic) for topic in plan.topics)


def topic_row(plan: Plan, topic: int) -> Row:
    """One topic."""
    is_open = plan.is_open(topic)
    shift = days(topic % 60)
    deadline = plan.now + days(20) + shift if is_open else plan.now - days(40) - shift
    subject = SUBJECTS[topic % len(SUBJECTS)]
    return {
        "id": topic, "version": 1, "list_id": plan.list_id, "code": code(plan, topic), "setter_id": plan.province,
        "title": title(topic), "category": KINDS[topic % len(KINDS)], "field": subject, "seed_clause": "二（八）",
        "background": f"{subject}：{BACKGROUND * 3}",
        "objectives": [f"形成{subject}省级标准草案", "在三个单位完成验证", "形成培训材料和检查清单"],
        "deliverables": [
            {"key": f"d{n}", "name": name, "kind": name, "acceptance": ["通过专家审查", "材料齐全，可直接使用"]}
            for n, name in enumerate(("标准文本", "编制说明", "验证报告"), 1)
        ],
        "milestones": [
            {"name": f"第{n}阶段", "month": n * 3, "evidence": ["会议纪要", "阶段报告"]} for n in range(1, 5)
        ],
        "duration_months": 12, "budget_min_fen": 20_000_000, "budget_max_fen": 30_000_000,
        "eligible_levels": ["municipal", "county"], "joint_allowed": True, "award_mode": "single", "max_awardees": 1,
        "expected_standard": {"level": "", "prefix": "", "note": ""}, "plan_metric": "standards_30",
        "deadline": deadline, "published_at": deadline - days(30), "published_version": 1,
        "opened_at": None if is_open else deadline,
        "convened_at": None if is_open else deadline,
        "result_at": plan.now - days(33) if plan.is_concluded(topic) else None,
        "created_on": (deadline - days(40)).date(),
        "state": "open" if is_open else ("awarded" if plan.is_awarded(topic) else "in_review"),
        "returned_sections": [], "is_sample": True, "drafted_by": plan.people["officer"],
        "submitted_by": plan.people["officer"], "approved_by": plan.people["approver"],
    }  # fmt: skip


def version_rows(plan: Plan) -> Iterator[Row]:
    """The announced text of every topic."""
    for topic in plan.topics:
        row = topic_row(plan, topic)
        content = to_plain(from_plain(row))
        yield {
            "topic_id": topic, "number": 1, "content": content, "content_sha256": sha256_hex(content), "changes": [],
            "reason": "", "published_at": row["published_at"], "published_by": plan.people["approver"],
        }  # fmt: skip


def notice_rows(plan: Plan) -> Iterator[Row]:
    """One notice of publication for every topic, one of the result for every awarded one."""
    for topic in plan.topics:
        row = topic_row(plan, topic)
        yield notice(plan, topic, "publication", row["published_at"], f"关于发布榜题“{row['title']}”的公告")
        if plan.is_awarded(topic):
            yield notice(
                plan, topic, "result", plan.now - days(31), f"关于榜题“{row['title']}”揭榜结果的公示"
            )


def notice(plan: Plan, topic: int, kind: str, at: object, heading: str) -> Row:
    """One notice."""
    return {
        "kind": kind, "topic_id": topic, "title": heading, "title_en": f"{kind.title()} of {code(plan, topic)}",
        "body": f"{heading}。详见榜题页面。", "body_en": "See the page of the topic.", "published_at": at,
        "dedupe_key": f"bench:{kind}:{topic}", "is_sample": True,
    }  # fmt: skip


def seal_rows(plan: Plan) -> Iterator[Row]:
    """Closed for open topics, opened for the others."""
    for topic in plan.topics:
        yield {"key": topic_seal(topic), "opened_at": None if plan.is_open(topic) else plan.now - days(40)}


STEPS = (("TopicDrafted", "起草榜题", "officer"), ("TopicSubmitted", "提交审定", "officer"),
         ("TopicPublished", "批准并发榜", "approver"))  # fmt: skip


def audit_rows(plan: Plan) -> Iterator[Row]:
    """The trail: three steps a topic, one submission a bid (under its seal), two steps a panel."""
    for topic in plan.topics:
        age = plan.now - days(90) - days(topic % 300)
        for action, label, who in STEPS:
            yield audit_row(plan, "topic", topic, action, label, who, age)
        for bid in plan.bids(topic):
            row = audit_row(plan, "bid", bid, "BidSubmitted", "提交揭榜", "anji_head", age + days(30))
            yield {**row, "seal_key": topic_seal(topic)}
        if not plan.is_open(topic):
            yield audit_row(plan, "panel", topic, "PanelConvened", "组建评审组", "officer", age + days(50))
        if plan.is_concluded(topic):
            yield audit_row(plan, "panel", topic, "PanelConcluded", "形成结果", "officer", age + days(60))


def audit_row(plan: Plan, kind: str, subject: int, action: str, label: str, who: str, at: object) -> Row:
    """One row of the trail."""
    return {
        "at": at, "action": action, "label": label, "outcome": "done", "person_id": plan.people[who],
        "person_name": "某人（示例）", "organisation_id": plan.province, "organisation_name": "省局（示例）",
        "subject_kind": kind, "subject_id": subject, "details": {}, "request_id": "", "address": "127.0.0.1",
        "seal_key": None,
    }  # fmt: skip
