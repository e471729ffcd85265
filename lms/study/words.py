"""What the ledger says: why a stretch of time counts, or does not."""

from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from courseware.witness import Verdict

#: verdicts that stand in the ledger; what is forged or repeated is no time at all
VERDICTS: dict[Verdict, LazyString] = {
    Verdict.COUNTED: lazy_gettext("Counted"),
    Verdict.HIDDEN: lazy_gettext("Another window lay before the page"),
    Verdict.ABSENT: lazy_gettext("No sign of the reader for too long"),
    Verdict.PARALLEL: lazy_gettext("Counted already on another page or device"),
    Verdict.GAP: lazy_gettext("The device slept or stood still"),
    Verdict.LATE: lazy_gettext("Arrived more than 90 minutes later"),
    Verdict.FAST: lazy_gettext("More time was claimed than had passed"),
    Verdict.BACKDATED: lazy_gettext("Claimed for time told of before"),
}
