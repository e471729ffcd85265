"""Lines of a text of questions as people type them: what kind of line it is."""

import re
import unicodedata
from collections.abc import Iterator

from question_bank.formats import columns
from question_bank.formats.columns import EITHER_CHOICE, LETTERS, TYPES, column_of

#: columns that a label may fill; the rest of a question are its stem and its options
LABELLED = frozenset(
    {
        "id", "type", "answer", "explanation", "difficulty", "cognitive", "subject", "point", "category", "citations",
        "valid_from", "valid_until", "objective", "enemies", "classification", "case", "case_title", "case_id", "why",
        "points", "derived", "settings", "markdown",
    }
)  # fmt: skip
_TYPE_WORDS = sorted(
    {name for names in TYPES.values() for name in names if not name.isascii()} | {"选择题"}, key=len, reverse=True
)
_COUNT = r"(?:\s*[（(【\[].*|\s*[:：。].*|\s*共.*)?\s*\Z"
_SECTION = re.compile(
    r"\s*(?:#+\s*)?(?:第?[一二三四五六七八九十]{1,3}(?:部分|大题|、|\.|．|\s)\s*|[（(][一二三四五六七八九十]{1,3}[)）]\s*)?"
    rf"({'|'.join(map(re.escape, _TYPE_WORDS))})(?:试题|部分)?{_COUNT}"
)
_STRANGE_SECTION = re.compile(rf"\s*[一二三四五六七八九十]{{1,3}}、\s*(\S{{1,10}}?题){_COUNT}")
_LABEL = re.compile(
    r"\s*(?:【\s*([^】]{1,12}?)\s*】\s*[:：]?|\[\s*([^\]\d]{1,12}?)\s*\]\s*[:：]?|([^\s：:，。,（(]{1,12}?)\s*[:：])[ \t\u3000]*"
)
#: labels within a line, after another field
_INNER = re.compile(
    r"(?=【\s*(?:正确答案|参考答案|标准答案|答案|答案解析|解析|难度|知识点|考点|依据)\s*】)"
    r"|(?<=[\s\u3000；;。])(?=(?:正确答案|参考答案|答案解析|答案|解析|难度|知识点|考点|法律依据|依据)\s*[:：])"
)
_CASE = re.compile(r"\s*【?\s*((?:案例|材料|背景材料|阅读材料)[一二三四五六七八九十\d]{0,3})\s*】?\s*[:：][ \t\u3000]*")
_NUMBER = re.compile(
    r"\s*(?:第\s*(\d{1,4})\s*题\s*[.、．:：)）]?|(\d{1,4})\s*[.、．)）:：](?!\d)|[（(]\s*(\d{1,4})\s*[)）])[ \t\u3000]*"
)
_OPTION = re.compile(r"(?<![A-Za-z0-9])(?:[（(]\s*([A-L])\s*[)）]\s*[.、．]?|([A-LＡ-Ｌ])\s*[.、．:：)）])[ \t\u3000]*")
_BARE_OPTION = re.compile(r"\s*([A-L])[ \t\u3000]+(?=\S)")
_TRUTH = r"[√×✓✔✗✘对错]|正确|错误"
_RANGE = re.compile(
    rf"(\d{{1,4}})\s*[-–—~～至]\s*(\d{{1,4}})\s*[题.、．:：)）]?\s*((?:(?:[A-L]+|{_TRUTH})[ \t\u3000,，、;；]*)+)(?![A-Za-z])"
)
_KEY = re.compile(rf"(\d{{1,4}})\s*[.、．:：)）\s]\s*([A-L]{{1,12}}|{_TRUTH})(?=[\s\u3000,，、;；.。]|\d|\Z)")
_KEYS_HEAD = re.compile(
    r"\s*[【\[]?\s*(?:参考|标准|正确)?答案(?:与解析|及解析|汇总|部分|页|列表)?\s*[】\]]?\s*[:：]?\s*\Z"
)
#: a key that stands in the brackets of the stem
_WITHIN = re.compile(rf"([（(])[\s\u3000]*([A-L]{{1,12}}|{_TRUTH})[\s\u3000]*([)）])")


