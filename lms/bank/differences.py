"""What changed between two wordings, with the names that people know the fields by."""

from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from lms.bank.complaints import FIELD_NAMES
from question_bank.difference import Field, difference
from question_bank.item import ItemVersion

#: fields of a version and of the bodies of the types, besides those that complaints name
NAMES: dict[str, LazyString] = FIELD_NAMES | {
    "objective": lazy_gettext("Objective"),
    "enemies": lazy_gettext("Enemy group"),
    "classification": lazy_gettext("Classification"),
    "derived": lazy_gettext("Derived from"),
    "stimulus_title": lazy_gettext("Title of the case material"),
    "stimulus_text": lazy_gettext("Case material"),
    "gaps": lazy_gettext("Gaps"),
    "spots": lazy_gettext("Areas"),
    "width": lazy_gettext("Width"),
    "height": lazy_gettext("Height"),
    "unit": lazy_gettext("Unit"),
    "units": lazy_gettext("Units"),
    "mode": lazy_gettext("Kind of tolerance"),
    "extra": lazy_gettext("Sides without a partner"),
    "endings": lazy_gettext("File endings"),
    "megabytes": lazy_gettext("Megabytes at most"),
}
#: particulars of a line
PARTS: dict[str, LazyString] = {
    "right": lazy_gettext("right"),
    "why": lazy_gettext("why"),
    "fixed": lazy_gettext("keeps its place"),
    "weight": lazy_gettext("weight"),
    "article": lazy_gettext("article"),
    "accept": lazy_gettext("accepted"),
    "pattern": lazy_gettext("pattern"),
    "case": lazy_gettext("upper and lower case count"),
    "numerals": lazy_gettext("numerals in any writing"),
    "choices": lazy_gettext("choices"),
    "coords": lazy_gettext("place"),
    "shape": lazy_gettext("shape"),
    "factor": lazy_gettext("factor"),
}


def changed(before: ItemVersion, after: ItemVersion) -> list[tuple[str, Field]]:
    """The fields that differ, with their names."""
    return [(str(NAMES.get(one.name, one.name)), one) for one in difference(before, after) if one.changed]
