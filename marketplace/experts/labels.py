"""What the codes of the expert pool are called (专家库用语)."""

from marketplace.core.text import N_
from marketplace.experts.models import ExpertKind

KIND_LABELS = {ExpertKind.EXPERT: N_("专家"), ExpertKind.TALENT: N_("人才")}
LANGUAGE_LABELS = {
    "zh": N_("中文"),
    "en": N_("英文"),
    "ja": N_("日文"),
    "ko": N_("韩文"),
    "de": N_("德文"),
    "fr": N_("法文"),
    "ru": N_("俄文"),
    "es": N_("西班牙文"),
}
"""工作语言: the languages in which an expert can read and judge."""
CHANGES = {
    "kind": N_("类别"),
    "title": N_("职称"),
    "fields": N_("专业领域"),
    "languages": N_("工作语言"),
    "technical": N_("技术类"),
    "workload_limit": N_("同时评审上限"),
    "term_from": N_("聘期开始"),
    "term_to": N_("聘期结束"),
}
"""What a change of a profile is called in the history."""
