"""What follows from what: event → reactions, in order. The second file to read."""

from marketplace.audit import events as trail
from marketplace.audit.labels import VALUES
from marketplace.audit.subjects import NAMES, by_column
from marketplace.bids import award_mails, consent_mails, running
from marketplace.bids import events as bid
from marketplace.bids import mails as bid_mails
from marketplace.bids import queries as bids
from marketplace.bids import reviewing as reviewed_bids
from marketplace.bids.finding import find_bids
from marketplace.computations.registry import KINDS, Kind
from marketplace.core.events import Reactions
from marketplace.experts.engagements import ENGAGEMENTS
from marketplace.experts.queries import expert_names
from marketplace.files.access import OWNERS
from marketplace.notices import operations as notices
from marketplace.notices import reactions as announcements
from marketplace.organisations import events as person
from marketplace.organisations import mails as person_mails
from marketplace.organisations.labels import ROLE_LABELS
from marketplace.organisations.models import Organisation, Person
from marketplace.priority import announcements as priority_notices
from marketplace.priority import events as priority
from marketplace.priority import mails as priority_mails
from marketplace.priority import queries as priority_queries
from marketplace.priority import reactions as ledger
from marketplace.priority.decisions import keep_agenda, lapse_decisions
from marketplace.priority.deliberation import meeting_problem, meeting_record
from marketplace.priority.evaluation import KIND as ROUND_RANKING
from marketplace.priority.evaluation import evaluate
from marketplace.priority.funding.announcing import announce_terms
from marketplace.priority.funding.operations import lapse_deviations
from marketplace.priority.funding.plan import plan_problem, plan_record
from marketplace.priority.funding.proposal import KIND as FUNDING_PLAN
from marketplace.priority.funding.proposal import propose
from marketplace.priority.funding.trials import KIND as FUNDING_TRIAL
from marketplace.priority.meeting import KINDS as MEETING_KINDS
from marketplace.priority.models import DECLARATION_FILES, PriorityKind, PriorityList
from marketplace.priority.snapshots import ANNEXES, Annex
from marketplace.projects import announcements as project_notices
from marketplace.projects import events as project
from marketplace.projects import mails as project_mails
from marketplace.projects import queries as project_queries
from marketplace.projects import reactions as projects
from marketplace.projects.finding import find_projects
from marketplace.projects.joint_work import joint_work
from marketplace.projects.models import MILESTONE_FILES, OUTCOME_FILES, Project
from marketplace.projects.subjects import PORT as OUTCOME_PORT
from marketplace.reviews import events as review
from marketplace.reviews import mails as review_mails
from marketplace.reviews.analysis import operations as analyses
from marketplace.reviews.analysis.reading import KIND as PANEL_ANALYSIS
from marketplace.reviews.analysis.record import analyse
from marketplace.reviews.assigning import ASSIGNMENT, assign_items
from marketplace.reviews.engagements import engagements
from marketplace.reviews.facts import JOINT_WORK
from marketplace.reviews.operations import assignment as assignments
from marketplace.reviews.queries.panels import panel_names
from marketplace.reviews.register import recusal_names
from marketplace.reviews.subjects import SUBJECTS
from marketplace.reviews.workflow import NOTE_KINDS, SubjectKind
from marketplace.schedule import BACKGROUND, JOBS
from marketplace.search.finders import FINDERS
from marketplace.search.operations import SOURCES
from marketplace.topics import events as topic
from marketplace.topics import mails as topic_mails
from marketplace.topics import reactions as topics
from marketplace.topics.content import SECTION_LABELS
from marketplace.topics.models import ChallengeList, Topic

