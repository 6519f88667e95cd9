"""The cast (示例人员): one person for each part in the story. Names say that they are samples."""

from datetime import date

from sqlalchemy import select

from marketplace.core.actor import Role
from marketplace.core.dataclass import dataclass
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.experts.models import Expert
from marketplace.organisations.models import Appointment, Organisation, Person

MAIL_DOMAIN = "sample.example"
PROVINCE = "330000"


@dataclass(frozen=True, slots=True)
class Part:
    """One sample person: key, name, and the roles held: (organisation code, role)."""

    key: str
    name: str
    posts: tuple[tuple[str, Role], ...]
    fields: tuple[str, ...] = ()

    @property
    def email(self) -> str:
        return f"{self.key.replace('_', '.')}@{MAIL_DOMAIN}"


def _pair(key: str, name: str, code: str) -> tuple[Part, Part]:
    return (
        Part(f"{key}_clerk", f"{name}填报员（示例）", ((code, Role.CLERK),)),
        Part(f"{key}_head", f"{name}负责人（示例）", ((code, Role.HEAD),)),
    )


OFFICIALS: tuple[Part, ...] = (
    Part("officer", "省局经办（示例）", ((PROVINCE, Role.OFFICER),)),
    Part("officer2", "省局经办二（示例）", ((PROVINCE, Role.OFFICER),)),
    Part("approver", "省局审定（示例）", ((PROVINCE, Role.APPROVER),)),
    Part("approver2", "省局审定二（示例）", ((PROVINCE, Role.APPROVER),)),
    Part("auditor", "监督员（示例）", ((PROVINCE, Role.AUDITOR),)),
    Part("sysadmin", "系统管理员（示例）", ((PROVINCE, Role.SYSTEM_ADMIN),)),
    Part("secadmin", "安全管理员（示例）", ((PROVINCE, Role.SECURITY_ADMIN),)),
    Part("auditadmin", "审计管理员（示例）", ((PROVINCE, Role.AUDIT_ADMIN),)),
)
BUREAUS: tuple[Part, ...] = (
    *_pair("hangzhou", "杭州市局", "330100"),
    *_pair("ningbo", "宁波市局", "330200"),
    *_pair("wenzhou", "温州市局", "330300"),
    *_pair("jiaxing", "嘉兴市局", "330400"),
    *_pair("huzhou", "湖州市局", "330500"),
    *_pair("shaoxing", "绍兴市局", "330600"),
    *_pair("quzhou", "衢州市局", "330800"),
    *_pair("anji", "安吉县局", "330523"),
    *_pair("deqing", "德清县局", "330521"),
    *_pair("yiwu", "义乌市局", "330782"),
    Part(
        "jingning_clerk",
        "景宁县局填报员（示例）",
        (("331127", Role.CLERK), ("331100", Role.CLERK)),
    ),
    _pair("jingning", "景宁县局", "331127")[1],
    *_pair("canteen", "餐务中心", "330000-U1"),
    *_pair("vehicles", "用车中心", "330000-U2"),
)
EXPERTS: tuple[Part, ...] = tuple(
    Part(f"expert{number}", f"专家{ordinal}（示例）", ((code, Role.EXPERT),), fields)
    for number, (ordinal, code, fields) in enumerate(
        (
            ("甲", "P-U1", ("标准制定", "标准化研究")),
            ("乙", "P-U2", ("信息化融合", "标准库建设")),
            ("丙", "P-I1", ("标准制定", "标准库建设")),
            ("丁", "P-I2", ("标准化研究", "试点示范")),
            ("戊", "P-A1", ("标准化培训", "标准制定")),
            ("己", "P-U1", ("标准化培训", "试点示范")),
            ("庚", "P-I1", ("标准制定", "信息化融合")),
            ("辛", "P-R1", ("标准制定", "标准化研究")),
            ("壬", "P-A1", ("试点示范", "标准化培训")),
        ),
        1,
    )
)
RECUSED_EXPERT = Part("recused_expert", "专家癸（示例）", (("330100", Role.EXPERT),), ("标准制定",))

CAST: tuple[Part, ...] = (*OFFICIALS, *BUREAUS, *EXPERTS, RECUSED_EXPERT)


def seat_cast(uow: UnitOfWork) -> dict[str, int]:
    """Creates the sample people who do not exist yet; answers key → person id."""
    organisations = {
        code: key for code, key in uow.session.execute(select(Organisation.code, Organisation.id))
    }
    known = {email: key for email, key in uow.session.execute(select(Person.email, Person.id))}
    return {part.key: known.get(part.email) or _seat(uow, part, organisations) for part in CAST}


def _seat(uow: UnitOfWork, part: Part, organisations: dict[str, int]) -> int:
    person = Person(email=part.email, name=part.name, is_demo=True, created_at=uow.now)
    uow.session.add(person)
    uow.session.flush()
    for code, role in part.posts:
        uow.session.add(
            Appointment(person_id=person.id, organisation_id=organisations[code], role=role, since=uow.now)
        )
    if part.fields:
        uow.session.add(
            Expert(
                person_id=person.id, organisation_id=organisations[part.posts[0][0]], fields=list(part.fields),
                title="高级职称（示例）", languages=["zh"], term_from=date(2022, 1, 1), is_sample=True,
            )
        )  # fmt: skip
    uow.session.flush()
    return person.id
