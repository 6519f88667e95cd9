"""Terms of funding are announced together with the rules of their round (资金规则与轮次规则一并公布)."""

from marketplace.core.errors import Invalid
from marketplace.core.text import N_
from marketplace.core.unit_of_work import UnitOfWork
from marketplace.priority.funding import queries
from marketplace.priority.funding.operations import check_terms, confirm_terms
from marketplace.priority.funding.terms import terms_from_dict
from marketplace.priority.models import PriorityList


def announce_terms(uow: UnitOfWork, plist: PriorityList) -> str:
    """一并公布: the drafted terms are in force from the announcement on; their hash goes into that of the round."""
    drafts = queries.terms_of(uow.session, plist.id)
    if not drafts:
        raise Invalid({"terms": N_("请先拟定资金规则：资金规则要与轮次规则一并公布、一并冻结")})
    terms = drafts[0]
    check_terms(uow, terms_from_dict(terms.rules), terms.reason, is_change=False)
    confirm_terms(uow, plist, terms)
    return terms.sha256
