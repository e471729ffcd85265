"""The texts that a document has had, and what differs between two."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.library import standing, statute
from lms.library.changes import comparable
from lms.library.models import DocumentVersion
from lms.library.queries import DocumentFacts, DocumentRow

#: signs of an article within which single words are compared; of a longer one whole sentences
LONGEST = 6000
#: wordings that share less than this are two, and are shown one after the other
ALIKE = 0.4
_PIECE = re.compile(r"[\u3400-\u9fff]|[^\u3400-\u9fff\W]+|\s+|.", re.S)
_SENTENCE = re.compile(r"[^。；\n]+[。；\n]?|[。；\n]")


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A text without its words."""

    number: int
    title: str
    issued_on: date | None
    effective_on: date | None
    amended_on: date | None
    original: str | None
    media_type: str | None
    file_name: str | None
    stored_at: datetime

    @property
    def begins_on(self) -> date | None:
        """The first day of this text, as far as it says."""
        return standing.begins(self)


_ROW = tuple(getattr(DocumentVersion, name) for name in VersionRow.__slots__)


def versions_of(session: Session, document: str) -> tuple[VersionRow, ...]:
    """The texts of a document (its public id), the newest first."""
    query = select(*_ROW).where(DocumentVersion.document == document).order_by(DocumentVersion.number.desc())
    return tuple(VersionRow(*row) for row in session.execute(query))


def corrected(versions: tuple[VersionRow, ...], row: DocumentRow, facts: DocumentFacts) -> tuple[VersionRow, ...]:
    """Texts with the days of the present one as a librarian set them: its row keeps what was read from the file."""
    return tuple(
        replace(one, issued_on=row.issued_on, effective_on=facts.effective_on, amended_on=facts.amended_on)
        if one.number == facts.version
        else one
        for one in versions
    )


def text_of(session: Session, document: str, number: int) -> str | None:
    """The words of a version as Markdown, None when there is none of that number."""
    return session.scalar(
        select(DocumentVersion.markdown).where(DocumentVersion.document == document, DocumentVersion.number == number)
    )


#: a run of words: what it says, and whether it is "same", "gone" or "new"
Run = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Compared:
    """An article in two texts: "same", "changed", "gone", "new" or "moved" (the same words under another number)."""

    label: str
    state: str
    runs: tuple[Run, ...]
    #: of a moved one: its number before
    moved_from: str = ""


def compare(before: str, after: str) -> tuple[Compared, ...]:
    """Two texts article by article, in the order of the newer one; what is gone stands where it stood."""
    old, new = _articles(before), _articles(after)
    if not old or not new:
        return (Compared("", "same" if before == after else "changed", _runs(before, after)),)
    homes = {comparable(text): key for key, (_label, text) in old.items()}
    words = {comparable(text) for _label, text in new.values()}
    found, told = list[Compared](), set[str]()
    for key, (label, text) in new.items():
        found += _gone_before(key, old, new, words, told)
        home = homes.get(comparable(text))
        if key in old and comparable(old[key][1]) == comparable(text):
            found.append(Compared(label, "same", ((text, "same"),)))
        elif home is not None and comparable(new.get(home, ("", ""))[1]) != comparable(text):
            told.add(home)
            if key in old and key not in told and comparable(old[key][1]) not in words:
                found.append(Compared(old[key][0], "gone", ((old[key][1], "gone"),)))
            found.append(Compared(label, "moved", ((text, "same"),), old[home][0]))
        elif key in old and key not in told:
            found.append(Compared(label, "changed", _runs(old[key][1], text)))
        else:
            found.append(Compared(label, "new", ((text, "new"),)))
        told.add(key)
    found += [Compared(label, "gone", ((text, "gone"),)) for key, (label, text) in old.items() if key not in told]
    return tuple(found)


def _gone_before(
    key: str, old: dict[str, tuple[str, str]], new: dict[str, tuple[str, str]], words: set[str], told: set[str]
) -> Iterator[Compared]:
    """Articles of the old text that stood before `key` and are in the new one (whose `words` are given) no more."""
    if key not in old:
        return
    for earlier, (label, text) in old.items():
        if earlier == key:
            return
        if earlier not in new and earlier not in told and comparable(text) not in words:
            told.add(earlier)
            yield Compared(label, "gone", ((text, "gone"),))


def _articles(text: str) -> dict[str, tuple[str, str]]:
    """Label and words of each article and annex by its anchor."""
    if not statute.is_statute(text):
        return {}
    return {piece.anchor: (piece.label, piece.text) for piece in statute.pieces(text) if piece.anchor}


def _runs(before: str, after: str) -> tuple[Run, ...]:
    """The words of two texts with what is gone and what is new marked."""
    pattern = _PIECE if len(before) + len(after) <= LONGEST else _SENTENCE
    old, new = pattern.findall(before), pattern.findall(after)
    runs: list[Run] = []
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < ALIKE:
        return tuple(run for run in ((before, "gone"), (after, "new")) if run[0])
    for code, a, b, c, d in matcher.get_opcodes():
        if code == "equal":
            runs.append(("".join(new[c:d]), "same"))
            continue
        runs += [(text, state) for text, state in (("".join(old[a:b]), "gone"), ("".join(new[c:d]), "new")) if text]
    return tuple(runs)
