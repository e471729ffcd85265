"""Options and answers as people write them into cells, made into the body of a question type."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import lru_cache
from itertools import zip_longest
from typing import Any

from question_bank.formats import settings
from question_bank.formats.columns import LETTERS, column_of, truth_of
from question_bank.interactions.file_answer import FileAsked
from question_bank.interactions.fill_in import MARK, Blank, Blanks
from question_bank.interactions.hotspot import Spot, Spots
from question_bank.interactions.inline_choice import Gap, Gaps
from question_bank.interactions.matching import Pairs
from question_bank.interactions.numeric import Number
from question_bank.interactions.options import Option, Options
from question_bank.interactions.ordering import Sequence
from question_bank.interactions.true_false import Statement
from question_bank.interactions.written import Point, Written
from question_bank.problem import Problem, shortened
from question_bank.shares import share_of
from question_bank.text import to_markdown

Cells = Mapping[str, str]

_GAPS = (
    re.compile(r"\[BlankArea\d*\]", re.IGNORECASE),
    re.compile(r"[_＿]{2,}(?:\s*\d{1,2}\s*[_＿]{2,})?"),  # some number their blanks: ____1____
    re.compile(r"[（(][\s\u3000]*[）)]|【[\s\u3000]*】"),
)
_OWN_LETTER = re.compile(r"([A-La-l])\s*[.、．:：)）]\s*(?=\S)")
_LISTED = re.compile(r"(?:^|[\s|;；])([A-L])\s*[.、．:：)）]\s*")
_BETWEEN = re.compile(r"[\s,，、;；/|.．&和→>\-]+")
_NUMBER = re.compile(r"([-+]?[\d,]+(?:\.\d+)?)\s*(?:(?:±|\+/-|\+-)\s*([\d,]+(?:\.\d+)?))?\s*(\D.{0,19})?\Z")
_PAIR = re.compile(r"\s*(?:→|⇒|=>|->|——|＝|=)\s*")
#: an arrow for pairs that hold one of the others themselves
_WIDE_PAIR = re.compile(r"\s*⟶\s*")
_POINT = re.compile(r"(.+?)\s*[（(]\s*(\d{1,3}(?:\.\d+)?)\s*([%％]?)\s*[)）]\s*\Z", re.DOTALL)
_AREA = re.compile(r"(\w{1,8}) (\d{1,5}(?:,\d{1,5})*)\Z", re.ASCII)
_ALTERNATIVES = re.compile(r"\s+/\s+|[;；]")
_NUMERAL = re.compile(r"[0-9零〇一二三四五六七八九十百千万两]+\Z")


class Unfit(Exception):
    """Cells of which no body can be made; `problems` says why."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = problems


def body_of(kind: str, cells: Cells) -> Any:
    """The body of a question of that type; raises Unfit."""
    return _BODIES[kind](cells)


def offered(cells: Cells) -> tuple[str, ...]:
    """The options in their order: one cell each, or all in one with a letter before each. Gaps count as empty."""
    if cells.get("options"):
        return _split_options(cells["options"])
    texts = [_without_letter(cells.get(f"options.{letter}", ""), letter) for letter in LETTERS]
    while texts and not texts[-1]:
        texts.pop()
    return tuple(texts)


def has_blanks(stem: str) -> bool:
    """Whether something in the stem looks like a blank."""
    return bool(MARK.search(stem)) or any(gap.search(stem) for gap in _GAPS)


def blanks_fit(cells: Cells) -> bool:
    """Whether the answer names as much as the stem has blanks."""
    try:
        return len(_blanks(cells).blanks) == len(MARK.findall(marked_stem(cells.get("stem", ""))))
    except Unfit:
        return False


def marked_stem(stem: str) -> str:
    """The stem with its blanks marked [[1]], [[2]] ...: of all ways to draw a blank the first that occurs counts."""
    if MARK.search(stem):
        return stem
    gap = next((gap for gap in _GAPS if gap.search(stem)), None)
    if gap is None:
        return stem
    parts = gap.split(stem)
    return "".join(part + (f"[[{n}]]" if n < len(parts) else "") for n, part in enumerate(parts, 1))


def _split_options(text: str) -> tuple[str, ...]:
    listed = _LISTED.split(text)
    if len(listed) > 2:
        return tuple(part.strip(" |;；\n\t") for part in listed[2::2])
    separator = next((sign for sign in ("\n", "|", "；", ";") if sign in text), "\n")
    return tuple(part.strip() for part in text.split(separator) if part.strip())


def _without_letter(text: str, letter: str) -> str:
    own = _OWN_LETTER.match(text)
    return text[own.end() :] if own and own[1].upper() == letter else text


