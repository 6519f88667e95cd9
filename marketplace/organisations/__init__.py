"""Organisations and people (机构与人员): who takes part, in which role, and how they sign in."""
