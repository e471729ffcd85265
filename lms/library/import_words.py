"""What an import says of files, in the language of the request: why one cannot be read, what is remarkable about one."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString

from lms.library.formats.record import Note

FORMAT_NAMES: Mapping[str, LazyString] = {
    "markdown": lazy_gettext("Markdown"),
    "text": lazy_gettext("plain text"),
    "html": lazy_gettext("web page"),
    "docx": lazy_gettext("Word document"),
    "pdf": lazy_gettext("PDF document"),
    "epub": lazy_gettext("electronic book"),
    "doc": lazy_gettext("old Word document"),
    "rtf": lazy_gettext("rich text"),
}
REASONS: Mapping[str, LazyString] = {
    "empty": lazy_gettext("It is empty."),
    "too_large": lazy_gettext("It is too large."),
    "too_long": lazy_gettext("Its text is too long for one document; divide it."),
    "too_slow": lazy_gettext("Reading it took too long. Print it to a new PDF and try that."),
    "too_deep": lazy_gettext("It is nested too deeply to be a text."),
    "no_text": lazy_gettext("It holds no text."),
    "not_text": lazy_gettext("It is neither text nor a document of a kind that can be read."),
    "garbled": lazy_gettext("Its text is garbled: too many signs that say nothing. The fonts of the file do not tell which characters they draw."),
    "scanned": lazy_gettext("It consists of scanned pages without text. Recognise the text first (OCR)."),
    "encrypted": lazy_gettext("It is locked with a password."),
    "pdf_damaged": lazy_gettext("This PDF is damaged."),
    "html_damaged": lazy_gettext("This web page is damaged."),
    "epub_damaged": lazy_gettext("This electronic book is damaged: parts of it are missing."),
    "old_office": lazy_gettext("It is a document of an old office program. Save it as DOCX."),
    "rich_text": lazy_gettext("It is rich text (RTF). Save it as DOCX."),
    "archive_within": lazy_gettext("It is an archive within the archive. Send it by itself."),
    "front_matter": lazy_gettext("The lines above the text are wrong: %(problems)s"),
    "document_gone": lazy_gettext("The document of which it is a newer text is gone."),
    "zip_damaged": lazy_gettext("The archive is damaged."),
    "zip_packed": lazy_gettext("The archive unpacks to too much."),
    "zip_name": lazy_gettext("The archive holds a file whose name leads elsewhere, or two of one name."),
    "zip_entry": lazy_gettext("The archive holds something encrypted, a link or no plain file."),
    "xml_damaged": lazy_gettext("The document within is damaged."),
    "xml_doctype": lazy_gettext("The document within defines entities of its own, which is not allowed."),
    "xml_deep": lazy_gettext("The document within is nested too deeply or too large."),
}  # fmt: skip
NOTES: Mapping[str, LazyString] = {
    "encoding_doubtful": lazy_gettext("The encoding is a guess (%(encoding)s). Look whether the text reads well."),
    "mislabelled": lazy_gettext("By its name it is: %(named)s. In truth it is: %(found)s."),
    "pages_without_text": lazy_gettext("%(pages)s of %(of)s pages hold no text; they may be scanned."),
    "signs_lost": lazy_gettext("Characters that were lost: %(count)s."),
    "signs_unknown": lazy_gettext("An unusual share of odd signs; look whether the text reads well."),
    "title_known": lazy_gettext("Another document of this title is there. A newer text is better sent from its page."),
    "numbers_gap": lazy_gettext("Article numbers leave gaps (%(count)s): %(places)s"),
    "numbers_double": lazy_gettext("Article numbers stand twice (%(count)s): %(places)s"),
    "numbers_order": lazy_gettext("Article numbers run backwards (%(count)s): %(places)s"),
}


def reason_of(reason: str, facts: Mapping[str, Any]) -> str:
    """Why a file cannot be read; a reason of another release in general words."""
    known = REASONS.get(reason)
    return _filled(str(known), facts) if known else gettext("It cannot be read.")


def note_of(note: Note) -> str:
    """A remark as a sentence."""
    facts = {key: str(FORMAT_NAMES.get(str(value), str(value))) for key, value in note.facts.items()}
    return _filled(str(NOTES[note.code]), facts) if note.code in NOTES else note.code


def _filled(sentence: str, facts: Mapping[str, Any]) -> str:
    try:
        return sentence % dict(facts)
    except (KeyError, ValueError, TypeError):
        return sentence
