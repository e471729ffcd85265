"""The names of kinds, states and subjects as pages of the library show them."""

from collections.abc import Mapping

from flask_babel import gettext, lazy_gettext

from lms.i18n import locale_code
from lms.library.models import ELSEWHERE
from lms.subjects import SUBJECTS

KIND_NAMES = {
    "guide": lazy_gettext("Guide"),
    "time-limits": lazy_gettext("Time limits"),
    "glossary": lazy_gettext("Glossary"),
    "checklist": lazy_gettext("Checklist"),
    "decision-aid": lazy_gettext("Decision aid"),
    "commentary": lazy_gettext("Commentary"),
    "model": lazy_gettext("Model document"),
    "statute": lazy_gettext("Statute"),
    ELSEWHERE: lazy_gettext("Held elsewhere"),
}
STATUS_NAMES = {
    "current": lazy_gettext("In force"),
    "amended": lazy_gettext("Amended"),
    "repealed": lazy_gettext("Repealed"),
}
STANDING_NAMES = STATUS_NAMES | {"pending": lazy_gettext("Not yet in force")}


def names() -> Mapping[str, object]:
    """What every page of the library needs for its lists and filters."""
    subject_names = {subject.code: subject.name(locale_code()) for subject in SUBJECTS}
    return {
        "subject_names": subject_names,
        "kind_names": KIND_NAMES,
        "status_names": STATUS_NAMES,
        "standing_names": STANDING_NAMES,
        "subject_choices": [("", gettext("All subjects")), *subject_names.items()],
        "kind_choices": [("", gettext("All kinds")), *KIND_NAMES.items()],
        "status_choices": [("", gettext("Any state")), *STATUS_NAMES.items()],
    }


def subjects_to_choose(nothing: str) -> list[tuple[str, str]]:
    """Subjects for a field, with words for none."""
    return [("", nothing), *((subject.code, subject.name(locale_code())) for subject in SUBJECTS)]


def kinds_to_choose(nothing: str | None = None, *, held: str = "") -> list[tuple[str, str]]:
    """Kinds for a field, with words for none where none may be chosen. Nothing becomes one that is held elsewhere by hand, and
    what is `held` so stays it.
    """
    kinds = [(key, str(name)) for key, name in KIND_NAMES.items() if (key == ELSEWHERE) == (held == ELSEWHERE)]
    return [("", nothing), *kinds] if nothing is not None else kinds
