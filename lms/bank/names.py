"""What pages of the bank call things, in the language of the page."""

from flask_babel import gettext

from lms.bank.forms import (
    ACT_NAMES,
    CLASSIFICATION_NAMES,
    COGNITIVE_NAMES,
    DIFFICULTY_NAMES,
    STATE_NAMES,
    UNCLASSIFIED,
)
from lms.bank.health_words import CATEGORIES
from lms.i18n import locale_code
from lms.question_types import TYPE_NAMES
from lms.subjects import SUBJECTS


def names() -> dict[str, object]:
    """Names of subjects, types, levels and states, as the templates of the bank ask for them."""
    subjects = {subject.code: subject.name(locale_code()) for subject in SUBJECTS}
    return {
        "subject_names": subjects | {"": gettext("unclassified")},
        "subject_choices": [*subjects.items(), (UNCLASSIFIED, gettext("unclassified"))],
        "type_names": TYPE_NAMES,
        "difficulty_names": DIFFICULTY_NAMES,
        "state_names": STATE_NAMES,
        "cognitive_names": COGNITIVE_NAMES,
        "classification_names": CLASSIFICATION_NAMES,
        "act_names": ACT_NAMES,
        "flags": CATEGORIES,
        "unclassified": UNCLASSIFIED,
    }