REACTIONS: Reactions = {
    person.PersonInvited: (person_mails.send_invitation,),
    person.PasswordResetRequested: (person_mails.send_reset_link,),
    person.PasswordChanged: (person_mails.tell_of_new_password,),
    trail.TrailAnchored: (person_mails.send_anchor,),
    trail.TrailFaultFound: (person_mails.warn_of_fault,),
    topic.TopicDrafted: (topics.index_topic,),
    topic.TopicSectionSaved: (topics.index_topic,),
    topic.TopicSubmitted: (topic_mails.ask_for_approval,),
    topic.TopicReturned: (topic_mails.tell_of_return,),
    topic.TopicPublished: (
        topics.seal_bids,
        topics.index_topic,
        announcements.announce_publication,
        topic_mails.invite_eligible_bureaus,
    ),
    topic.TopicAmended: (
        topics.index_topic,
        announcements.announce_amendment,
        topic_mails.tell_of_amendment,
    ),
    topic.TopicWithdrawn: (announcements.announce_withdrawal, topic_mails.tell_of_withdrawal),
    bid.ConsentAsked: (consent_mails.ask_partner,),
    bid.ConsentGiven: (consent_mails.tell_lead,),
    bid.ConsentRefused: (consent_mails.tell_lead,),
    bid.PartnerDropped: (consent_mails.tell_dropped,),
    bid.BidSubmitted: (bid_mails.send_receipt, consent_mails.tell_of_submission),
    bid.BidReturned: (bid_mails.tell_return,),
    bid.BidWithdrawn: (bid_mails.tell_withdrawal, consent_mails.tell_of_withdrawal),
    bid.BidsOpened: (bid_mails.tell_opening,),
    bid.BidDisqualified: (bid_mails.tell_disqualification,),
    review.PanelReleased: (review_mails.invite_members,),
    review.SeatAdded: (review_mails.invite_replacement, review_mails.ask_newcomer),
    review.ReopeningProposed: (review_mails.ask_for_reopening,),
    review.ReopeningDeclined: (review_mails.tell_head_of_refusal,),
    review.HeadNamed: (review_mails.tell_late_head,),
    review.HeadStoodDown: (review_mails.tell_that_head_stood_down,),
    review.PreferencesAsked: (review_mails.ask_for_preferences,),
    review.SeatDeclined: (review_mails.tell_of_refusal,),
    review.SeatExcluded: (review_mails.tell_of_exclusion,),
    review.SeatAsked: (review_mails.ask_to_explain,),
    review.RecusalRequested: (review_mails.ask_for_decision,),
    review.RecusalDecided: (review_mails.tell_of_decision,),
    review.SeatRecused: (review_mails.tell_of_recusal,),
    review.SheetReopened: (review_mails.tell_of_reopening,),
    review.ItemRecused: (review_mails.tell_of_item_recusal,),
    review.AssignmentMade: (review_mails.tell_of_new_duties,),
    review.AssignmentFailed: (review_mails.tell_of_failed_assignment,),
    review.ExtraCalled: (review_mails.ask_extra_expert,),
    review.ExtraMissing: (review_mails.tell_of_missing_expert,),
    review.SeatFinished: (review_mails.tell_that_all_is_in, analyses.analyse_when_all_is_in),
    review.PanelConcluded: (
        projects.record_result,
        review_mails.tell_of_result,
        analyses.analyse_the_result,
    ),
    bid.AwardProposed: (award_mails.ask_for_confirmation,),
    bid.AwardRejected: (award_mails.tell_of_rejection,),
    bid.AwardConfirmed: (projects.open_project, award_mails.send_letters, award_mails.announce_result),
    project.ProjectOpened: (project_mails.tell_of_project,),
    project.MilestoneReported: (project_mails.tell_province_of_report,),
    project.MilestonePassed: (project_mails.tell_of_decision,),
    project.MilestoneReturned: (project_mails.tell_of_decision,),
    project.OutcomeDelivered: (project_mails.tell_province_of_outcome,),
    project.OutcomeReturned: (project_mails.tell_of_outcome_return,),
    project.OutcomeAccepted: (
        project_mails.tell_of_result,
        project_notices.announce_outcome,
        ledger.credit,
    ),
    project.OutcomeFailed: (project_mails.tell_of_result, ledger.credit),
    priority.RoundAnnounced: (priority_mails.invite_declarations,),
    priority.DeclarationSubmitted: (priority_mails.tell_office_of_declaration,),
    priority.DeclarationDecided: (priority_mails.tell_unit_of_decision,),
    priority.SnapshotTaken: (priority_notices.announce_list,),
}

running.FINISHED.append(project_queries.finished_bids())
FINDERS.update({"bid": find_bids, "project": find_projects})
SOURCES.update({"topic": topics.all_documents, "notice": notices.all_documents})
OWNERS.update(
    {
        bids.FILE_OWNER: bids.file_access,
        MILESTONE_FILES: project_queries.milestone_file_access,
        OUTCOME_FILES: project_queries.outcome_file_access,
        DECLARATION_FILES: priority_queries.declaration_file_access,
    }
)
NAMES.update(
    {
        "challenge_list": by_column(ChallengeList.id, ChallengeList.title),
        "topic": by_column(Topic.id, Topic.title),
        "panel": panel_names,
        "expert": expert_names,
        "recusal": recusal_names,
        "project": by_column(Project.id, Project.title),
        "priority_list": by_column(PriorityList.id, PriorityList.title),
        "organisation": by_column(Organisation.id, Organisation.name),
        "person": by_column(Person.id, Person.name),
    }
)
VALUES.update({"role": ROLE_LABELS, "section": SECTION_LABELS, "sections": SECTION_LABELS})
VALUES["job"] = {job.name: job.label for job in (*JOBS, *BACKGROUND)}
VALUES["kind"] = {**VALUES["kind"], **NOTE_KINDS}
COMPUTATIONS: dict[str, Kind] = {
    ASSIGNMENT: Kind(assign_items, assignments.keep_assignment),
    PANEL_ANALYSIS: Kind(analyse, analyses.keep_analysis),
    ROUND_RANKING: Kind(evaluate, keep_agenda),
    FUNDING_PLAN: Kind(propose),
    FUNDING_TRIAL: Kind(propose),
}
"""What is computed in the background: its pure function, and where the result goes."""

KINDS.update(COMPUTATIONS)
ANNEXES[PriorityKind.FUNDING] = Annex("plan", plan_record, plan_problem, lapse_deviations, announce_terms)
ANNEXES |= dict.fromkeys(MEETING_KINDS, Annex("meeting", meeting_record, meeting_problem, lapse_decisions))
SUBJECTS.update({SubjectKind.BID: reviewed_bids.PORT, SubjectKind.OUTCOME: OUTCOME_PORT})
JOINT_WORK["projects"] = joint_work
ENGAGEMENTS["reviews"] = engagements
