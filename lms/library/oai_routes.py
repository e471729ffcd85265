"""The address at which harvesters ask (OAI-PMH), closed until the installation names who keeps the catalogue.

The protocol wants POST as well. It changes nothing, knows nobody, and so needs no token of a page.
"""

from flask import Blueprint, Response, current_app, request, url_for
from flask_babel import gettext

from lms.access import public
from lms.config import Config
from lms.database import reading
from lms.errors import NotFound
from lms.library import addresses, oai
from lms.security import csrf, takes_repeated

bp = Blueprint("library_oai", __name__, url_prefix="/library/oai")


@bp.route("/", methods=["GET", "POST"])
@csrf.exempt
@takes_repeated
@public
def ask() -> Response:
    """Answer a request of the protocol."""
    config: Config = current_app.extensions["config"]
    if not config.catalogue_contact:
        raise NotFound
    root = addresses.site()
    site = oai.Site(
        address=root + url_for("library_oai.ask"),
        documents=root + url_for("library.documents") + "/",
        host=addresses.host(),
        administrator=config.catalogue_contact,
        name=gettext("Shuyuan"),
    )
    arguments = [*request.args.items(multi=True), *request.form.items(multi=True)]
    return Response(oai.answer(reading(), site, arguments), content_type="text/xml; charset=utf-8")
