"""A file of people for a roster: each row is somebody to call, or says what is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import PurePath

from sqlalchemy.orm import Session

from lms import tables
from lms.accounts import queries as accounts
from lms.accounts.policy import Viewer
from lms.accounts.queries import PersonRow
from lms.audit.service import record
from lms.classes import errors, queries, roster
from lms.classes.models import ClassUpload, TrainingClass
from lms.classes.policy import managed, refuse_closed
from lms.clock import now
from lms.tables import Column, Row, Table, folded, normal
from question_bank.formats.sheets import ENDINGS

MOST_BYTES = 2 * 1024 * 1024
COLUMNS = (
    Column("staff_number", "工号", ("人员编号", "员工号", "人员编码", "职工号", "staffnumber"), example="JC00731"),
    Column("name", "姓名", ("名字", "人员姓名", "学员姓名", "学员", "name"), example="王晓燕"),
    Column("unit_name", "机构名称", ("单位名称", "部门名称", "所在单位", "工作单位", "单位", "部门", "unit"), example="东湖河东市场监管所"),
)  # fmt: skip
NEW, HELD, BAD = "new", "held", "bad"


@dataclass(frozen=True, slots=True)
class Line:
    """
    A row of a file: where it stands, its cells, and what it would do: NEW, HELD (is on the roster) or BAD.

    Of a bad one `column` and `code` say what is wrong where, `fact` what fills the sentence.
    """

    place: str
    cells: Mapping[str, str]
    action: str
    person: int | None = None
    column: str = ""
    code: str = ""
    fact: str = ""


@dataclass(frozen=True, slots=True)
class People:
    """Whom a manager may call: by staff number, and by name."""

    by_number: Mapping[str, PersonRow]
    by_name: Mapping[str, Sequence[PersonRow]]

    @classmethod
    def of(cls, rows: Sequence[PersonRow]) -> "People":
        """Of rows."""
        named: dict[str, list[PersonRow]] = {}
        for row in rows:
            named.setdefault(folded(row.name), []).append(row)
        return cls({row.staff_number: row for row in rows}, named)


def check(rows: Sequence[Row], people: People, held: frozenset[int]) -> list[Line]:
    """What each row would do; `held` are the keys of those on the roster. The second row of one person is bad and names the first."""
    first: dict[int, str] = {}
    lines = []
    for row in rows:
        line = _line(row, people, held)
        if line.person is not None:
            place = first.setdefault(line.person, row.place)
            if place != row.place:
                line = replace(line, action=BAD, person=None, column=_named(line.cells), code="duplicate", fact=place)
        lines.append(line)
    return lines


def _line(row: Row, people: People, held: frozenset[int]) -> Line:
    cells = {name: normal(row.cells.get(name, ""))[:200] for name in ("staff_number", "name", "unit_name")}
    bad = Line(row.place, cells, BAD)
    if row.lost:
        return replace(bad, column=min(row.lost), code="number_lost")
    number, name, unit = cells["staff_number"].upper(), cells["name"], cells["unit_name"]
    if number:
        person = people.by_number.get(number)
        if person is None:
            return replace(bad, column="staff_number", code="unknown_number")
        if name and folded(name) != folded(person.name):
            return replace(bad, column="name", code="other_name", fact=person.name)
    elif not name or not unit:
        return replace(bad, column="name" if not name else "unit_name", code="missing")
    else:
        found = [one for one in people.by_name.get(folded(name), ()) if folded(one.unit_name or "") == folded(unit)]
        if len(found) != 1:
            return replace(bad, column="name", code="several" if found else "unknown_name")
        person = found[0]
    return Line(row.place, cells, HELD if person.id in held else NEW, person.id)


def _named(cells: Mapping[str, str]) -> str:
    return "staff_number" if cells["staff_number"] else "name"


def begin(session: Session, found: TrainingClass, name: str, data: bytes, by: Viewer) -> str:
    """Read a file and keep what its rows would do; its public id. Raises NotOpen and UploadUnfit."""
    refuse_closed(found)
    if PurePath(name).suffix.lower() not in ENDINGS or not 0 < len(data) <= MOST_BYTES:
        raise errors.UploadUnfit
    table = read(data, name)
    if table.unfit:
        raise errors.UploadUnfit
    made = ClassUpload(
        class_id=found.id, file_name=name[-200:], lines=[asdict(line) for line in _checked(session, found, table.rows, by)],
        left_out=list(table.left_out), created_by=by.id, created_at=now(),
    )  # fmt: skip
    session.add(made)
    session.flush()
    after = {"file": made.file_name, "rows": len(table.rows)}
    record(session, "class.upload", thing="class", thing_id=found.public_id, after=after)
    return made.public_id


def read(data: bytes, name: str) -> Table:
    """The rows of a file."""
    return tables.read(data, name=name, columns=COLUMNS, most=roster.MOST_LEARNERS)


def lines_of(upload: ClassUpload) -> list[Line]:
    """The rows as they were kept."""
    return [Line(**line) for line in upload.lines]


def take(session: Session, found: TrainingClass, upload: ClassUpload, by: Viewer) -> int:
    """Put the good rows on the roster, looked at again; how many were not on it. Raises NotOpen, UploadTaken."""
    if upload.taken is not None:
        raise errors.UploadTaken
    rows = [Row(line.place, line.cells) for line in lines_of(upload) if line.action != BAD]
    lines = _checked(session, found, rows, by)
    upload.taken = roster.add(session, found, [line.person for line in lines if line.person is not None])
    return upload.taken


def _checked(session: Session, found: TrainingClass, rows: Sequence[Row], by: Viewer) -> list[Line]:
    query = accounts.people(paths=managed(by), enabled=True)
    people = People.of([PersonRow(*row) for row in session.execute(query)])
    held = frozenset(learner.person_id for learner in queries.all_learners(session, found.id))
    return check(rows, people, held)
