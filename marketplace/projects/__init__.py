"""Projects (项目): milestones reported and checked, the outcome delivered, reviewed and graded."""
