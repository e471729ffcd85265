"""From the fields of the editor to a wording with everything that is wrong with it, and from a wording to the fields."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from lms.bank.complaints import field_name, reason_of
from lms.bank.editor_bodies import READ, SHOW, Reader
from lms.bank.editor_typed import ItemForm, Typed, put_rows
from lms.subjects import CODES
from question_bank.formats.pictures import named
from question_bank.formats.refusal import Refusal
from question_bank.interactions.base import LETTERS, TEXT_LENGTH
from question_bank.item import Citation, ItemVersion, Stimulus
from question_bank.problem import Problem, shortened

NEW = "new"
MAX_TITLE = 200
_LINES = ("point", "objective", "enemies", "derived")
_SINGLE = ("explanation", *_LINES, "subject", "cognitive", "difficulty", "classification")
_DAYS = ("valid_from", "valid_until")


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong: the id of the element to go to, what people call it, and the sentence."""

    target: str
    name: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Written:
    """A wording as a form says it, and its problems; it is stored only when there are none."""

    version: ItemVersion
    problems: tuple[Problem, ...]
    #: where the rows that were read stand in the form
    places: Mapping[str, list[int]]


def written(form: ItemForm, *, ref: str, materials: Mapping[str, Stimulus], new_material: str) -> Written:
    """The wording in a form. `materials` are those of the pool, `new_material` is the ref of one that is new here."""
    reader = Reader(form)
    body = READ[form.kind](reader)
    version = ItemVersion(
        ref=ref,
        type=form.kind,
        stem=form.text("stem"),
        body=body,
        citations=_citations(reader),
        stimulus=_stimulus(reader, materials, new_material),
        valid_from=_day(reader, "valid_from"),
        valid_until=_day(reader, "valid_until"),
        **{name: form.text(name).strip() if name in _LINES else form.text(name) for name in _SINGLE},
    )
    shape = {problem.field for problem in reader.problems}
    sense = [problem for problem in version.problems((*CODES, "")) if problem.field not in shape]
    return Written(version, (*reader.problems, *sense), reader.places)


def typed_from(version: ItemVersion) -> Typed:
    """The fields that say what a wording says."""
    typed: Typed = {"stem": [version.stem]} | {name: [getattr(version, name)] for name in _SINGLE}
    typed |= {name: [day.isoformat() if (day := getattr(version, name)) else ""] for name in _DAYS}
    typed |= SHOW[version.type](version.body)
    rows = [{"source": [one.source], "article": [one.article or ""]} for one in version.citations]
    put_rows(typed, "citations", rows)
    stimulus = version.stimulus
    if stimulus:
        typed |= {"stimulus": [stimulus.ref], "stimulus_of": [stimulus.ref]}
        typed |= {"stimulus_title": [stimulus.title], "stimulus_text": [stimulus.text]}
    return typed


def _citations(reader: Reader) -> tuple[Citation, ...]:
    found = []
    for n, row in enumerate(reader.rows("citations"), 1):
        source, article = row.get("source", "").strip(), row.get("article", "").strip()
        if not source:
            reader.problems.append(Problem(f"citations.{n}", "missing"))
        found.append(Citation(source, article or None))
    return tuple(found)


def _day(reader: Reader, name: str) -> date | None:
    text = reader.text(name).strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        reader.problems.append(Problem(name, "not_a_date", shortened(text)))
        return None


def _stimulus(reader: Reader, materials: Mapping[str, Stimulus], new_material: str) -> Stimulus | None:
    """No material, new material, or that of the pool: as it stands, or with the words typed here."""
    chosen = reader.text("stimulus")
    title, text = reader.text("stimulus_title").strip(), reader.text("stimulus_text")
    if not chosen:
        return None
    if chosen != NEW and chosen not in materials:
        reader.problems.append(Problem("stimulus", "unknown_value", shortened(chosen)))
        return None
    if chosen != NEW and (reader.text("stimulus_of") != chosen or not (title or text.strip())):
        return materials[chosen]
    for name, value, most in (("stimulus_title", title, MAX_TITLE), ("stimulus_text", text, TEXT_LENGTH)):
        if not value.strip():
            reader.problems.append(Problem(name, "missing"))
        elif len(value) > most:
            reader.problems.append(Problem(name, "too_long", shortened(value), {"limit": most}))
    return Stimulus(new_material if chosen == NEW else chosen, title, text)


def pictures_of(version: ItemVersion) -> frozenset[str]:
    """The hashes of the pictures that a wording shows."""
    return named([version])


def complain(form: ItemForm, found: Written) -> list[Complaint]:
    """Say each problem at its field of the form, and list them in its order."""
    complaints = [_complaint(form, found, problem) for problem in found.problems]
    for complaint in complaints:
        field = form.field(complaint.target)
        if field is not None:
            errors = [*field.errors, complaint.sentence]
            field.errors = tuple(dict.fromkeys(errors))
        else:
            form.group_errors.setdefault(complaint.target.removeprefix("group-"), []).append(complaint.sentence)
    order = {id(one): n for n, one in enumerate(complaints)}
    return sorted(complaints, key=lambda one: (form.place(one.target), order[id(one)]))


def _complaint(form: ItemForm, found: Written, problem: Problem) -> Complaint:
    sentence = reason_of(Refusal("", problem.field, problem.value, problem.code, problem.facts))
    if problem.value and problem.code not in ("missing", "blank_marks", "too_few", "too_many", "shares"):
        sentence = f"{problem.value}: {sentence}"
    target, name = _target(form, found, problem.field)
    return Complaint(target, name, sentence)


def _target(form: ItemForm, found: Written, field: str) -> tuple[str, str]:
    """Where a problem stands in the form: the id of the element, and its name."""
    name, _, place = field.partition(".")
    group = next((one for one in form.groups if one.name == name), None)
    if (group is None and form.field(name) is None) or name == "picture":
        group = form.groups[0]  # "answer" of a type whose key is a box in its rows
        return f"group-{group.name}", field_name(field)
    if group is None:
        label = form.field(name)
        return name, str(label.label.text) if label is not None else field_name(name)
    if not place:
        return f"group-{name}", str(group.title)
    number = LETTERS.index(place) if place in LETTERS else int(place) - 1
    row = found.places[name][number]
    shown = LETTERS[row] if group.letters and row < len(LETTERS) else str(row + 1)
    first = next(iter(form.rows[name][row]._fields))
    return f"{name}-{row}-{first}", f"{group.title} {shown}"
