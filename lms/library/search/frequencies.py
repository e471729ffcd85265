"""How common tokens are, so that the rare ones are looked up first; and how much one says."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import delete, insert, select, text
from sqlalchemy.orm import Session

from lms.database import writing
from lms.library.search.models import Term

PASSAGE, TITLE = "passage", "title"
#: counts below are not kept
LEAST = {PASSAGE: 64, TITLE: 16}
#: a single character is looked up as the beginning of many tokens
SINGLE = 2000


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts of some tokens among passages or titles."""

    kind: str
    total: int
    known: Mapping[str, int]

    def of(self, token: str) -> int:
        """Rows that hold a token; a guess where it is rarer than what is kept."""
        guess = SINGLE if len(token) == 1 and not token.isascii() else LEAST[self.kind] // 2
        return self.known.get(token, min(guess, max(1, self.total // 8)))

    def weight(self, token: str) -> float:
        """What a token says, as in BM25: the logarithm of how few hold it; above 0."""
        count = self.of(token)
        return math.log(1 + max(0, self.total - count + 0.5) / (count + 0.5))

    def rarest(self, tokens: Collection[str], budget: int) -> list[str]:
        """The rarest tokens whose counts add up to at most `budget`; always at least one."""
        chosen, spent = list[str](), 0
        for token in sorted(set(tokens), key=lambda token: (self.of(token), token)):
            spent += self.of(token)
            if chosen and spent > budget:
                break
            chosen.append(token)
        return chosen


def counts(session: Session, tokens: Collection[str]) -> tuple[Counts, Counts]:
    """The counts of these tokens among passages and among titles; one query."""
    # with the kinds named the key of the table is used, not all of it read
    query = select(Term.kind, Term.term, Term.count.label("held"))
    query = query.where(Term.kind.in_((PASSAGE, TITLE)), Term.term.in_({"", *tokens}))
    rows = session.execute(query).all()
    found = {kind: {row.term: int(row.held) for row in rows if row.kind == kind} for kind in (PASSAGE, TITLE)}
    first, second = (Counts(kind, found[kind].get("", 1000), found[kind]) for kind in (PASSAGE, TITLE))
    return first, second


def count_again(session: Session) -> int:
    """Count all tokens anew; how many are kept. Reads the index outside of any transaction that writes."""
    found = [row for kind in (PASSAGE, TITLE) for row in _counted(session, kind)]
    session.rollback()
    with writing() as own:
        own.execute(delete(Term))
        own.execute(insert(Term), found)
    return len(found)


#: by kind and database, how tokens are counted; FTS5 shows its counts through a table of the connection
_SHOWN = {
    PASSAGE: text("CREATE VIRTUAL TABLE IF NOT EXISTS temp.seen_passage USING fts5vocab(main, fts_passage, row)"),
    TITLE: text("CREATE VIRTUAL TABLE IF NOT EXISTS temp.seen_title USING fts5vocab(main, fts_title, row)"),
}
_ON_SQLITE = {
    PASSAGE: text("SELECT term, doc AS held FROM temp.seen_passage WHERE doc >= :least"),
    TITLE: text("SELECT term, doc AS held FROM temp.seen_title WHERE doc >= :least"),
}
_ON_POSTGRES = {
    PASSAGE: text(
        "SELECT word AS term, ndoc AS held FROM ts_stat('SELECT tokens FROM fts_passage') WHERE ndoc >= :least"
    ),
    TITLE: text("SELECT word AS term, ndoc AS held FROM ts_stat('SELECT tokens FROM fts_title') WHERE ndoc >= :least"),
}
_ALL = {PASSAGE: text("SELECT count(*) FROM ref_passage"), TITLE: text("SELECT count(*) FROM ref_document")}


def _counted(session: Session, kind: str) -> list[dict[str, object]]:
    if session.get_bind().dialect.name == "sqlite":
        session.execute(_SHOWN[kind])
        query = _ON_SQLITE[kind]
    else:
        query = _ON_POSTGRES[kind]
    rows = session.execute(query, {"least": LEAST[kind]}).all()
    found: list[dict[str, object]] = [{"kind": kind, "term": "", "count": session.scalar(_ALL[kind]) or 0}]
    return found + [{"kind": kind, "term": row.term, "count": row.held} for row in rows]
