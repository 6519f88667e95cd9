"""The blueprint of all review pages."""

from flask import Blueprint

blueprint = Blueprint("reviews", __name__)
