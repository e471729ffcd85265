"""What states and steps of claims are called."""

from flask_babel import lazy_gettext

STATE_NAMES = {
    "draft": lazy_gettext("Draft"),
    "returned": lazy_gettext("Sent back"),
    "submitted": lazy_gettext("Waits to be confirmed"),
    "confirmed": lazy_gettext("Waits for approval"),
    "approved": lazy_gettext("Approved"),
    "refused": lazy_gettext("Refused"),
    "withdrawn": lazy_gettext("Withdrawn"),
    "taken_back": lazy_gettext("Approval taken back"),
}
STATE_COLOURS = {
    "draft": "info", "returned": "warn", "submitted": "warn", "confirmed": "warn", "approved": "good", "refused": "bad", "taken_back": "bad",
}  # fmt: skip
STEP_NAMES = {
    "submitted": lazy_gettext("Submitted"),
    "confirmed": lazy_gettext("Confirmed"),
    "approved": lazy_gettext("Approved"),
    "returned": lazy_gettext("Sent back"),
    "refused": lazy_gettext("Refused"),
    "withdrawn": lazy_gettext("Withdrawn"),
    "corrected": lazy_gettext("Hours corrected"),
    "taken_back": lazy_gettext("Approval taken back"),
}
TWIN_NAMES = {
    "work": lazy_gettext("the same, claimed before"),
    "days": lazy_gettext("overlapping days"),
    "article": lazy_gettext("the same article, claimed by somebody else"),
    "file": lazy_gettext("the same evidence, given by somebody else"),
}
