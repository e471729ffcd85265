"""JSON of other makers: questions as objects with the usual names, however deep they lie, made into rows.

Names are understood in Chinese and English; an object may also be a list of questions by itself, with "stem|option|
option" as names and the answers as values. What is not understood is said, once a name.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from question_bank.formats import columns
from question_bank.formats.cells import title_of
from question_bank.formats.columns import LETTERS
from question_bank.formats.passages import parted
from question_bank.formats.refusal import Refusal
from question_bank.formats.rows import ReadFile, Row, read_row, twins_refused
from question_bank.formats.sheets import cleaned
from question_bank.text import formulas_kept, to_plain

MAX_QUESTIONS = 20_000
#: names of columns that only JSON has, beside those of `columns`; of several stems in one object the first counts
_NAMES = {
    "content": "stem", "title": "stem", "body": "stem", "questiontext": "stem", "questioncontent": "stem",
    "choices": "options", "optionlist": "options", "items": "options", "答案选项": "options",
    "answers": "answer", "correct": "answer", "correctanswer": "answer", "correctanswers": "answer",
    "rightanswer": "answer", "solution": "answer", "standardanswer": "answer",
    "analysis": "explanation", "explain": "explanation", "parse": "explanation", "tips": "explanation",
    "level": "difficulty", "chapter": "category", "knowledge": "point", "knowledgepoint": "point",
}  # fmt: skip
_STEMS = (
    "题干",
    "stem",
    "question",
    "题目",
    "questiontext",
    "questioncontent",
    "content",
    "试题内容",
    "问题",
    "title",
    "body",
)
#: numbering and marks of other systems mean nothing here
_NUMBERING = {"index", "id", "no", "num", "number", "序号", "题号"}
_BLANK = re.compile("\xa0{4,}")
_TEXT = re.compile(r"text|content|value|name|内容|文本|选项内容")
_RIGHT = re.compile(r"(?:is)?(?:right|correct|answer|true)|是否正确|正确")
_LABEL = re.compile(r"label|key|letter|id|标号|序号|选项")


def read(content: object, *, name: str, subjects: Mapping[str, str], subject: str = "") -> ReadFile:
    """Every question of a document as a row; `name` stands before its place."""
    walk = _Walk()
    rows = [Row(f"{name} {place}", cells) for place, cells in walk.questions(content, "", {})]
    if not rows:
        return ReadFile(refused=(Refusal(name, "", "", "no_questions"),))
    if len(rows) > MAX_QUESTIONS:
        return ReadFile(refused=(Refusal(name, "", str(len(rows)), "too_many", {"most": MAX_QUESTIONS}),))
    found = [read_row(row, subjects=subjects, subject=subject) for row in rows]
    guessed = sum(row.guessed for row in found)
    remarks = [Refusal(name, "", f"{word} ({count})", "column_left_out") for word, count in walk.unknown.items()]
    if guessed:
        remarks.append(Refusal("", "type", "", "type_guessed", {"rows": guessed}))
    return ReadFile(tuple(twins_refused(found)), (), tuple(remarks))


@dataclass(slots=True)
class _Walk:
    """Goes through a document, counting the names that it does not understand."""

    unknown: Counter[str] = field(default_factory=Counter)

    def questions(self, value: object, place: str, above: Mapping[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
        """The questions below a value; `above` holds what the objects around it say of all within."""
        if isinstance(value, list):
            for number, one in enumerate(value, 1):
                yield from self.questions(one, f"{place}/{number}", above)
        elif isinstance(value, dict):
            stem = _stem_of(value)
            if stem is not None:
                yield from self._question(value, stem, place, above)
            elif _is_table(value):
                yield from _table(value, place, above)
            else:
                yield from self._container(value, place, above)

    def _container(
        self, value: Mapping[str, Any], place: str, above: Mapping[str, str]
    ) -> Iterator[tuple[str, dict[str, str]]]:
        said = dict(above)
        for key, part in value.items():
            column = _column(key)
            if isinstance(part, str) and column in ("category", "subject", "point"):
                said[column] = cleaned(part)
            elif isinstance(part, str) and column == "type":
                known = columns.value_of(columns.TYPES, part) is not None
                said |= {"type": part} if known else {"category": said.get("category", cleaned(part))}
            elif not isinstance(part, list | dict) and columns.plain(key) not in _NUMBERING:
                self.unknown[key] += 1
        for key, part in value.items():
            yield from self.questions(part, f"{place}/{key}"[:150], said)

    def _question(
        self, value: Mapping[str, Any], stem: str, place: str, above: Mapping[str, str]
    ) -> Iterator[tuple[str, dict[str, str]]]:
        cells = dict(above) | {"stem": _text(value[stem])}
        answers: list[str] = []
        for key, part in value.items():
            column = _column(key)
            if key == stem or columns.plain(key) in _NUMBERING or columns.is_ignored(key):
                continue
            if column == "answer":
                answers = _answers(part)
            elif column == "options":
                cells |= _options(part)
            elif column and column != "stem" and column not in ("id", "markdown", "settings") and _scalar(part):
                cells[column] = _text(part)
            elif part not in (None, "", [], {}):
                self.unknown[key] += 1
        yield from ((place + suffix, _with_formulas(one)) for suffix, one in _asked(cells, answers))


def _stem_of(value: Mapping[str, Any]) -> str | None:
    """The name under which an object keeps its stem, if it is a question."""
    texts = {columns.plain(key): key for key, part in value.items() if isinstance(part, str) and part.strip()}
    found = next((texts[word] for word in _STEMS if word in texts), None)
    others = {_column(key) for key in value if key != found}
    asked = others & {"answer", "options", "type"} or any(name and name.startswith("options.") for name in others)
    return found if asked else None


def _column(key: str) -> str | None:
    word = columns.plain(key)
    return _NAMES.get(word) or columns.column_of(key)


def _is_table(value: Mapping[str, Any]) -> bool:
    """Whether an object is {"stem|option|option": "answer", ...}."""
    texts = all(isinstance(part, str) for part in value.values())
    return texts and len(value) > 0 and sum("|" in key for key in value) * 2 > len(value)


def _table(value: Mapping[str, str], place: str, above: Mapping[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
    for number, (key, answer) in enumerate(value.items(), 1):
        stem, *options = key.split("|")
        cells = dict(above) | {"stem": _text(stem), "answer": _text(answer)}
        cells |= {f"options.{letter}": _text(text) for letter, text in zip(LETTERS, options, strict=False)}
        yield f"{place}/{number}", cells


def _asked(cells: dict[str, str], answers: Sequence[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """The questions of one object: usually one; a passage with several answers is as many, its text their case."""
    offered = cells.get("options") or any(f"options.{letter}" in cells for letter in LETTERS)
    groups = [] if offered else parted(cells["stem"])
    letters = all(re.match(r"\s*[A-La-l]{1,12}\s*\Z", answer) for answer in answers) and bool(answers)
    if letters and groups and len(groups) == len(answers):
        for number, (group, answer) in enumerate(zip(groups, answers, strict=True), 1):
            own = {f"options.{letter}": text for letter, text in zip(LETTERS, group.options, strict=False)}
            case = {"case": group.passage} if group.passage else {}
            stem = group.stem or str(number)
            yield f"/{number}" if len(groups) > 1 else "", cells | own | case | {"stem": stem, "answer": answer}
        return
    if letters and not offered and len(answers) > 1:
        yield "", cells | {"answer": "|".join(answers), "type": cells.get("type", "选择题")}
        return
    joined = "".join(answers) if letters and offered else "|".join(answers)
    yield "", cells | ({"answer": joined} if joined else {})


def _answers(value: object) -> list[str]:
    parts = value if isinstance(value, list) else [value]
    return [text for part in parts if _scalar(part) and (text := _text(part))]


def _options(value: object) -> dict[str, str]:
    """Options as a list of texts, a list of objects, an object by letters, or all in one text."""
    if isinstance(value, str):
        return {"options": _text(value)} if value.strip() else {}
    pairs = list(_labelled(value))
    cells = {f"options.{letter}": text for letter, (text, _right) in zip(LETTERS, pairs, strict=False)}
    marked = {f"right.{letter}": "1" for letter, (_text, right) in zip(LETTERS, pairs, strict=False) if right}
    return cells | marked


def _labelled(value: object) -> Iterator[tuple[str, bool]]:
    if isinstance(value, dict):
        value = [part for _key, part in sorted(value.items())]
    for part in value if isinstance(value, list) else ():
        if isinstance(part, dict):
            texts = [one for key, one in part.items() if _TEXT.fullmatch(columns.plain(key)) and _scalar(one)]
            others = [one for key, one in part.items() if not _LABEL.fullmatch(columns.plain(key)) and _scalar(one)]
            right = any(one is True for key, one in part.items() if _RIGHT.fullmatch(columns.plain(key)))
            yield _text((texts or others or [""])[0]), right
        elif _scalar(part):
            yield _text(part), False


def _scalar(value: object) -> bool:
    return isinstance(value, str | int | float)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "对" if value else "错"
    return cleaned(_BLANK.sub("____", str(value)))


def _with_formulas(cells: dict[str, str]) -> dict[str, str]:
    """Columns that hold LaTeX between dollar signs become Markdown, so that the formulas are drawn."""
    marked = []
    for column, text in cells.items():
        part = column.partition(".")[0]
        if part in ("stem", "options", "explanation", "case") and to_plain(kept := formulas_kept(text)) is None:
            cells = cells | {column: kept}
            marked.append(title_of(column))
    return cells | ({"markdown": "、".join(marked)} if marked else {})