def marked_up(cells: Cells, column: str, text: str) -> str:
    """A text of a column as Markdown: as it stands where the row says that the column is Markdown, else escaped."""
    return text if column in markdown_columns(cells) else to_markdown(text)


@lru_cache(maxsize=256)
def _named_columns(text: str) -> frozenset[str]:
    return frozenset(column for word in re.split(r"[、,，;；\n|]", text) if (column := column_of(word)))


def markdown_columns(cells: Cells) -> frozenset[str]:
    """The columns whose cells are Markdown, by the column that names them."""
    named = cells.get("markdown", "")
    return _named_columns(named) if named else frozenset()


def _option_texts(cells: Cells) -> list[str]:
    one = bool(cells.get("options"))
    return [
        marked_up(cells, "options" if one else f"options.{letter}", text)
        for letter, text in zip_longest(LETTERS, offered(cells), fillvalue="")
    ][: len(offered(cells))]


def _choice(cells: Cells) -> Options:
    texts = offered(cells)
    keys, whys = _keys(cells, texts), _whys(cells)
    found = _settings(cells, "固定选项", "选项得分")
    fixed, shares = letters_of(found.get("固定选项", "")), _shares(found)
    return Options(
        tuple(
            Option(text, letter in keys, whys.get(letter, ""), letter in fixed, shares.get(letter))
            for letter, text in zip_longest(LETTERS[: len(texts)], _option_texts(cells), fillvalue="")
        )
    )


def _shares(found: Mapping[str, str]) -> dict[str, Fraction]:
    """What options earn or cost by themselves ("A=50%、B=1/3"), by their letters."""
    shares: dict[str, Fraction] = {}
    for part in filter(None, re.split(r"[、,，;；\s]+", found.get("选项得分", ""))):
        letter, _sign, text = unicodedata.normalize("NFKC", part).partition("=")
        try:
            number = share_of(text.removesuffix("%"))
        except ValueError as error:
            raise Unfit(Problem("settings", "unknown_value", shortened(part))) from error
        shares[letter.strip().upper()] = number / 100 if text.endswith("%") else number
    return shares


def _whys(cells: Cells) -> dict[str, str]:
    """Why an option is right or wrong, by its letter; a line without a letter goes on with the one before."""
    found: dict[str, str] = {}
    letter = ""
    for line in cells.get("why", "").split("\n"):
        own = _OWN_LETTER.match(line)
        if own:
            letter = own[1].upper()
            found[letter] = line[own.end() :]
        elif letter:
            found[letter] += "\n" + line
        elif line.strip():
            raise Unfit(Problem("why", "no_letter", shortened(line)))
    return {letter: marked_up(cells, "why", text) for letter, text in found.items()}


def _settings(cells: Cells, *known: str) -> dict[str, str]:
    """The settings of a row; raises Unfit for what is none, or none of this type."""
    found, strange = settings.parsed(cells.get("settings", ""))
    strange += tuple(name for name in found if name not in known)
    if strange:
        raise Unfit(*(Problem("settings", "unknown_value", shortened(line)) for line in strange))
    return found


def _keys(cells: Cells, texts: tuple[str, ...]) -> set[str]:
    answer = cells.get("answer", "")
    marked = {letter for letter in LETTERS if truth_of(cells.get(f"right.{letter}", "")) is True}
    if not answer:
        return marked
    keys = letters_of(answer) or _by_words(answer, texts)
    strange = sorted(keys - set(LETTERS[: len(texts)]))
    if not keys or strange:
        raise Unfit(Problem("answer", "not_an_option", shortened("".join(strange) or answer)))
    return keys


def letters_of(answer: str) -> set[str]:
    """Letters in any order, width and with anything between them; empty when it is no list of letters."""
    folded = _BETWEEN.sub("", unicodedata.normalize("NFKC", answer).upper())
    return set(folded) if folded and all("A" <= sign <= "Z" for sign in folded) and len(folded) <= 10 else set()


def named_options(cells: Cells) -> set[str]:
    """The letters of the options that the answer names in full."""
    return _by_words(cells.get("answer", ""), offered(cells))


def _by_words(answer: str, texts: tuple[str, ...]) -> set[str]:
    """The options that the answer names in full."""
    places = {_folded(text): LETTERS[n] for n, text in enumerate(texts[: len(LETTERS)])}
    if _folded(answer) in places:
        return {places[_folded(answer)]}
    named = [_without_any_letter(part) for part in re.split(r"[;；|\n]", answer) if part.strip()]
    found = {places.get(_folded(part)) for part in named}
    return set() if None in found else {key for key in found if key}


def _without_any_letter(text: str) -> str:
    own = _OWN_LETTER.match(text.strip())
    return text.strip()[own.end() :] if own else text


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).lower()


