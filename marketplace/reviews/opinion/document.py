"""The opinion as a Word file (专家组意见书) in the reader's language, from its record alone."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from marketplace.core.clock import beijing_date
from marketplace.core.docx import Block, Heading, Paper, Table, Text, Title, document
from marketplace.organisations.naming import unit_name
from marketplace.reviews.analysis.words import AGREEMENTS, BANDS, CALIBRATIONS, TIERS
from marketplace.reviews.opinion.words import RULES, in_words, label_of, number_of
from marketplace.reviews.workflow import SubjectKind
from marketplace.web.formats import date_text, datetime_text
from marketplace.web.i18n import translate


def written(
    content: Mapping[str, Any],
    sha256: str,
    final_at: datetime | None,
    english: bool,
    confirmation: Mapping[str, Any] | None = None,
) -> bytes:
    """The file. ``final_at`` is empty for a draft; ``confirmation`` as in ``PanelOpinion``."""
    name = str(_("专家组评审意见书"))
    office = content["about"]["office_en"] if english else ""
    return document(
        Paper(
            name=f"{name} {number_of(content)}",
            author=office or content["about"]["office"],
            language="en" if english else "zh",
            made_at=final_at or datetime.fromisoformat(content["about"]["concluded_at"]),
            foot=_foot(content, sha256, final_at),
            blocks=list(Writer(content, final_at, english, confirmation).blocks()),
        )
    )


def _foot(content: Mapping[str, Any], sha256: str, final_at: datetime | None) -> str:
    state = _("第%(number)s版", number=content["number"]) if final_at else _("草稿，未定稿")
    return str(_("%(state)s　内容指纹 SHA-256 %(print)s", state=state, print=sha256))


class Writer:
    """The sections of the document, one after the other."""

    def __init__(
        self,
        content: Mapping[str, Any],
        final_at: datetime | None,
        english: bool,
        confirmation: Mapping[str, Any] | None,
    ) -> None:
        self.content, self.final_at, self.english = content, final_at, english
        self.confirmation = confirmation
        self.about: Mapping[str, Any] = content["about"]
        self.sections = 0

    def blocks(self) -> Iterator[Block]:
        yield Title(str(_("专家组评审意见书")))
        if self.about["sample"]:
            yield Text(str(_("（示例）")), "centre")
        yield Text(str(_("编号：%(number)s", number=number_of(self.content))), "centre")
        if self.final_at is None:
            yield Text(str(_("（草稿，未定稿）")), "centre")
        for title, body in (
            (_("评审事项"), self._subject()),
            (_("评审组"), self._members()),
            (_("组建、规程和回避"), self._convening()),
            (_("评审结果"), self._results()),
            (_("逐项意见"), self._opinions()),
            (_("总体意见"), self._overall()),
            (_("签字"), self._signatures()),
        ):
            yield self._heading(str(title))
            yield from body

    def _heading(self, title: str) -> Heading:
        self.sections += 1
        return Heading(f"{self.sections}. {title}" if self.english else f"{in_words(self.sections)}、{title}")

    def _when(self, stored: str) -> str:
        return datetime_text(datetime.fromisoformat(stored), self.english) if stored else "—"

    def _list(self, parts: Sequence[str]) -> str:
        return str(_("、")).join(parts)

    def _subject(self) -> Iterator[Block]:
        about = self.about
        outcome = about["kind"] == SubjectKind.OUTCOME
        yield Text(str(_("榜单：%(title)s", title=about["list"])))
        yield Text(str(_("榜题：%(code)s %(title)s", code=about["code"], title=about["title"])))
        if about["category"] or about["field"]:
            named = [translate(one) for one in (about["category"], about["field"]) if one]
            yield Text(str(_("类别和领域：%(named)s", named=self._list(named))))
        kind = _("成果验收评审") if outcome else _("揭榜评审")
        yield Text(str(_("评审类型：%(kind)s，评审对象%(count)s项。", kind=kind, count=about["items"])))
        yield Text(
            str(
                _(
                    "组建时间%(convened)s，开始评分%(released)s，形成结果%(concluded)s（北京时间）。",
                    convened=self._when(about["convened_at"]),
                    released=self._when(about["released_at"]),
                    concluded=self._when(about["concluded_at"]),
                )
            )
        )

    def _members(self) -> Iterator[Block]:
        members = self.content["members"]
        yield Text(
            str(
                _(
                    "主持人：%(chair)s。评分专家%(count)s位：",
                    chair=self.content["chair"] or "—",
                    count=len(members),
                )
            )
        )
        rows = [
            (
                str(number),
                one["name"],
                unit_name(one["unit"]),
                str(_("技术类") if one["technical"] else _("管理类")),
                str(_("组长")) if one.get("heads") else str(_("按规程增加")) if one["extra"] else "",
            )
            for number, one in enumerate(members, 1)
        ]
        heads = [str(one) for one in (_("序号"), _("姓名"), _("单位"), _("类别"), _("备注"))]
        yield Table(heads, rows, (14, 34, 60, 24, 24), (0, 3, 4))

    def _convening(self) -> Iterator[Block]:
        how = self.content["convened"]
        for one in how["draws"]:
            said = _("增加专家抽取") if one["extra"] else _("随机抽取")
            yield Text(
                str(
                    _(
                        "%(said)s：%(at)s由%(by)s操作，种子%(seed)s，从%(candidates)s位可选专家中抽取%(chosen)s位，"
                        "可按种子重新抽取核对。",
                        said=said, at=self._when(one["at"]), by=one["by"] or "—", seed=one["seed"],
                        candidates=one["candidates"], chosen=one["chosen"],
                    )
                )
            )  # fmt: skip
        if not how["draws"]:
            yield Text(str(_("评审组成员由省局从专家库中选定。")))
        yield Text(self._protocol(how))
        if how.get("preferences"):
            yield Text(str(_("分配以前，征求了各位专家对每一项的评审意愿。")))
        if how.get("blind"):
            yield Text(str(_("盲评：评分期间对专家隐去申报单位，以抽签排定的代号称呼各项。")))
        if how["extras"]:
            named = self._list(sorted({unit_name(one["item"]) for one in how["extras"]}))
            yield Text(str(_("评分相差较大、按规程增加专家的评审对象：%(named)s。", named=named)))
        prints = self.content["prints"]
        if prints["protocol"]:
            yield Text(str(_("规程在开始评分时固定，指纹SHA-256：%(print)s", print=prints["protocol"])))
        yield from self._recusals()

    def _protocol(self, how: Mapping[str, Any]) -> str:
        share = (
            _("全体专家评每一项")
            if how["scores_per_item"] is None
            else ngettext(
                "每项由%(n)s位专家评分，由系统公平分配",
                "每项由%(n)s位专家评分，由系统公平分配",
                how["scores_per_item"],
                n=how["scores_per_item"],
            )
        )
        official = (
            _("以扣除专家宽严影响的校正分为正式得分")
            if how["official"] == "calibrated"
            else _("以按公布规则汇总的得分为正式得分")
        )
        return str(
            _(
                "评审规程：%(share)s；评分表达到%(trim)s份时去掉一个最高和一个最低总分；%(official)s。"
                "共收到评分表%(sheets)s份。",
                share=share, trim=how["trim_from"], official=official, sheets=how["sheets"],
            )
        )  # fmt: skip

    def _recusals(self) -> Iterator[Block]:
        found = self.content["recusals"]
        if not found:
            yield Text(str(_("没有专家因利害关系回避。")))
            return
        yield Text(str(_("下列专家按规则对有关评审对象回避，不参加其评审：")))
        named = found[0]["names"] is not None
        heads = [str(_("回避情形")), str(_("人数")), *([str(_("姓名"))] if named else [])]
        rows = [
            (
                translate(RULES[one["rule"]]),
                str(one["count"]),
                *([self._list(one["names"])] if named else []),
            )
            for one in found
        ]
        yield Table(heads, rows, (66, 18, 72) if named else (120, 36), (1,))

    def _results(self) -> Iterator[Block]:
        items = self.content["items"]
        calibrated = self.content["convened"]["official"] == "calibrated"
        ranked = self.content["places"] is not None
        heads = [
            _("名次"),
            _("评审对象"),
            _("公布得分") if calibrated else _("公布得分（正式）"),
            _("校正分（正式）") if calibrated else _("校正分"),
            *([_("结论")] if ranked else []),
        ]
        rows = [
            (
                "—" if one["rank"] is None else str(one["rank"]),
                label_of(one, self.content),
                one["announced"] or "—",
                one["calibrated"] or "—",
                *([self._verdict(one)] if ranked else []),
            )
            for one in items
        ]
        widths = (14, 60, 26, 26, 30) if ranked else (14, 84, 29, 29)
        yield Table([str(one) for one in heads], rows, widths, (0, 2, 3, 4))
        if self.content["calibration"] is not None:
            yield Text(translate(CALIBRATIONS[self.content["calibration"]]))
        yield Text(self._agreement())
        for tie in self.content["ties"]:
            yield Text(
                str(_("第%(rank)s名并列，评审组表决：%(reason)s", rank=tie["rank"], reason=tie["reason"]))
            )
        prints = self.content["prints"]
        yield Text(str(_("结果指纹SHA-256：%(print)s", print=prints["result"])))
        yield Text(str(_("分析指纹SHA-256：%(print)s", print=prints["analysis"] or "—")))

    def _agreement(self) -> str:
        found = self.content["agreement"]
        if found is None:
            return str(_("专家意见一致程度：评分分析还没有算出来。"))
        return str(
            _(
                "专家意见一致程度：%(band)s（一致性系数α为%(alpha)s）。%(sentence)s",
                band=translate(BANDS[found["alpha_band"]]),
                alpha="—" if found["alpha"] is None else found["alpha"],
                sentence=translate(AGREEMENTS[found["alpha_band"]]),
            )
        )

    def _verdict(self, one: Mapping[str, Any]) -> str:
        if one["vote"] is not None:
            return str(_("会议同意入选") if one["vote"]["wins"] else _("会议不同意入选"))
        return translate(TIERS[one["tier"]]) if one["tier"] else "—"

    def _opinions(self) -> Iterator[Block]:
        said = [
            one for one in self.content["items"] if one["opinion"] or one["dissent"] or one["vote"] or one["disputed"]
        ]  # fmt: skip
        if not said:
            yield Text(str(_("没有逐项意见。")))
        for number, one in enumerate(said, 1):
            head = f"({number}) " if self.english else f"（{in_words(number)}）"
            yield Heading(f"{head}{label_of(one, self.content)}", 2)
            yield from self._opinion(one)

    def _opinion(self, one: Mapping[str, Any]) -> Iterator[Block]:
        score = one["score"] or "—"
        if one["rank"] is not None and self.content["places"] is not None:
            yield Text(str(_("正式得分%(score)s分，第%(rank)s名。", score=score, rank=one["rank"])))
        else:
            yield Text(str(_("正式得分%(score)s分。", score=score)))
        if one["disputed"]:
            yield Text(str(_("公布得分与校正分对其是否入选结论不同，须会议审议。")))
        if one["vote"] is not None:
            yield Text(self._vote(one["vote"]))
        if one["opinion"]:
            yield Text(str(_("专家组意见：%(text)s", text=one["opinion"])))
        if one["dissent"]:
            yield Text(str(_("不同意见：%(text)s", text=one["dissent"])))

    def _vote(self, vote: Mapping[str, Any]) -> str:
        return str(
            _(
                "会议审议表决：同意入选%(yes)s票，不同意%(no)s票，弃权%(abstain)s票，%(verdict)s。%(reason)s",
                yes=vote["yes"], no=vote["no"], abstain=vote["abstain"], reason=vote["reason"],
                verdict=_("会议同意入选") if vote["wins"] else _("会议不同意入选"),
            )
        )  # fmt: skip

    def _overall(self) -> Iterator[Block]:
        overall = self.content["overall"]
        yield Text(overall["opinion"] or str(_("（尚未形成）")))
        if overall["dissent"]:
            yield Text(str(_("不同意见：%(text)s", text=overall["dissent"])))

    def _signatures(self) -> Iterator[Block]:
        head = self.content.get("head", "")
        yield Text(str(_("组长%(name)s（签字）：", name=head) if head else _("组长（签字）：")))
        yield from self._confirmed()
        yield Text(str(_("成员（签字）：")))
        rows = [
            (one["name"], unit_name(one["unit"]), "\n")
            for one in self.content["members"]
            if not one.get("heads")
        ]
        yield Table([str(_("姓名")), str(_("单位")), str(_("签字"))], rows, (36, 70, 50))
        if self.final_at is not None:
            yield Text(date_text(beijing_date(self.final_at), self.english), "right")

    def _confirmed(self) -> Iterator[Block]:
        """The head's word given in the system, or why it was not waited for."""
        given = self.confirmation
        if given is None:
            return
        at = self._when(given["at"])
        if "without" in given:
            said = _(
                "组长没有在系统中确认，主持人%(by)s于%(at)s定稿，原因：%(reason)s",
                by=given["by"],
                at=at,
                reason=given["without"],
            )
        else:
            said = _("组长%(by)s已于%(at)s在系统中确认本文，内容指纹与页脚所印一致。", by=given["by"], at=at)
        yield Text(str(said))
