"""A pool as a draw sees it: item versions by their stored number."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from question_bank.item import ItemVersion


@dataclass(frozen=True, slots=True)
class Pool:
    """Item versions by key (the number under which a version is stored), in a fixed order."""

    versions: Mapping[int, ItemVersion]
    #: keys of those on trial: they stand in sections that do not count, and nowhere else
    trial: frozenset[int] = frozenset()

    @classmethod
    def of(cls, pairs: Iterable[tuple[int, ItemVersion]], *, trial: Iterable[int] = ()) -> "Pool":
        """A pool in ascending order of keys, so that a draw depends on nothing but its content."""
        return cls(dict(sorted(pairs, key=lambda pair: pair[0])), frozenset(trial))

    def valid_on(self, day: date) -> "Pool":
        """What of the pool may be asked on that day."""
        return Pool({key: version for key, version in self.versions.items() if version.valid_on(day)}, self.trial)

    def rivals(self) -> list[tuple[int, ...]]:
        """The pool in sets of which a paper holds one question at most: each enemy group, and every other question
        alone. A set stands where its first question does.
        """
        groups: dict[object, list[int]] = defaultdict(list)
        for key, version in self.versions.items():
            groups[version.enemies.strip() or key].append(key)
        return [tuple(keys) for keys in groups.values()]
