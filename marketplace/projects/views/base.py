"""The blueprint of all project pages, and the words they share."""

from typing import Any

from flask import Blueprint
from werkzeug.wrappers import Response

from marketplace.projects.workflow import MILESTONE, PROJECT, MilestoneState, ProjectState
from marketplace.topics.rules import GRADES

blueprint = Blueprint("projects", __name__)

Page = str | tuple[str, int] | Response

TONES = {
    ProjectState.RUNNING: "progress",
    ProjectState.DELIVERED: "info",
    ProjectState.IN_ACCEPTANCE: "info",
    ProjectState.ACCEPTED: "success",
    ProjectState.FAILED: "danger",
    MilestoneState.PENDING: "neutral",
    MilestoneState.REPORTED: "info",
    MilestoneState.PASSED: "success",
    MilestoneState.RETURNED: "warning",
}


@blueprint.context_processor
def words() -> dict[str, Any]:
    """Labels and tones of states and grades, for the templates of this blueprint."""
    return {
        "project_labels": PROJECT.labels,
        "milestone_labels": MILESTONE.labels,
        "grade_labels": {line.code: line.label for line in GRADES},
        "tones": {str(state): tone for state, tone in TONES.items()},
    }
