"""GIFT, Moodle's text format: reading through the common ground of Moodle's questions, and writing."""

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import groupby

from question_bank.errors import UnreadableFile
from question_bank.formats.foreign import WHOLE, Answer, Question, Rich, Wording
from question_bank.formats.gift_grammar import Choice, Range, Text, questions
from question_bank.formats.gift_grammar import Question as Found
from question_bank.formats.losses import losses_of
from question_bank.formats.moodle_items import MAX_QUESTIONS, Importing, category_of, labels_of
from question_bank.formats.numbers import absolute_tolerance, percent
from question_bank.formats.refusal import Imported, Refusal
from question_bank.formats.texts import decoded, unread
from question_bank.interactions.fill_in import MARK
from question_bank.item import ItemVersion, Stimulus
from question_bank.problem import Problem, shortened

KINDS = {
    "truth": "truefalse", "choice": "multichoice", "short": "shortanswer", "numeric": "numerical", "essay": "essay",
    "matching": "match", "ordering": "ordering", "description": "description",
}  # fmt: skip
_CONTROL = re.compile(r"([\\~=#{}:])")
_LITERAL_MARK = re.compile(r"\[(?=\[\d{1,2}\]\])")
_SIGNS_OF_GIFT = re.compile(
    r"^\s*::|^\s*\$CATEGORY:|^\s*//\s*question:|(?<!\\)\{\s*(?:[=~#}]|(?:T|F|TRUE|FALSE)\s*[#}])", re.MULTILINE
)
_LINE_OF_XML_OR_TOML = re.compile(
    r"\s*(?:[\[{]\s*[\"{]|<\?xml|<[a-z]+[\s>]|\[\[item\]\]|format\s*=\s*1)", re.IGNORECASE
)


def looks_like(name: str, data: bytes) -> bool:
    """A name that ends so, or a text with braces that open to an answer."""
    lower = name.lower()
    if lower.endswith((".gift", ".gift.txt")):
        return True
    if not lower.endswith(".txt"):
        return False
    try:
        head = decoded(data)[:100_000]
    except UnreadableFile:
        return False
    return not _LINE_OF_XML_OR_TOML.match(head) and bool(_SIGNS_OF_GIFT.search(head)) and "}" in head


def read(data: bytes, *, name: str, subjects: Mapping[str, str], subject: str = "") -> Imported:
    """Every question of a file, by line."""
    try:
        text = decoded(data)
    except UnreadableFile as error:
        return Imported((), (unread(name, error),))
    importing = Importing(name, subjects=subjects, subject=subject)
    for count, found in enumerate(questions(text), 1):
        if count > MAX_QUESTIONS:
            importing.refuse(name, Problem("", "too_many", str(count), {"most": MAX_QUESTIONS}))
            break
        _take(importing, found, name)
    return importing.result()


def _take(importing: Importing, found: Found, name: str) -> None:
    where = f"{name}:{found.line}"
    if found.kind == "category":
        importing.category(found.title or "", where)
        return
    if found.kind == "broken":
        importing.refuse(where, Problem("stem", found.flaw, shortened(found.stem.text)))
        return
    if found.title and found.title != found.ident:
        importing.setting("name", "")
    wording = Wording()
    if found.kind == "ordering":
        importing.setting("ordering", found.settings)
    if found.kind == "matching":
        _refuse_half_pairs(importing, found, where)
        if any("->" not in choice.text.text for choice in found.choices):
            return
    importing.add(_question(found, where), wording)


def _refuse_half_pairs(importing: Importing, found: Found, where: str) -> None:
    halves = [choice.text.text for choice in found.choices if "->" not in choice.text.text]
    importing.refuse(where, *(Problem("pairs", "no_pair", shortened(half)) for half in halves))


def _question(found: Found, where: str) -> Question:
    weights = [choice.weight for choice in found.choices]
    single = any(choice.right for choice in found.choices) or not any(weights)
    return Question(
        kind=KINDS[found.kind],
        where=where,
        text=_stem(found),
        answers=_truths(found) if found.kind == "truth" else tuple(map(_answer, found.choices)),
        general=_rich(found.general),
        ref=found.ident or "",
        title=found.title or "",
        single=single,
        pairs=tuple(map(_pair, found.choices)) if found.kind == "matching" else (),
        labels=found.tags,
    )


def _rich(text: Text | None) -> Rich:
    return Rich(text.text, text.form) if text else Rich()


def _stem(found: Found) -> Rich:
    """The text; of a short answer within a sentence with the mark of its blank."""
    text = found.stem
    if found.kind != "short":
        return _rich(text)
    # in its own form, marks that are words are none
    bare = _LITERAL_MARK.sub("[ ", text.text)
    if not found.embedded:
        return Rich(bare, text.form)
    before, behind = (_LITERAL_MARK.sub("[ ", part) for part in found.around)
    return Rich(f"{before}[[1]]{behind}".strip(), text.form)


def _answer(choice: Choice) -> Answer:
    worth = choice.weight if choice.weight is not None else WHOLE if choice.right else Decimal(0)
    text, tolerance = _number(choice.number) if choice.number else (_rich(choice.text), "0")
    return Answer(text, worth, _rich(choice.feedback), tolerance)


