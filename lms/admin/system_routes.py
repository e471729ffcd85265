"""The state of the machine and the installation."""

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue

from lms import doctor
from lms.access import requires
from lms.accounts.policy import Act
from lms.admin.words import MEANINGS, PARTS, REMEDIES
from lms.clock import now
from lms.config import SECRETS, Config, origin, settings
from lms.release import release

bp = Blueprint("system", __name__, url_prefix="/system", template_folder="templates")


@bp.get("/")
@requires(Act.RUN_SYSTEM)
def index() -> ResponseReturnValue:
    """What `./run doctor` and `./run config check` say, as a page."""
    config: Config = current_app.extensions["config"]
    shown = [(name, _value(name, config), origin(name, data=config.data), MEANINGS[name]) for name in settings()]
    findings = doctor.examine(config, now=now())
    return render_template(
        "admin/system.html", release=release(), findings=findings, settings=shown, parts=PARTS, remedies=REMEDIES
    )


def _value(name: str, config: Config) -> object:
    """A setting's value; of a secret only that there is one."""
    value: object = getattr(config, name)
    return "***" if name in SECRETS and value else value
