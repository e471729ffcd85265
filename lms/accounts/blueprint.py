"""The feature's blueprint; its routes stand in `routes.py` and `admin_routes.py`."""

from flask import Blueprint

bp = Blueprint("accounts", __name__, template_folder="templates")