def _statement(cells: Cells) -> Statement:
    answer, texts = cells.get("answer", ""), offered(cells)
    letters = letters_of(answer)
    if texts and len(letters) == 1 and min(letters) in LETTERS[: len(texts)]:
        answer = texts[LETTERS.index(min(letters))]
    truth = truth_of(answer)
    if truth is None:
        raise Unfit(Problem("answer", "unknown_value" if answer else "no_key", shortened(answer)))
    return Statement(truth)


def _blanks(cells: Cells) -> Blanks:
    answer = cells.get("answer", "")
    marks = len(MARK.findall(marked_stem(cells.get("stem", ""))))
    if not answer:
        raise Unfit(Problem("answer", "no_key"))
    parts = answer.split("|")
    for sign in ("；", ";", "\n"):
        if len(parts) == 1 < marks and len(answer.split(sign)) == marks:
            parts = answer.split(sign)
    accepted = [tuple(word.strip() for word in _ALTERNATIVES.split(part) if word.strip()) for part in parts]
    found = _settings(cells, "中文数字", "区分大小写", "通配", "权重", "顺序")
    count = len(accepted)
    guessed = tuple(any(_NUMERAL.match(word) for word in words) for words in accepted)
    numerals = _flags(found, "中文数字", count) if "中文数字" in found else guessed
    case, pattern = _flags(found, "区分大小写", count), _flags(found, "通配", count)
    weights = _weights(found, count)
    return Blanks(tuple(map(Blank, accepted, numerals, case, pattern, weights)), found.get("顺序") != "任意")


def _flags(found: Cells, name: str, count: int) -> tuple[bool, ...]:
    values = settings.flags(found.get(name, "否"), count)
    if values is None:
        raise Unfit(Problem("settings", "unknown_value", shortened(found[name])))
    return values


def _weights(found: Cells, count: int) -> tuple[int, ...]:
    words = [word.strip() for word in found.get("权重", "1").split("|")]
    words = words * count if len(words) == 1 else words
    if len(words) != count or not all(re.match(r"\d{1,3}\Z", word, re.ASCII) for word in words):
        raise Unfit(Problem("settings", "unknown_value", shortened(found["权重"])))
    return tuple(map(int, words))


def _gaps(cells: Cells) -> Gaps:
    """A cell a gap with its choices, or a line of one cell each; the answer names the right ones."""
    rows = cells["options"].split("\n") if cells.get("options") else offered(cells)
    choices = [_gap_choices(row) for row in rows if row.strip()]
    answers = [
        part.strip()
        for part in re.split(r"\|" if "|" in cells.get("answer", "") else r"[|；;\n]", cells.get("answer", ""))
    ]
    if not cells.get("answer"):
        raise Unfit(Problem("answer", "no_key"))
    if len(answers) != len(choices):
        raise Unfit(Problem("answer", "gap_answers", shortened(cells["answer"]), {"gaps": len(choices)}))
    weights = _weights(_settings(cells, "权重"), len(choices))
    gaps, problems = [], []
    for number, (offers, answer, weight) in enumerate(zip(choices, answers, weights, strict=True), 1):
        place = _gap_place(offers, answer)
        if place is None:
            problems.append(Problem("answer", "not_an_option", shortened(answer)))
        else:
            column = "options" if cells.get("options") else f"options.{LETTERS[number - 1]}"
            gaps.append(Gap(tuple(marked_up(cells, column, text) for text in offers), place, weight))
    if problems:
        raise Unfit(*problems)
    return Gaps(tuple(gaps))


def _gap_choices(cell: str) -> list[str]:
    sign = next((sign for sign in ("\n", "|", "/", "／", "；", ";", "、") if sign in cell), "\n")
    return [part.strip() for part in cell.split(sign)]


def _gap_place(offers: list[str], answer: str) -> int | None:
    """The place of the right choice, by its words or by its letter."""
    words = [_folded(text) for text in offers]
    if _folded(answer) in words:
        return words.index(_folded(answer))
    letter = unicodedata.normalize("NFKC", answer).upper()
    return LETTERS.index(letter) if letter in LETTERS[: len(offers)] and len(letter) == 1 else None


_MODES = {"绝对": "absolute", "相对": "relative", "有效数字": "figures"}


def _number(cells: Cells) -> Number:
    answer = unicodedata.normalize("NFKC", cells.get("answer", "")).strip()
    match = _NUMBER.match(answer)
    found = _settings(cells, "误差方式", "误差", "单位", "其他单位")
    mode = _MODES.get(found.get("误差方式", "绝对"))
    try:
        if match and mode:
            tolerance = Decimal(found.get("误差", match[2] or "0").replace(",", ""))
            unit = found.get("单位", (match[3] or "").strip())
            return Number(Decimal(match[1].replace(",", "")), tolerance, unit, mode, _units(found.get("其他单位", "")))
    except InvalidOperation:
        pass
    if match and found:
        raise Unfit(Problem("settings", "unknown_value", shortened(cells.get("settings", ""))))
    raise Unfit(Problem("answer", "not_a_number" if answer else "no_key", shortened(answer)))


