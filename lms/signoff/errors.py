"""Why an exam cannot be signed off yet."""

from flask_babel import lazy_gettext

from lms.errors import Refused


class ResultsMissing(Refused):
    """It is not over, or attempts have no result."""

    code = "signoff.results_missing"
    sentence = lazy_gettext("The exam is not over, or results are still missing.")


class NotReleased(Refused):
    """Candidates have not seen their results."""

    code = "signoff.not_released"
    sentence = lazy_gettext("The results are not released.")


class DecisionOpen(Refused):
    """A change of results is under way."""

    code = "signoff.decision_open"
    sentence = lazy_gettext("A decision on results waits to be made or carried out.")


class AppealsOpen(Refused):
    """Appeals are not settled."""

    code = "signoff.appeals_open"
    sentence = lazy_gettext("Appeals that are not settled: %(count)s.")


class AppealsPossible(Refused):
    """Candidates may still make appeals."""

    code = "signoff.appeals_possible"
    sentence = lazy_gettext("Candidates may still make appeals until %(moment)s.")


class Waiting(Refused):
    """One proposal after the other."""

    code = "signoff.waiting"
    sentence = lazy_gettext("A proposal to sign this exam off waits already.")


class OwnProposal(Refused):
    """Four eyes."""

    code = "signoff.own_proposal"
    sentence = lazy_gettext("Somebody other than its author must agree to signing off.")


class SatIt(Refused):
    """Nobody signs their own exam off."""

    code = "signoff.sat_it"
    sentence = lazy_gettext("Who sat this exam takes no part in signing it off.")
