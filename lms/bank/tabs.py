"""The pages of one pool, as tabs above each of them."""

from flask import request, url_for
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from lms.accounts.policy import Viewer
from lms.bank.policy import may_share
from lms.bank.queries import PoolRow

#: endpoint, words, whether it is for those only who may share the pool
_TABS: tuple[tuple[str, LazyString, bool], ...] = (
    ("bank.pool", lazy_gettext("Questions of the pool"), False),
    ("bank.coverage", lazy_gettext("Coverage"), False),
    ("bank_health.index", lazy_gettext("Health"), False),
    ("bank_health.law", lazy_gettext("Changes of law"), False),
    ("bank_share.index", lazy_gettext("Sharing"), True),
)


def tabs(viewer: Viewer, pool: PoolRow) -> list[tuple[str, str, bool]]:
    """Address, words, and whether it is the page of the request."""
    return [
        (url_for(endpoint, pool_id=pool.public_id), str(words), endpoint == request.endpoint)
        for endpoint, words, sharing in _TABS
        if not sharing or may_share(viewer, pool)
    ]
