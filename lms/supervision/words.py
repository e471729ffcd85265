"""How supervision calls things."""

from flask_babel import lazy_gettext

STATE_NAMES = {
    "waiting": lazy_gettext("Not begun"),
    "working": lazy_gettext("Working"),
    "silent": lazy_gettext("Silent"),
    "paused": lazy_gettext("Paused"),
    "released": lazy_gettext("Released"),
    "handed_in": lazy_gettext("Handed in"),
    "forced": lazy_gettext("Handed in by the invigilator"),
    "closed": lazy_gettext("Closed at the deadline"),
    "void": lazy_gettext("Void"),
}
EVENT_NAMES = {
    "start": lazy_gettext("Began to answer"),
    "take_over": lazy_gettext("Taken over by another computer"),
    "hand_in": lazy_gettext("Handed in"),
    "close": lazy_gettext("Closed at the deadline"),
    "away": lazy_gettext("Left the window"),
    "back": lazy_gettext("Back in the window"),
    "extend": lazy_gettext("More time"),
    "pause": lazy_gettext("Paused"),
    "resume": lazy_gettext("Resumed"),
    "force": lazy_gettext("Handed in by the invigilator"),
    "void": lazy_gettext("Declared void"),
    "release": lazy_gettext("Released for another computer"),
    "late": lazy_gettext("Answer after the end: kept as evidence"),
    "stale": lazy_gettext("Older answer than one from elsewhere: kept as evidence"),
}
COMPLAINTS = {
    "shape": lazy_gettext("not of the form staff number;room;seat"),
    "person": lazy_gettext("nobody with this staff number may sit this exam"),
    "room": lazy_gettext("no room of this name"),
    "seat": lazy_gettext("no such seat in this room, or somebody sits there already"),
    "twice": lazy_gettext("this person or this seat stood in the list before"),
}
LACK_NAMES = {
    "browser": lazy_gettext("another browser than Safe Exam Browser with the right configuration"),
    "address": lazy_gettext("a computer of another place"),
    "code": lazy_gettext("a wrong code"),
    "camera": lazy_gettext("no consent to pictures"),
}
FAULT_NAMES = {
    "denied": lazy_gettext("The browser or the candidate did not open the camera."),
    "none": lazy_gettext("The computer has no camera."),
    "stopped": lazy_gettext("The camera stopped."),
}
