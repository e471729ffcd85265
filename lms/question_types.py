"""The names of the question types, as pages show them."""

from flask_babel import lazy_gettext

from question_bank.interactions import KINDS

TYPE_NAMES = {
    "single_choice": lazy_gettext("Single choice"),
    "multiple_choice": lazy_gettext("Multiple choice"),
    "true_false": lazy_gettext("True or false"),
    "fill_in": lazy_gettext("Fill in"),
    "inline_choice": lazy_gettext("Choose in the text"),
    "numeric": lazy_gettext("Numeric"),
    "ordering": lazy_gettext("Ordering"),
    "matching": lazy_gettext("Matching"),
    "hotspot": lazy_gettext("Picture areas"),
    "short_answer": lazy_gettext("Short answer"),
    "essay": lazy_gettext("Essay"),
    "file_answer": lazy_gettext("File to hand in"),
}
#: types that a machine scores at once
MACHINE_TYPES = tuple(key for key, kind in KINDS.items() if kind.MACHINE_SCORED)