def _number(number: Range) -> tuple[Rich, str]:
    if number.low is not None and number.high is not None:
        middle, half = (number.low + number.high) / 2, abs(number.high - number.low) / 2
        return Rich(f"{middle:f}", "plain"), f"{half:f}"
    return Rich(f"{number.number:f}", "plain"), f"{number.off or 0:f}"


def _truths(found: Found) -> tuple[Answer, ...]:
    """The first feedback is for those who are wrong, the second for those who are right."""
    wrong, right = map(_rich, found.feedbacks)
    return tuple(
        Answer(Rich(str(value).lower()), WHOLE if value == found.truth else Decimal(0), right if value == found.truth else wrong)
        for value in (True, False)
    )  # fmt: skip


def _pair(choice: Choice) -> tuple[Rich, Rich]:
    left, _arrow, right = choice.text.text.partition("->")
    return Rich(left.strip(), choice.text.form), Rich(right.strip(), choice.text.form)


def write(items: Sequence[ItemVersion], *, pictures: Mapping[str, bytes]) -> bytes:
    """Items as a file; those whose type GIFT has not are left out (`losses` names them). Pictures have no place."""
    blocks = []
    for (category, stimulus), group in groupby(items, key=lambda item: (category_of(item), item.stimulus)):
        written = [block for item in group if (block := _written(item))]
        if written:
            blocks += [f"$CATEGORY: {category}", *([_described(stimulus)] if stimulus else []), *written]
    return ("\n\n".join(blocks) + "\n").encode()


def losses(items: Sequence[ItemVersion]) -> tuple[Refusal, ...]:
    """What of the items GIFT cannot carry."""
    return losses_of(items, write=write, read=read)


def _described(stimulus: Stimulus) -> str:
    return (
        f"// [id:{stimulus.ref}]\n::{_escaped(' '.join(stimulus.title.split()))}::[markdown]{_escaped(stimulus.text)}"
    )


def _written(item: ItemVersion) -> str:
    writer = _WRITERS.get(item.type)
    answers = writer(item) if writer else None
    if answers is None:
        return ""
    labels = "".join(f" [tag:{label}]" for label in labels_of(item) if not set(label) & set("[]\n"))
    # an essay has no other place for what markers need
    told = item.body.model_answer if item.type == "essay" else item.explanation
    general = f"\n\t####{_escaped(told)}" if told else ""
    before, behind = item.stem, ""
    if item.type == "fill_in":
        before, _mark, behind = item.stem.partition("[[1]]")
    return f"// [id:{item.ref}]{labels}\n::{item.ref}::[markdown]{_escaped(before)}{{{answers}{general}\n}}{_escaped(behind)}"


def _escaped(text: str) -> str:
    return _CONTROL.sub(r"\\\1", text).replace("\n", "\\n")


def _listed(lines: Sequence[str]) -> str:
    return "".join(f"\n\t{line}" for line in lines)


def _choices(item: ItemVersion) -> str:
    several = item.type == "multiple_choice"
    shares = item.body.shares(several=several)
    return _listed(
        [
            _marked(shares[letter], several=several)
            + _escaped(option.text)
            + (f"#{_escaped(option.why)}" if option.why else "")
            for letter, option in zip(shares, item.body.options, strict=False)
        ]
    )


def _marked(share: Fraction, *, several: bool = False, sign: str = "~") -> str:
    """What stands before an answer: right, worth a part, wrong."""
    if share == 1 and not several:
        return "="
    return f"{sign}%{percent(share)}%" if share or sign == "=" else "~"


def _truth(item: ItemVersion) -> str:
    return "TRUE" if item.body.answer else "FALSE"


def _blank(item: ItemVersion) -> str | None:
    if len(item.body.blanks) != 1 or len(MARK.findall(item.stem)) != 1:
        return None
    (blank,) = item.body.blanks
    texts = blank.accept if blank.pattern else [text.replace("*", "\\*") for text in blank.accept]
    parts = [(one.text if one.pattern else one.text.replace("*", "\\*"), one.share) for one in blank.partly]
    lines = [f"=[plain]{_escaped(text)}" for text in texts]
    return _listed(lines + [f"{_marked(share, sign='=')}[plain]{_escaped(text)}" for text, share in parts])


def _numeric(item: ItemVersion) -> str:
    right = f"{item.body.answer:f}:{absolute_tolerance(item.body):f}"
    parts = [one for one in item.body.partly if one.low is not None and one.high is not None]
    if not parts:
        return f"#{right}"
    lines = [f"={right}", *(f"{_marked(one.share, sign='=')}{one.low:f}..{one.high:f}" for one in parts)]
    return "#" + _listed(lines)


def _pairs(item: ItemVersion) -> str:
    sides = [*item.body.pairs, *(("", right) for right in item.body.extra)]
    return _listed([f"={_escaped(left)} -> {_escaped(right)}" for left, right in sides])


def _sequence(item: ItemVersion) -> str:
    lines = [_escaped(line) for line in item.body.lines]
    return f">{len(lines)} ALL VERTICAL\n" + "\n".join(lines)


def _essay(_item: ItemVersion) -> str:
    return ""


_WRITERS: dict[str, Callable[[ItemVersion], str | None]] = {
    "single_choice": _choices,
    "multiple_choice": _choices,
    "true_false": _truth,
    "fill_in": _blank,
    "numeric": _numeric,
    "matching": _pairs,
    "ordering": _sequence,
    "essay": _essay,
}
