"""A query made ready: its words with other names of laws, its tokens, and how much each says."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.library.models import Alias
from lms.library.search import synonyms
from lms.library.search.characters import fold
from lms.library.search.engine import But, Condition, Every, Phrase, Some
from lms.library.search.frequencies import Counts, counts
from lms.library.search.narrowing import Narrow
from lms.library.search.query import Asked, Word
from lms.library.search.tokens import pairs


@dataclass(frozen=True, slots=True)
class Search:
    """What all stages need to know."""

    asked: Asked
    narrow: Narrow
    #: how common tokens are among passages, and among titles
    bodies: Counts
    titles: Counts
    #: the names of laws, folded, that words of the query are other names of
    aliases: Mapping[str, str]
    #: by word, or part of a word, what texts call it
    synonyms: Mapping[str, tuple[Word, ...]]

    @property
    def tokens(self) -> tuple[str, ...]:
        """The tokens of all words, once each."""
        return tuple(dict.fromkeys(token for word in self.asked.words for token in word.tokens))

    @property
    def meant(self) -> tuple[Word, ...]:
        """Other words for what was asked, or for parts of it, that were not asked for themselves."""
        others = dict.fromkeys(word for words in self.synonyms.values() for word in words)
        return tuple(word for word in others if word.text not in self.asked.text)

    def called(self, word: Word) -> tuple[str, ...]:
        """What texts call all of a word."""
        return tuple(other.text for other in self.synonyms.get(word.text, ()))

    def condition(self, word: Word) -> Condition:
        """That a row holds a word, or the law's name it stands for."""
        phrase = Phrase(word.tokens, word.prefix, word.in_title)
        name = self.aliases.get(word.text)
        others = [Phrase(pairs(name))] if name else []
        others += [Phrase(other.tokens) for other in self.synonyms.get(word.text, ())]
        return Some((phrase, *others)) if others else phrase

    def strict(self) -> Condition:
        """That a row holds all words."""
        return self.limited(Every(tuple(self.condition(word) for word in self.asked.words)))

    def limited(self, condition: Condition) -> Condition:
        """The condition, within what the search is narrowed by, without what it excludes."""
        within = self.narrow.within(condition)
        without = tuple(Phrase(word.tokens, word.prefix) for word in self.asked.without)
        return But(within, without) if without else within

    def some(self, condition: Condition) -> Condition:
        """As `limited`, and with every word that was asked for in quotes."""
        must = tuple(self.condition(word) for word in self.asked.words if word.must)
        return self.limited(Every((condition, *must)) if must else condition)


def prepared(session: Session, asked: Asked, narrow: Narrow) -> Search:
    """A search; three queries."""
    texts = {word.text for word in asked.words} | {asked.text}
    rows = session.execute(select(Alias.alias, Alias.name).where(Alias.alias.in_(texts))).all()
    aliases = {row.alias: fold(row.name) for row in rows if len(row.name) > 1}
    others = synonyms.of(session, asked.words)
    meant = (word for words in others.values() for word in words)
    bodies, titles = counts(session, {token for word in (*asked.words, *meant) for token in word.tokens})
    return Search(asked, narrow, bodies, titles, aliases, others)
