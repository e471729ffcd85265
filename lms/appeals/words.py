"""What stages and steps are called."""

from flask_babel import lazy_gettext

STAGE_NAMES = {
    "open": lazy_gettext("Waiting to be looked at"),
    "taken": lazy_gettext("Being looked at"),
    "found": lazy_gettext("Finding to be confirmed"),
    "mending": lazy_gettext("Being mended"),
    "changed": lazy_gettext("Result changed"),
    "kept": lazy_gettext("Result stands"),
    "withdrawn": lazy_gettext("Withdrawn"),
}
#: colours of their badges
STAGE_COLOURS = {"open": "warn", "taken": "info", "found": "warn", "mending": "warn", "changed": "good", "kept": "info"}
#: what each stage means to the candidate
STAGE_WORDS = {
    "open": lazy_gettext("Your appeal has been received. Somebody who took no part in the result will look at it."),
    "taken": lazy_gettext("Somebody is looking at your result again."),
    "found": lazy_gettext("It has been looked at. A second person must confirm the finding before you read it here."),
    "mending": lazy_gettext("Your appeal was right: the scoring is to be changed. You read here when that is done."),
    "changed": lazy_gettext("Your appeal was right, and the result was changed."),
    "kept": lazy_gettext("It has been looked at again by two people. The result stands."),
    "withdrawn": lazy_gettext("You took this appeal back."),
}
STEP_NAMES = {
    "made": lazy_gettext("Appeal made"),
    "taken": lazy_gettext("Taken on"),
    "found": lazy_gettext("Finding written"),
    "returned": lazy_gettext("Finding returned"),
    "confirmed": lazy_gettext("Finding confirmed"),
    "withdrawn": lazy_gettext("Withdrawn"),
}
FINDING_NAMES = {"right": lazy_gettext("Right as it was"), "change": lazy_gettext("To be changed")}
