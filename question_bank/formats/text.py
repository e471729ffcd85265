"""Text as examiners paste it: numbered stems, lettered options, 答案：, 解析：, sections, answers at the end.

一、单选题
1. 现场检查时，执法人员不得少于几人？
A. 一人  B. 两人
答案：B
解析：由两名以上人员进行。
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from question_bank.formats import text_lines as lines
from question_bank.formats.cells import cells_of, title_of
from question_bank.formats.columns import LETTERS
from question_bank.formats.pictures import named
from question_bank.formats.refusal import Imported, Refusal
from question_bank.formats.rows import ReadFile, ReadRow, Row, read_row, twins_refused
from question_bank.formats.sheets import SheetUnreadable, cleaned, decoded
from question_bank.item import ItemVersion
from question_bank.problem import shortened

MAX_BYTES = 20 * 1024 * 1024
MAX_QUESTIONS = 20_000
ENDINGS = (".txt", ".text", ".md")
#: a line that begins so goes on with the field before, whatever it looks like
GOES_ON = "│"
_ORDER = (
    "id", "type", "subject", "answer", "explanation", "why", "points", "point", "difficulty", "cognitive", "objective",
    "citations", "valid_from", "valid_until", "enemies", "classification", "derived", "settings", "markdown",
)  # fmt: skip


def looks_like(name: str, _data: bytes) -> bool:
    """Any text."""
    return name.lower().endswith(ENDINGS)


def read_file(data: bytes, *, name: str, subjects: Mapping[str, str], subject: str = "") -> Imported:
    """Every question of a text, and every complaint at its line."""
    return rows(data, name=name, subjects=subjects, subject=subject).imported()


def rows(data: bytes, *, name: str, subjects: Mapping[str, str], subject: str = "") -> ReadFile:
    """Every question of a text as a row; lines that belong to no question are remarked."""
    try:
        if len(data) > MAX_BYTES:
            raise SheetUnreadable("too_large")
        text = cleaned(decoded(data))
    except SheetUnreadable as error:
        return ReadFile(refused=(Refusal(name, "", "", f"sheet_{error.reason}"),))
    found = _Reader(name)
    for number, line in enumerate(text.split("\n"), 1):
        found.take(number, line)
    questions = found.finished()
    if not questions:
        return ReadFile(refused=(Refusal(name, "", "", "no_questions"),))
    if len(questions) > MAX_QUESTIONS:
        return ReadFile(refused=(Refusal(name, "", str(len(questions)), "too_many", {"most": MAX_QUESTIONS}),))
    made = [_row(one, name, subjects, subject) for one in questions]
    remarks = list(found.remarks)
    if guessed := sum(row.guessed for row in made):
        remarks.append(Refusal("", "type", "", "type_guessed", {"rows": guessed}))
    return ReadFile(tuple(twins_refused(made)), (), tuple(remarks))


@dataclass(slots=True)
class _Question:
    """A question in the making: its cells, the line of each, and where it stands among the others."""

    line: int
    number: int | None
    section: int
    style: str = ""
    cells: dict[str, str] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    column: str = "stem"
    #: the last number that a list within the present field has reached
    listed: int = 0

    @property
    def letter(self) -> str:
        """The option that comes next."""
        return next((letter for letter in LETTERS if f"options.{letter}" not in self.cells), "")

    def put(self, column: str, text: str, line: int) -> None:
        """Begin a field; a second one of the same name goes on with the first."""
        begun = lines.number_of(text)
        self.column, self.listed = column, begun[0] if begun and column != "stem" else 0
        self.cells[column] = f"{self.cells[column]}\n{text}" if column in self.cells else text
        self.places.setdefault(column, line)

    def go_on(self, text: str, *, gap: bool) -> None:
        """A further line of the present field; `gap`: after an empty one."""
        before = self.cells.get(self.column, "")
        self.cells[self.column] = f"{before}\n\n{text}" if before and gap else f"{before}\n{text}" if before else text


@dataclass(slots=True)
class _Reader:
    """Goes through the lines; `take` is called with each, then `finished`."""

    name: str
    questions: list[_Question] = field(default_factory=list)
    remarks: list[Refusal] = field(default_factory=list)
    section: int = 0
    kind: str = ""
    case: dict[str, str] = field(default_factory=dict)
    now: _Question | None = None
    gap: bool = False
    #: the case to which further lines belong, before its first question
    in_case: bool = False
    #: whether the list of answers at the end has begun; the section in it, its answers
    in_keys: bool = False
    keys: dict[tuple[int, int], str] = field(default_factory=dict)
    key_sections: int = 0
    pending_head: int = 0

    def take(self, number: int, line: str) -> None:
        """The next line."""
        if not line.strip():
            self.gap = True
            return
        for part in [line] if line.startswith(GOES_ON) else lines.inner_parts(line):
            self._part(number, part.rstrip())
        self.gap = False

    def _part(self, number: int, line: str) -> None:
        if line.startswith(GOES_ON) and (self.now is not None or self.in_case):
            self._other(number, line.removeprefix(GOES_ON))
            return
        if self._keys(number, line):
            return
        kind = lines.section_of(line)
        if kind is not None and not self._is_prose(line):
            self.section, self.kind, self.case, self.now, self.in_case = self.section + 1, kind, {}, None, False
            return
        if self._case(line):
            return
        label = lines.label_of(line)
        if label and self.now is not None:
            self._label(number, *label)
        elif not self._numbered(number, line) and not self._options(number, line):
            self._other(number, line)

    def _is_prose(self, line: str) -> bool:
        """A line of a stem that merely begins with the name of a type."""
        return len(line) > 60

    def _keys(self, number: int, line: str) -> bool:
        """Whether the line belongs to a list of answers at the end."""
        if self.pending_head and not self.in_keys:
            if lines.keys_of(line) or (lines.section_of(line) and self.questions):
                self.in_keys, self.pending_head = True, 0
            elif self.now is not None:  # 答案： with its answer on the next line
                self.now.put("answer", "", self.pending_head)
                self.pending_head = 0
        if lines.is_head_of_keys(line) and self.questions:
            self.pending_head = number
            return True
        found = lines.keys_of(line)
        if not self.in_keys and found and self._lists_several(line, found):
            self.in_keys = True
        return self.in_keys and self._key_line(number, line, found)

    def _lists_several(self, line: str, found: Mapping[int, str]) -> bool:
        """A list of answers without a head: several of them, while no question of these numbers is being asked."""
        begun = {one.number for one in self.questions}
        return len(found) > 1 and set(found) <= begun and lines.options_of(line, "A") is None

    def _key_line(self, number: int, line: str, found: Mapping[int, str]) -> bool:
        kind = lines.section_of(line)
        if kind is not None:
            self.key_sections += 1
            found = found or lines.keys_of(line.partition("：")[2] or line.partition(":")[2])
        if not found and (entry := lines.number_of(line)):
            found = {entry[0]: entry[1].strip()}
        section = self.key_sections
        for place, answer in found.items():
            self.keys[section, place] = answer
        if not found and kind is None:
            self.remarks.append(Refusal(f"{self.name}:{number}", "", shortened(line), "line_left_out"))
        return True

    def _case(self, line: str) -> bool:
        case = lines.case_of(line)
        if case is None or (self.now is not None and self.now.column == "stem"):
            return False
        self.case = {"case_title": case[0], "case": case[1].strip()}
        self.now, self.in_case = None, True
        return True

    def _label(self, number: int, column: str, rest: str) -> None:
        assert self.now is not None  # noqa: S101 - the caller has looked
        if column in self.case and column not in self.now.places:  # of this question alone, instead of the case before
            self.now.cells.pop(column)
        self.now.put(column, rest.strip(), number)

    def _numbered(self, number: int, line: str) -> bool:
        """Whether a line begins the next question, rather than going on with a list within the present one."""
        entry = lines.number_of(line)
        if entry is None:
            return False
        now = self.now
        if now is not None and now.number is not None and now.section == self.section:
            if entry[2] != now.style:
                return False
            within = now.column not in ("stem",) and not now.column.startswith("options")
            if within and entry[0] == now.listed + 1 and (now.listed or entry[0] != now.number + 1):
                now.listed += 1
                return False
            if entry[0] != now.number + 1 and (within or now.column == "stem") and entry[0] <= now.number + 1:
                return False
        self._begin(number, entry[0], entry[1], entry[2])
        return True

    def _begin(self, line: int, number: int | None, stem: str, style: str = "") -> None:
        self.now, self.in_case = _Question(line, number, self.section, style), False
        self.case = self.case if self.case.get("case") else {}
        if self.kind:
            self.now.cells["type"] = self.kind
        self.now.cells |= self.case
        self.questions.append(self.now)
        found = lines.options_of(stem, "A")
        several = found is not None and len(found[1]) > 1
        self.now.put("stem", found[0] if found and several else stem.strip(), line)
        if found and several:
            self._put_options(line, found[1])

    def _options(self, number: int, line: str) -> bool:
        now = self.now
        if now is None or (now.column != "stem" and not now.column.startswith("options")):
            return False
        found = lines.options_of(line, now.letter) if now.letter else None
        if found is None or (found[0] and len(found[1]) < 2):
            return False
        if found[0]:
            now.go_on(found[0], gap=self.gap)
        self._put_options(number, found[1])
        return True

    def _put_options(self, line: int, options: Sequence[tuple[str, str]]) -> None:
        assert self.now is not None  # noqa: S101 - the callers have looked
        for letter, text in options:
            self.now.put(f"options.{letter}", text, line)

    def _other(self, number: int, line: str) -> None:
        """A further line of what stands before it; after an answer and an empty line, a question without a number."""
        now = self.now
        if self.in_case:
            gap = "\n\n" if self.gap else "\n"
            self.case["case"] = f"{self.case['case']}{gap}{line.strip()}".strip()
        elif now is None and self.kind:
            self._begin(number, None, line)
        elif now is None:
            self.remarks.append(Refusal(f"{self.name}:{number}", "", shortened(line.strip()), "line_left_out"))
        elif now.number is None and self.gap and "answer" in now.cells:
            self._begin(number, None, line)
        else:
            now.go_on(line.strip(), gap=self.gap)

    def finished(self) -> list[_Question]:
        """The questions, with the answers that stood at the end."""
        sections = sorted({one.section for one in self.questions})
        for one in self.questions:
            if "answer" not in one.cells and one.number is not None and self.keys:
                place = sections.index(one.section) + 1 if self.key_sections else 0
                answer = self.keys.get((place, one.number)) or self.keys.get((0, one.number))
                if answer:
                    one.cells["answer"] = answer
            if not one.cells.get("answer") and (found := lines.key_within(one.cells.get("stem", ""))):
                one.cells["stem"], one.cells["answer"] = found
        return self.questions


def _row(one: _Question, name: str, subjects: Mapping[str, str], subject: str) -> ReadRow:
    """The row of a question; each complaint stands at the line of its field."""
    cells = {column: cleaned(text) for column, text in one.cells.items()}
    made = read_row(Row(f"{name}:{one.line}", cells), subjects=subjects, subject=subject)
    refused = tuple(
        replace(refusal, where=f"{name}:{one.places.get(refusal.field, one.line)}") for refusal in made.refused
    )
    return replace(made, refused=refused)


def write(items: Sequence[ItemVersion], *, pictures: Mapping[str, bytes]) -> bytes:
    """The items as such a text; pictures are named, not carried."""
    parts = []
    for number, item in enumerate(items, 1):
        ends_case = number > 1 and items[number - 2].stimulus is not None and item.stimulus is None
        parts.append(("案例：\n" if ends_case else "") + "\n".join(_lines(number, item)))
    return "\n\n".join(parts).encode() + b"\n"


def losses(items: Sequence[ItemVersion]) -> tuple[Refusal, ...]:
    """What would be other when the text is read again, item by item."""
    found = []
    for item in items:
        if named([item]):
            found.append(Refusal(item.ref, "picture", "", "lost_pictures"))
        back = read_file(write([item], pictures={}), name="", subjects={_plain(item.subject): item.subject}).items
        if len(back) != 1:
            found.append(Refusal(item.ref, "", "", "lost_changed"))
            continue
        changed = [name for name in ItemVersion.__slots__ if getattr(back[0], name) != getattr(item, name)]
        found += [Refusal(item.ref, name, "", "lost_changed") for name in changed]
    return tuple(found)


def _lines(number: int, item: ItemVersion) -> Iterator[str]:
    cells = {column: _continued(text) for column, text in cells_of(item).items()}
    if "case" in cells:
        yield f"案例：{cells['case']}"
    yield f"{number}. {cells['stem']}"
    for letter in LETTERS:
        if f"options.{letter}" in cells:
            yield f"{letter}. {cells[f'options.{letter}']}"
    for column in (*_ORDER, "case_title", "case_id"):
        if column in cells:
            yield f"{title_of(column)}：{cells[column]}"


def _continued(text: str) -> str:
    """A text whose further lines cannot be taken for the beginning of anything."""
    first, *others = text.split("\n")
    return "\n".join([first, *(GOES_ON + line if _begins(line) else line for line in others)])


def _begins(line: str) -> bool:
    structural = lines.number_of(line) or lines.label_of(line) or lines.section_of(line) or lines.case_of(line)
    return bool(structural or len(lines.inner_parts(line)) > 1 or lines.keys_of(line) or line.startswith(GOES_ON))


def _plain(subject: str) -> str:
    return subject.replace("-", "")
