"""Documents by their titles: by parts of it in any order, by its first letters, by its sound, by an abbreviation; and by
their numbers.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from lms.library.citation import short_name
from lms.library.search.asking import Search
from lms.library.search.characters import RUN, fold, spoken, syllables_in
from lms.library.search.engine import CHARACTER, INITIAL, SYLLABLE, TITLES, Condition, Every, Phrase, engine_of
from lms.library.search.filling import number_facts
from lms.library.search.narrowing import plain
from lms.library.search.tokens import pairs

_NUMBER = re.compile(r"\d+号|令\d+")
#: rows looked at for the rarest tokens of a query, titles scored in full
BUDGET, SCORED = 2500, 100
#: a title that has so much of the query is what was meant; else other ways of writing it are tried
SURE = 0.75
OTHER_WAYS = 300
#: what a title earns that has every word, and one that is what was asked
FULL, WHOLE = 0.25, 0.6
#: what a document earns whose number was asked for
NUMBERED = 2.0
LONGEST_ABBREVIATION, LONGEST_PINYIN, LEAST_SWAPPED = 10, 60, 4


@dataclass(frozen=True, slots=True)
class TitleHit:
    """How well a title answers: about 0 to 2.2; `full` when it has every word, whatever the spelling."""

    document_id: int
    score: float
    full: bool
    title: str


def by_title(session: Session, search: Search) -> dict[int, TitleHit]:
    """The documents whose titles or numbers answer best, at most a few hundred; one query, or two."""
    found = _by_words(session, search) | _by_number(session, search)
    if any(hit.full or hit.score >= SURE for hit in found.values()) or len(search.asked.words) != 1:
        return found
    if search.asked.words[0].must:
        return found
    for hit in other_ways(session, search):
        known = found.get(hit.document_id)
        if known is None or known.score < hit.score:
            found[hit.document_id] = hit
    return found


def _by_number(session: Session, search: Search) -> dict[int, TitleHit]:
    """Documents of that number, where what was asked looks like one: numerals, and characters that go with them."""
    asked = search.asked.text
    if not _NUMBER.search(asked):
        return {}
    runs = " ".join(part for word in search.asked.words for part in word.parts)
    numerals = Every(tuple(Phrase((token,)) for token in number_facts(runs)))
    rows, value = engine_of(session).rows(TITLES, search.limited(numerals), name="match")
    query = (
        "SELECT d.id, d.title, d.number FROM "  # noqa: S608
        f"({rows} LIMIT {SCORED}) f JOIN ref_document d ON d.id = f.id"
    )
    found = session.execute(text(query), {"match": value}).all()
    return {
        row.id: TitleHit(row.id, NUMBERED, full=True, title=row.title) for row in found if asked in plain(row.number)
    }


def _by_words(session: Session, search: Search) -> dict[int, TitleHit]:
    tokens = search.titles.rarest(search.tokens, BUDGET)
    singles = {word.tokens[0] for word in search.asked.words if word.prefix}
    parts = [(Phrase((token,), token in singles), search.titles.weight(token)) for token in tokens]
    # an abbreviation from the table weighs as much as all it stands for
    parts += [(Phrase(pairs(name)), 20.0) for name in search.aliases.values()]
    rows = _weighed(session, search, parts)
    weights = {token: search.titles.weight(token) for token in search.tokens}
    whole = sum(weights.values())
    hits = (_scored(search, weights, whole, row) for row in rows)
    return {hit.document_id: hit for hit in hits if hit}


def _weighed(session: Session, search: Search, parts: Sequence[tuple[Condition, float]]) -> Sequence[Any]:
    engine, values, queries = engine_of(session), dict[str, object](), list[str]()
    for number, (part, weight) in enumerate(parts):
        rows, values[f"m{number}"] = engine.rows(TITLES, search.limited(part), name=f"m{number}")
        queries.append(f"SELECT id, {weight:.4f} AS weight FROM ({rows} LIMIT {BUDGET}) r{number}")  # noqa: S608
    query = (
        "SELECT d.id, d.title, d.name FROM (SELECT id, sum(weight) AS weight FROM "  # noqa: S608
        f"({' UNION ALL '.join(queries)}) u GROUP BY id ORDER BY weight DESC, id DESC LIMIT {SCORED}) w "
        "JOIN ref_document d ON d.id = w.id"
    )
    return session.execute(text(query), values).all()


def _scored(search: Search, weights: Mapping[str, float], whole: float, row: Any) -> TitleHit | None:
    key, raw, short = row
    title, name = fold(raw), fold(short)
    words, asked = search.asked.words, search.asked.text
    if search.aliases.get(asked) == name:
        return TitleHit(key, 1.7, full=True, title=raw)
    weight = sum(weights[token] for token in weights if token in title)
    aliased = [word for word in words if search.aliases.get(word.text) == name]
    weight += sum(weights[token] for word in aliased for token in word.tokens if token not in title)
    score = weight / whole * (0.75 + 0.25 * min(1, len(asked) / max(1, len(name))))
    if weight < 0.999 * whole:
        lacks = any(word.in_title and not _has(word.parts, title) for word in words)
        return None if lacks else TitleHit(key, score, full=False, title=raw)
    full = all(_has(word.parts, title) or word in aliased for word in words)
    if not full and any(word.in_title for word in words):
        return None
    score += FULL * full + WHOLE * (asked in {_plain(title), _plain(name)})
    return TitleHit(key, score, full, raw)


def sounded(title: str, asked: str) -> str | None:
    """The part of a title that sounds as what was asked, in Chinese or in letters; None without one."""
    sound = tuple(syllables_in(asked)) if asked.isascii() else spoken(asked)
    folded, size = fold(title), len(sound)
    syllables = spoken(folded)
    places = (n for n in range(len(folded) - size + 1) if size and syllables[n : n + size] == sound)
    return next((folded[n : n + size] for n in places), None)


def _has(parts: Iterable[str], text_: str) -> bool:
    return all(part in text_ for part in parts)


def _plain(text_: str) -> str:
    return "".join(match[0] for match in RUN.finditer(text_))


def other_ways(session: Session, search: Search) -> list[TitleHit]:
    """Documents whose titles are what a single word abbreviates, sounds like or spells in letters; one query."""
    asked = search.asked.words[0].text
    ways = _ways(asked)
    if not ways:
        return []
    engine, values, queries = engine_of(session), dict[str, object](), list[str]()
    for way, condition in ways.items():
        rows, values[way] = engine.rows(TITLES, search.limited(condition), name=way)
        queries.append(f"SELECT id, '{way}' AS way FROM ({rows} LIMIT {OTHER_WAYS}) r_{way}")  # noqa: S608
    query = (
        "SELECT d.id, d.title, d.name, u.way FROM "  # noqa: S608
        f"({' UNION ALL '.join(queries)}) u JOIN ref_document d ON d.id = u.id"
    )
    rows_ = session.execute(text(query), values).all()
    return [hit for row in rows_ if (hit := _found_by(row, asked))]


def _ways(asked: str) -> Mapping[str, Condition]:
    """How else a word may be meant: an abbreviation and a sound of Chinese, syllables or initials of letters."""
    if asked.isascii():
        if not asked.isalpha() or len(asked) > LONGEST_PINYIN:
            return {}
        ways: dict[str, Condition] = {}
        if len(asked) >= 2:
            ways["letters"] = Phrase(tuple(INITIAL + letter for letter in asked))
        if syllables := syllables_in(asked):
            ways["sound"] = Phrase(tuple(SYLLABLE + syllable for syllable in syllables), prefix=True)
        return ways
    ways = {}
    if 2 <= len(asked) <= LONGEST_ABBREVIATION:
        ways["abbreviation"] = Every(tuple(Phrase((CHARACTER + char,)) for char in dict.fromkeys(asked)))
    if len(asked) >= 2:
        ways["sound"] = Phrase(tuple(SYLLABLE + syllable for syllable in spoken(asked)))
    return ways


def _found_by(row: Any, asked: str) -> TitleHit | None:
    name = fold(short_name(row.title))
    share = min(1.0, len(asked) / max(1, len(name)))
    if row.way == "abbreviation":
        return _abbreviated(row, asked, name)
    if row.way == "sound":
        length = len(syllables_in(asked)) if asked.isascii() else len(asked)
        share = min(1.0, length / max(1, len(name)))
        same = sum(char in name for char in asked) / len(asked)
        # two syllables are the sound of many words
        score = (0.5 if length < 3 else 0.7) + 0.25 * share + 0.1 * same
        return TitleHit(row.id, score, full=asked.isascii(), title=row.title)
    return TitleHit(row.id, 0.45 + 0.4 * share, full=True, title=row.title)


def _abbreviated(row: Any, asked: str, name: str) -> TitleHit | None:
    """A title that has all characters in their order, or, where somebody swapped them, close together."""
    share = min(1.0, len(asked) / max(1, len(name)))
    if _in_order(asked, name):
        ends = 0.25 * (name.endswith(asked[-1])) + 0.15 * name.startswith(asked[0])
        return TitleHit(row.id, 0.45 + 0.3 * share + ends, full=True, title=row.title)
    if len(asked) >= LEAST_SWAPPED:
        for start in range(len(name)):
            if set(asked) <= set(name[start : start + len(asked) + 1]):
                return TitleHit(row.id, 0.65 + 0.25 * share, full=False, title=row.title)
    return None


def _in_order(asked: str, title: str) -> bool:
    letters = iter(title)
    return all(char in letters for char in asked)
