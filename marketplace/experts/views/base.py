"""The blueprint of the expert pool."""

from flask import Blueprint

blueprint = Blueprint("experts", __name__)
