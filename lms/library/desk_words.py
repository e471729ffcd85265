"""What the librarian's desk says, in the language of the request."""

from flask_babel import gettext, lazy_gettext

from lms.library.desk.beside import Side
from lms.library.desk.queries import BrokenRow

QUEUE_NAMES = {
    "running": lazy_gettext("At work"),
    "waiting": lazy_gettext("To be taken"),
    "failed": lazy_gettext("Broken off"),
    "refused": lazy_gettext("With files that cannot be read"),
}
FACT_NAMES = {
    "subject": lazy_gettext("Subject"),
    "issuer": lazy_gettext("Issuing body"),
    "number": lazy_gettext("Document number"),
    "issued_on": lazy_gettext("Issued"),
    "effective_on": lazy_gettext("In force from"),
    "author": lazy_gettext("Author"),
    "source_note": lazy_gettext("Source"),
    "rights": lazy_gettext("Rights"),
}
ALIKE_NAMES = {
    "both": lazy_gettext("Same title and words"),
    "title": lazy_gettext("Same title"),
    "text": lazy_gettext("Same words"),
}
COMING_NAMES = {
    "effect": lazy_gettext("Comes into force"),
    "amendment": lazy_gettext("Amendment"),
    "repeal": lazy_gettext("No longer in force"),
    "expiry": lazy_gettext("Last day"),
}


def article_label(row: BrokenRow) -> str:
    """The article that is missing, 第N条之M; empty for a law."""
    if not row.article:
        return ""
    return f"第{row.article}条" + (f"之{row.article_sub}" if row.article_sub else "")


def text_label(side: Side) -> str:
    """One of two texts, with its first day where it says one."""
    if side.begins is None:
        return side.row.title
    return str(gettext("%(title)s, from %(day)s", title=side.row.title, day=side.begins.isoformat()))
