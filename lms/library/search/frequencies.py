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
    rows = session.execute(select(Term.kind, Term.term, Term.count).where(Term.term.in_({"", *tokens}))).all()
    found = {kind: {row.term: row.count for row in rows if row.kind == kind} for kind in (PASSAGE, TITLE)}
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


def _counted(session: Session, kind: str) -> list[dict[str, object]]:
    table, least = f"fts_{kind}", LEAST[kind]
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text(f"CREATE VIRTUAL TABLE IF NOT EXISTS temp.seen_{kind} USING fts5vocab(main, {table}, row)"))
        query = f"SELECT term, doc AS count FROM temp.seen_{kind} WHERE doc >= {least}"  # noqa: S608
    else:
        query = f"SELECT word AS term, ndoc AS count FROM ts_stat('SELECT tokens FROM {table}') WHERE ndoc >= {least}"  # noqa: S608
    rows = session.execute(text(query)).all()
    total = session.scalar(text(f"SELECT count(*) FROM ref_{'document' if kind == TITLE else 'passage'}"))  # noqa: S608
    found: list[dict[str, object]] = [{"kind": kind, "term": "", "count": total or 0}]
    return found + [{"kind": kind, "term": row.term, "count": row.count} for row in rows]
