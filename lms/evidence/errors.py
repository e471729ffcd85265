"""Why something cannot be issued, signed or asked for."""

from flask_babel import lazy_gettext

from lms.errors import Refused


class KeyLost(Refused):
    """The file of the signing key is not in the data folder. Fact: `name`."""

    code = "evidence.key_lost"
    status = 503
    sentence = lazy_gettext(
        "The signing key is not in the data folder. Bring the folder signing back from a backup, or make a new key with ./run signing-key new."
    )


class NotCertified(Refused):
    """Only what was passed has a certificate."""

    code = "evidence.not_certified"
    sentence = lazy_gettext("A certificate is for an exam or a training class that was passed.")


class HeldBack(Refused):
    """Somebody decided that the certificate holds no more: its holder does not get another one by asking."""

    code = "evidence.held_back"
    sentence = lazy_gettext(
        "The certificate of this entry was revoked by decision. Only somebody who may revoke certificates can issue it again."
    )


class RevokedAlready(Refused):
    """Once is enough."""

    code = "evidence.revoked_already"
    sentence = lazy_gettext("It is revoked already.")


class NobodyChosen(Refused):
    """A package is about somebody."""

    code = "evidence.nobody"
    status = 422
    sentence = lazy_gettext("Choose at least one person.")


class TooMany(Refused):
    """More people than one package holds. Fact: `most`."""

    code = "evidence.too_many"
    status = 422
    sentence = lazy_gettext("A package holds at most %(most)s people. Choose a smaller unit, or some of its people.")


class TooLarge(Refused):
    """The transcripts and certificates of these people are more than one package holds."""

    code = "evidence.too_large"
    sentence = lazy_gettext("Together this is more than one package holds. Choose fewer people.")


class TooOften(Refused):
    """Somebody tries codes."""

    code = "evidence.too_often"
    status = 429
    sentence = lazy_gettext("Too many codes that were not issued here. Please wait a few minutes.")
