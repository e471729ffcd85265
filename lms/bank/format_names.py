"""What people call the formats of questions."""

from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString

from question_bank.formats.registry import Format

#: in the order in which lists show them
FORMAT_NAMES: dict[str, LazyString] = {
    "excel": lazy_gettext("Spreadsheet (Excel, CSV)"),
    "text": lazy_gettext("Text, as pasted from Word"),
    "json": lazy_gettext("JSON"),
    "native": lazy_gettext("TOML, the format of this program"),
    "moodle": lazy_gettext("Moodle XML"),
    "gift": lazy_gettext("GIFT"),
    "cloze": lazy_gettext("Text with embedded answers (Cloze)"),
    "aiken": lazy_gettext("Aiken"),
    "qti": lazy_gettext("QTI package"),
    "qti22": lazy_gettext("QTI 2.2 package"),
    "qti21": lazy_gettext("QTI 2.1 package"),
}


def place(one: Format) -> int:
    """Where a format stands in a list for people."""
    keys = list(FORMAT_NAMES)
    return keys.index(one.key) if one.key in keys else len(keys)


def format_name(key: str) -> str:
    """A format as people call it; its key where it has no other name."""
    return str(FORMAT_NAMES.get(key, key))


def written_name(key: str) -> str:
    """The same of files we write, where a format is read in several versions and written in one."""
    return gettext("QTI 3.0 package") if key == "qti" else format_name(key)