def _units(text: str) -> tuple[tuple[str, Decimal], ...]:
    """Other units with the factor that turns them into the one of the answer: 元=0.0001、千元=0.1."""
    pairs = [part.rpartition("=") for part in re.split("[、；;]", text) if part.strip()]
    return tuple((name.strip(), Decimal(factor.strip())) for name, _sign, factor in pairs)


def _sequence(cells: Cells) -> Sequence:
    texts = _option_texts(cells)
    _settings(cells)
    answer = cells.get("answer", "")
    order = _BETWEEN.sub("", unicodedata.normalize("NFKC", answer).upper())
    if not order:
        raise Unfit(Problem("answer", "no_key"))
    if sorted(order) != list(LETTERS[: len(texts)]):
        raise Unfit(Problem("answer", "not_an_option", shortened(answer)))
    return Sequence(tuple(texts[LETTERS.index(letter)] for letter in order))


def _pairs(cells: Cells) -> Pairs:
    pairs, extra, problems = [], [], []
    _settings(cells)
    for n, text in enumerate(offered(cells)):
        field = "options" if cells.get("options") else f"options.{LETTERS[n]}" if n < len(LETTERS) else "options"
        sides = _WIDE_PAIR.split(text, 1) if _WIDE_PAIR.search(text) else _PAIR.split(text, 1)
        if len(sides) != 2 or not sides[1]:
            problems.append(Problem(field, "no_pair" if text else "missing", shortened(text)))
        elif sides[0]:
            pairs.append((marked_up(cells, field, sides[0]), marked_up(cells, field, sides[1])))
        else:
            extra.append(marked_up(cells, field, sides[1]))
    if problems:
        raise Unfit(*problems)
    return Pairs(tuple(pairs), tuple(extra))


def _written(cells: Cells) -> Written:
    _settings(cells)
    return _guide(cells)


def _guide(cells: Cells) -> Written:
    points = []
    for line in filter(str.strip, cells.get("points", "").split("\n")):
        match = _POINT.match(line)
        if match is None:
            raise Unfit(Problem("points", "no_share", shortened(line)))
        share = Decimal(match[2]) / 100 if match[3] else Decimal(match[2])
        points.append(Point(marked_up(cells, "points", match[1].strip()), share))
    return Written(marked_up(cells, "answer", cells.get("answer", "")), tuple(points))


def _file(cells: Cells) -> FileAsked:
    found = _settings(cells, "文件类型", "大小上限")
    endings = tuple(
        word.strip(" .").lower() for word in re.split("[、,，;；/ ]+", found.get("文件类型", "")) if word.strip(" .")
    )
    size = re.match(r"(\d{1,4})\s*(?:MB|兆)?\Z", found.get("大小上限", "10"), re.ASCII | re.IGNORECASE)
    if size is None:
        raise Unfit(Problem("settings", "unknown_value", shortened(found["大小上限"])))
    return FileAsked(_guide(cells), endings or ("pdf", "docx"), int(size[1]))


def _spots(cells: Cells) -> Spots:
    """Labels in the options, their letters in the answer; picture and areas as our own files write them."""
    found = _settings(cells, "图片", "尺寸", "区域", "选项得分")
    size = re.match(r"(\d{1,5})x(\d{1,5})\Z", found.get("尺寸", ""), re.ASCII)
    areas = [_AREA.match(part.strip()) for part in found.get("区域", "").split(";")]
    texts = _option_texts(cells)
    if size is None or None in areas or len(areas) != len(texts):
        raise Unfit(Problem("type", "needs_picture"))
    keys, shares = _keys(cells, offered(cells)), _shares(found)
    spots = tuple(
        Spot(text, area[1], tuple(map(int, area[2].split(","))), letter in keys, shares.get(letter))
        for letter, text, area in zip(LETTERS, texts, areas, strict=False)
        if area
    )
    return Spots(f"picture:{found.get('图片', '')}", int(size[1]), int(size[2]), spots)


_BODIES: dict[str, Callable[[Cells], Any]] = {
    "single_choice": _choice,
    "multiple_choice": _choice,
    "true_false": _statement,
    "fill_in": _blanks,
    "inline_choice": _gaps,
    "numeric": _number,
    "ordering": _sequence,
    "matching": _pairs,
    "hotspot": _spots,
    "short_answer": _written,
    "essay": _written,
    "file_answer": _file,
}