def section_of(line: str) -> str | None:
    """The type that the head of a section names ("一、单选题（每题 2 分）"), also one that nobody knows."""
    match = _SECTION.match(line) or _STRANGE_SECTION.match(line)
    return match[1] if match else None


def label_of(line: str) -> tuple[str, str] | None:
    """The column that a label at the beginning of a line names, and the rest of the line."""
    match = _LABEL.match(line)
    if not match:
        return None
    column = column_of(match[1] or match[2] or match[3])
    return (column, line[match.end() :]) if column in LABELLED else None


def case_of(line: str) -> tuple[str, str] | None:
    """The title of a case (案例一) and its text on the same line."""
    match = _CASE.match(line)
    return (match[1], line[match.end() :]) if match else None


def inner_parts(line: str) -> list[str]:
    """A line cut before every label within it."""
    return [part for part in _INNER.split(line) if part.strip()] or [line]


def number_of(line: str) -> tuple[int, str, str] | None:
    """The number at the beginning of a line, the rest, and how it is written: "word" (第 1 题), "sign" (1.) or
    "brackets" (（1）).
    """
    match = _NUMBER.match(line)
    if match is None:
        return None
    style = "word" if match[1] else "sign" if match[2] else "brackets"
    return int(match[1] or match[2] or match[3]), line[match.end() :], style


def options_of(line: str, expected: str) -> tuple[str, list[tuple[str, str]]] | None:
    """What stands before the first option of a line, and its options by letter, from the expected letter on."""
    marks = []
    for mark in _OPTION.finditer(line):
        letter = unicodedata.normalize("NFKC", mark[1] or mark[2])
        if letter == expected:
            marks.append((letter, mark))
            expected = following(expected)
    if not marks:
        bare = _BARE_OPTION.match(line)
        return ("", [(bare[1], line[bare.end() :].strip())]) if bare and bare[1] == expected else None
    ends = [mark.start() for _letter, mark in marks[1:]] + [len(line)]
    found = [(letter, line[mark.end() : end].strip()) for (letter, mark), end in zip(marks, ends, strict=True)]
    return line[: marks[0][1].start()].strip(), found


def following(letter: str) -> str:
    """The letter of the option after this one, "" after the last."""
    return LETTERS[LETTERS.index(letter) + 1 : LETTERS.index(letter) + 2] if letter else ""


def is_head_of_keys(line: str) -> bool:
    """Whether a line announces answers and holds none."""
    return bool(_KEYS_HEAD.match(line))


def keys_of(line: str) -> dict[int, str]:
    """Answers in a list, by number: "1-5 ABCDA", "6-8 AB ACD BC", "1.√ 2.×"; empty when the line is no such list."""
    found: dict[int, str] = {}
    rest = line
    for match in _RANGE.finditer(line):
        first, last = int(match[1]), int(match[2])
        answers = list(_answers(match[3], last - first + 1))
        found |= dict(zip(range(first, last + 1), answers, strict=False)) if answers else {}
        rest = rest.replace(match[0], " ") if answers else rest
    for match in _KEY.finditer(rest):
        found.setdefault(int(match[1]), match[2])
    rest = _KEY.sub(" ", rest)
    return found if found and not re.sub(r"[\s,，、;；.。:：]", "", rest) else {}


def _answers(text: str, count: int) -> Iterator[str]:
    """As many answers as asked for: letters one by one, or in groups; nothing when they are not as many."""
    groups = re.findall(rf"[A-L]+|{_TRUTH}", text)
    single = re.findall(rf"[A-L]|{_TRUTH}", text)
    yield from groups if len(groups) == count else single if len(single) == count else ()


def key_within(stem: str) -> tuple[str, str] | None:
    """The stem with empty brackets, and the answer that stood in them; None unless there is exactly one such."""
    found = list(_WITHIN.finditer(stem))
    if len(found) != 1:
        return None
    match = found[0]
    return f"{stem[: match.start()]}{match[1]}　{match[3]}{stem[match.end() :]}", match[2]


def is_type(word: str) -> bool:
    """Whether a word names a type of question."""
    return columns.value_of(TYPES, word) is not None or columns.plain(word) in EITHER_CHOICE
