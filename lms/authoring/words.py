"""What problems, states and steps are called."""

import re

from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString

from courseware.drafting import State
from courseware.problem import Problem

FIELD_NAMES: dict[str, LazyString] = {
    "files": lazy_gettext("Files"),
    "name": lazy_gettext("File name"),
    "format": lazy_gettext("Format"),
    "code": lazy_gettext("Unit code"),
    "title": lazy_gettext("Title"),
    "title_en": lazy_gettext("English title"),
    "summary": lazy_gettext("Summary"),
    "summary_en": lazy_gettext("English summary"),
    "subject": lazy_gettext("Subject"),
    "source": lazy_gettext("Origin"),
    "source.origin": lazy_gettext("Origin"),
    "supplier": lazy_gettext("Supplier"),
    "source.supplier": lazy_gettext("Supplier"),
    "licence_end": lazy_gettext("Licence until"),
    "source.licence_end": lazy_gettext("Licence until"),
    "cost": lazy_gettext("Cost in yuan"),
    "source.cost": lazy_gettext("Cost in yuan"),
    "hours": lazy_gettext("Hours"),
    "objectives": lazy_gettext("Objectives"),
    "terms": lazy_gettext("Terms"),
    "completion.minutes": lazy_gettext("Minutes of witnessed study"),
    "references": lazy_gettext("Rests on"),
    "check": lazy_gettext("Check"),
    "check.items": lazy_gettext("Questions of the check"),
    "check.pass": lazy_gettext("Share that passes"),
    "pages": lazy_gettext("Pages"),
    "prerequisites": lazy_gettext("Comes after"),
    "media": lazy_gettext("Pictures of the unit"),
    "picture": lazy_gettext("Picture"),
    "text": lazy_gettext("Text"),
    "presence": lazy_gettext("Minutes until a page asks for a sign"),
    "videos": lazy_gettext("Video"),
    "video": lazy_gettext("Video"),
    "video.file": lazy_gettext("Video"),
    "video.captions": lazy_gettext("Captions"),
    "video.chapters": lazy_gettext("Chapter"),
    "video.share": lazy_gettext("Share to be watched, of a hundred"),
    "captions": lazy_gettext("Captions"),
    "zh-CN": lazy_gettext("Captions"),
    "en": lazy_gettext("Captions"),
    "documents": lazy_gettext("Document"),
    "pdf": lazy_gettext("Document"),
}

REASONS: dict[str, LazyString] = {
    "missing": lazy_gettext("must be given"),
    "too_long": lazy_gettext("is too long"),
    "too_short": lazy_gettext("is short for a page to learn from"),
    "too_few": lazy_gettext("are few for a unit"),
    "too_many": lazy_gettext("are too many"),
    "duplicate": lazy_gettext("stands there twice"),
    "unknown_field": lazy_gettext("is no setting known here"),
    "unknown_value": lazy_gettext("is not known here"),
    "not_text": lazy_gettext("must be text in quotation marks"),
    "not_a_list": lazy_gettext("must be a list in brackets"),
    "not_a_table": lazy_gettext("must be a table in braces"),
    "not_a_date": lazy_gettext("is not a date"),
    "not_a_number": lazy_gettext("is not a number as it is written here"),
    "out_of_range": lazy_gettext("is out of range"),
    "control_character": lazy_gettext("holds a control character"),
    "bad_name": lazy_gettext("is no usable name: small letters, digits and hyphens"),
    "unlisted": lazy_gettext("is a page that the list of pages does not name"),
    "unused": lazy_gettext("is shown on no page"),
    "unreadable": lazy_gettext("cannot be read as settings"),
    "not_utf8": lazy_gettext("is not UTF-8"),
    "no_title": lazy_gettext("needs a title"),
    "second_title": lazy_gettext("holds a second heading of the first level"),
    "raw_html": lazy_gettext("holds HTML; it would be shown as it is written"),
    "no_description": lazy_gettext("needs a description for those who cannot see it"),
    "unsafe_picture": lazy_gettext("is a picture that could act or call elsewhere"),
    "wrong_content": lazy_gettext("is not what its name says"),
    "not_machine_scored": lazy_gettext("must be a question that is marked at once"),
    "licence_ended": lazy_gettext("has ended"),
    "more": lazy_gettext("and more of the kind"),
    "bad_time": lazy_gettext("is no time as it is written here, for example 02:30"),
    "not_sorted": lazy_gettext("comes earlier than what stands above it"),
    "no_length": lazy_gettext("does not say how long it is: save it anew as MP4 or WebM"),
    "cycle": lazy_gettext("goes in a circle: nobody could complete any of them"),
}

STATE_NAMES: dict[str, LazyString] = {
    State.WRITING: lazy_gettext("being written"),
    State.SUBMITTED: lazy_gettext("waits for review"),
    State.APPROVED: lazy_gettext("approved"),
    State.DROPPED: lazy_gettext("given up"),
}
STATE_COLOURS = {State.WRITING: "info", State.SUBMITTED: "warn", State.APPROVED: "good", State.DROPPED: ""}

UNIT_STATES: dict[str, LazyString] = {"open": lazy_gettext("open"), "withdrawn": lazy_gettext("withdrawn")}
ORIGIN_NAMES: dict[str, LazyString] = {"self-made": lazy_gettext("our own"), "bought": lazy_gettext("bought")}

ACT_NAMES: dict[str, LazyString] = {
    "begin": lazy_gettext("draft begun"),
    "import": lazy_gettext("brought in from a file"),
    "submit": lazy_gettext("submitted for review"),
    "take_back": lazy_gettext("taken back to go on writing"),
    "send_back": lazy_gettext("sent back"),
    "approve": lazy_gettext("approved"),
    "drop": lazy_gettext("given up"),
    "comment": lazy_gettext("said"),
    "catch_up": lazy_gettext("follows the newer version"),
    "withdraw": lazy_gettext("withdrawn from learners"),
    "reopen": lazy_gettext("opened to learners again"),
}

PAGE_KINDS: dict[str, LazyString] = {
    "added": lazy_gettext("new page"),
    "gone": lazy_gettext("taken out"),
    "renamed": lazy_gettext("new title"),
    "reworded": lazy_gettext("reworded"),
    "recorded": lazy_gettext("other video or document"),
}
PAGE_COLOURS = {"added": "good", "gone": "bad", "renamed": "info", "reworded": "info", "recorded": "info"}


def field_name(field: str) -> str:
    """A field of `unit.toml` as people call it, with the place of an entry: "Terms 3"."""
    found = re.match(r"([\w.]*?)(?:\[(\d+)\].*)?\Z", field)
    name, place = (found[1], found[2]) if found else (field, None)
    words = str(FIELD_NAMES.get(name, name))
    return f"{words} {int(place) + 1}" if place else words


def sentence(problem: Problem) -> str:
    """What is wrong, without the file and the line."""
    words = str(REASONS[problem.code])
    parts = [field_name(problem.field), words] if problem.field else [words]
    if "most" in problem.facts:
        parts.append(gettext("(at most %(limit)s)", limit=problem.facts["most"]))
    if "least" in problem.facts:
        parts.append(gettext("(at least %(limit)s)", limit=problem.facts["least"]))
    said = " ".join(parts)
    return gettext("%(said)s: %(value)s", said=said, value=problem.value) if problem.value else said
