"""What every step stands on: actor, clock, workflow, verdict, event, unit of work. Knows no feature, no Flask."""
