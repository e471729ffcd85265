"""The list of subjects, and what is wrong with a set of units taken together."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType

from courseware.errors import BadCatalogue
from courseware.packages.markdown import count_characters
from courseware.packages.settings import Settings
from courseware.prerequisites import circles
from courseware.problem import Problem, shortened
from courseware.unit import SETTINGS, Unit, repeated

MOST_SUBJECTS = 200
LONGEST = {"code": 40, "zh": 40, "en": 80, "scope_zh": 200, "scope_en": 300}
#: the types of question a machine can mark; a check is marked at once, so it holds no others
MACHINE_SCORED = frozenset(
    {
        "true_false",
        "single_choice",
        "multiple_choice",
        "fill_in",
        "inline_choice",
        "numeric",
        "ordering",
        "matching",
        "hotspot",
    }
)
FEWEST_PAGES = 4
FEWEST_CHECK_ITEMS = 5
FEWEST_CHARACTERS = 300  # a page with less is a slide, not a text to learn from


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject: a stable code, its name and its scope in one line, in both languages."""

    code: str
    zh: str
    en: str
    scope_zh: str
    scope_en: str


def subjects(text: str, *, file: str = "subjects.toml") -> tuple[Subject, ...]:
    """The subjects of a `subjects.toml`, in its order; raises BadCatalogue with every problem of the file."""
    settings = Settings(text, file=file)
    if settings.root is None:
        raise BadCatalogue(problems=tuple(settings.problems))
    settings.only(settings.root, {"subject"})
    found = tuple(_subject(settings, at, entry) for at, entry in settings.tables(settings.root, "subject"))
    if len(found) > MOST_SUBJECTS:
        settings.refuse("subject", "too_many", len(found), most=MOST_SUBJECTS)
    for name in ("code", "zh", "en"):
        for value in repeated(getattr(subject, name) for subject in found):
            settings.refuse(f"subject.{name}", "duplicate", value)
    if settings.problems:
        raise BadCatalogue(problems=tuple(settings.problems))
    return found


def problems_of(
    units: Sequence[Unit],
    *,
    subjects: Sequence[str],
    items: Mapping[str, str],
    today: date,
    others: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> tuple[Problem, ...]:
    """
    Everything wrong with a set of units to be published, each complaint with the unit's code and the file.

    `subjects` are the codes that exist, `items` the type of each bank item by its id, `others` the prerequisites of
    units that exist beside these, by code. To what a unit says of itself (Unit.problems) it adds what needs the others, the bank, the day, and what we ask of a text one can learn from.
    """
    found: list[Problem] = []
    for code in repeated(unit.code for unit in units):
        found.append(Problem(f"{code}/{SETTINGS}", "code", "duplicate", code))
    for title in repeated(unit.title for unit in units):
        found.append(Problem(SETTINGS, "title", "duplicate", shortened(title)))
    for unit in units:
        own = (*unit.problems(), *_outside(unit, subjects, items, today), *_substance(unit))
        found += [replace(problem, file=f"{unit.code}/{problem.file}") for problem in own]
    return (*found, *_prerequisites(units, others))


def _prerequisites(units: Sequence[Unit], others: Mapping[str, Sequence[str]]) -> Iterator[Problem]:
    """Prerequisites that do not exist, and circles in which units wait for each other, by their codes."""
    needs = {**others, **{unit.code: unit.prerequisites for unit in units}}
    own = {unit.code for unit in units}
    for unit in units:
        for code in unit.prerequisites:
            if code not in needs:
                yield Problem(f"{unit.code}/{SETTINGS}", "prerequisites", "unknown_value", shortened(code))
    for circle in circles(needs):
        named = next((code for code in circle if code in own), None)
        if named is not None and len(circle) > 1:  # a unit that waits for itself says so of itself
            told = " → ".join((*circle, circle[0]))
            yield Problem(f"{named}/{SETTINGS}", "prerequisites", "cycle", told)


def _subject(settings: Settings, at: str, entry: Mapping[str, object]) -> Subject:
    settings.only(entry, set(LONGEST), at=at)
    values = {name: settings.text(entry, name, at=at) for name in LONGEST}
    for name, value in values.items():
        if len(value) > LONGEST[name]:
            settings.refuse(at + name, "too_long", value, most=LONGEST[name])
        written = entry.get(name)
        if isinstance(written, str) and not written.strip():
            settings.refuse(at + name, "missing")
    return Subject(values["code"], values["zh"], values["en"], values["scope_zh"], values["scope_en"])


def _outside(unit: Unit, subjects: Sequence[str], items: Mapping[str, str], today: date) -> Iterator[Problem]:
    """What is wrong with the unit beside the subjects, the bank and the day."""
    if unit.subject not in subjects:
        yield Problem(SETTINGS, "subject", "unknown_value", shortened(unit.subject))
    if not unit.source.may_be_used(today):
        yield Problem(SETTINGS, "licence_end", "licence_ended", str(unit.source.licence_end))
    for item in unit.check.items:
        if item not in items:
            yield Problem(SETTINGS, "check.items", "unknown_value", shortened(item))
        elif items[item] not in MACHINE_SCORED:
            yield Problem(SETTINGS, "check.items", "not_machine_scored", shortened(item), facts={"type": items[item]})


def _substance(unit: Unit) -> Iterator[Problem]:
    """Where the unit is too thin to learn from, or carries what it does not show."""
    if len(unit.pages) < FEWEST_PAGES:
        yield Problem(SETTINGS, "pages", "too_few", str(len(unit.pages)), facts={"least": FEWEST_PAGES})
    if len(unit.check.items) < FEWEST_CHECK_ITEMS:
        held = len(unit.check.items)
        yield Problem(SETTINGS, "check.items", "too_few", str(held), facts={"least": FEWEST_CHECK_ITEMS})
    for page in unit.pages:
        held = count_characters(page.markdown)
        if held < FEWEST_CHARACTERS:
            yield Problem(page.file, "text", "too_short", str(held), facts={"least": FEWEST_CHARACTERS})
    shown = {name for page in unit.pages for name in page.files}
    for media in unit.media:
        if media.name not in shown:
            yield Problem(media.name, "", "unused")
