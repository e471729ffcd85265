"""What changed between two versions of a unit, and what that means for those who have begun or completed it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from courseware.hours import Hours
from courseware.record import to_record
from courseware.unit import Page, Unit

#: parts of a record that are compared in a way of their own, or never change
_APART = frozenset({"format", "code", "pages", "media"})


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A setting that is another one: its name as `unit.toml` has it, and its lines before and after."""

    name: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PageChange:
    """A page that came (no `before`), went (no `after`), is worded otherwise or shows another video or document; at least one is there."""

    key: str
    before: Page | None
    after: Page | None

    @property
    def kind(self) -> str:
        """added, gone, or else what is other: renamed (the title alone), reworded (the text), recorded (only the video or document)."""
        if self.before is None:
            return "added"
        if self.after is None:
            return "gone"
        if self.before.markdown != self.after.markdown:
            return "reworded"
        return "renamed" if self.before.title != self.after.title else "recorded"

    @property
    def title(self) -> str:
        """The title now, of a page that went the one it had."""
        page = self.after or self.before
        return page.title if page else ""


@dataclass(frozen=True, slots=True)
class Difference:
    """
    Everything that two versions of a unit differ in.

    `pages` hold those that changed, in the order of the newer version, those that went last; `moved` are the keys of
    the pages of both that stand behind another one now; `media` the names of pictures that came, went or are others.
    """

    fields: tuple[FieldChange, ...]
    pages: tuple[PageChange, ...]
    moved: tuple[str, ...]
    media: tuple[str, ...]
    items_added: tuple[str, ...]
    items_gone: tuple[str, ...]
    hours: tuple[Hours, Hours]

    def __bool__(self) -> bool:
        """Whether anything is other."""
        return bool(self.fields or self.pages or self.moved or self.media)

    @property
    def unseen(self) -> tuple[str, ...]:
        """The pages that even those who opened every page before have not seen: new ones, and those that ask for the first
        time to watch a video.
        """
        return tuple(
            change.key
            for change in self.pages
            if change.before is None
            or (change.after and change.after.must_be_watched and not change.before.must_be_watched)
        )

    @property
    def gone(self) -> tuple[str, ...]:
        """The pages that nobody is asked to read any more."""
        return tuple(change.key for change in self.pages if change.after is None)

    @property
    def hours_change(self) -> bool:
        """Whether who completes it from now on earns other hours; who has completed it keeps what was earned."""
        return self.hours[0] != self.hours[1]


def difference(before: Unit, after: Unit) -> Difference:
    """What `after` changes of `before`, two versions of one unit."""
    return Difference(
        fields=tuple(_fields(before, after)),
        pages=tuple(_pages(before, after)),
        moved=_moved(before, after),
        media=_media(before, after),
        items_added=tuple(item for item in after.check.items if item not in before.check.items),
        items_gone=tuple(item for item in before.check.items if item not in after.check.items),
        hours=(before.hours, after.hours),
    )


def _fields(before: Unit, after: Unit) -> Iterator[FieldChange]:
    """Settings are compared by their record, so that a setting that is added to units needs nothing here."""
    old, new = dict(_settings(to_record(before))), dict(_settings(to_record(after)))
    for name in dict.fromkeys([*old, *new]):
        if old.get(name, ()) != new.get(name, ()):
            yield FieldChange(name, old.get(name, ()), new.get(name, ()))


def _settings(record: Mapping[str, Any], *, within: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    for name, value in record.items():
        if not within and name in _APART:
            continue
        if isinstance(value, Mapping):
            yield from _settings(value, within=f"{within}{name}.")
        else:
            yield f"{within}{name}", _lines(value)


def _lines(value: object) -> tuple[str, ...]:
    if isinstance(value, list):
        return tuple(" · ".join(filter(None, map(str, one))) if isinstance(one, list) else str(one) for one in value)
    return tuple(str(value).split("\n")) if value not in (None, "") else ()


def _pages(before: Unit, after: Unit) -> Iterator[PageChange]:
    for page in after.pages:
        old = before.page(page.key)
        if old is None or replace(old, media=()) != replace(page, media=()) or _others(before, after, page):
            yield PageChange(page.key, old, page)
    for page in before.pages:
        if after.page(page.key) is None:
            yield PageChange(page.key, page, None)


def _others(before: Unit, after: Unit, page: Page) -> bool:
    """Whether the video, its captions or the document of a page of both are other files under the same names."""
    names = (*(page.video.files if page.video else ()), page.pdf)
    return any(_hash(before, name) != _hash(after, name) for name in names)


def _hash(unit: Unit, name: str) -> str:
    medium = unit.medium(name)
    return medium.sha256 if medium else ""


def _moved(before: Unit, after: Unit) -> tuple[str, ...]:
    """Pages of both that some page overtook: each one that stands behind one which it stood before."""
    places = {key: place for place, key in enumerate(before.page_keys)}
    found, furthest = list[str](), -1
    for key in after.page_keys:
        if key in places:
            if places[key] < furthest:
                found.append(key)
            furthest = max(furthest, places[key])
    return tuple(found)


def _media(before: Unit, after: Unit) -> tuple[str, ...]:
    old, new = {(one.name, one.sha256) for one in before.media}, {(one.name, one.sha256) for one in after.media}
    return tuple(sorted({name for name, _hash in old ^ new}))
