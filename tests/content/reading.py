"""The second reading: each bundled question is solved from what a candidate sees, by somebody who did not write it.

    python -m tests.content.reading sheet SUBJECT            prints what the reader gets: no key, options in another order
    python -m tests.content.reading compare SUBJECT ANSWERS  lists where the reader's answers (JSON) differ from the keys
    python -m tests.content.reading record SUBJECT ANSWERS [CHANGED ...]
                                                             writes down that the questions of today were read

What was read stands in `second_reading.csv`: the question, a fingerprint of its wording and key, and whether the
reader agreed at once or the question was changed first. `test_bundled.py` refuses a question that nobody read.
"""

import csv
import hashlib
import json
import sys
from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from lms.bank.bundled import read_bundled
from question_bank.formats.record import to_record
from question_bank.item import ItemVersion
from question_bank.scoring import DEFAULT

READ = Path(__file__).with_name("second_reading.csv")
SEED = b"the reader's order of options"
#: people mark these: the reader writes an answer and then compares it with the model answer
WRITTEN = ("short_answer", "essay", "file_answer")


def fingerprint(item: ItemVersion) -> str:
    """The first 16 hex digits of a hash of what decides the answer: material, stem, body; not the explanations."""
    record = to_record(item)
    body = {name: value for name, value in record.items() if name not in _LABELS}
    for option in body.get("options", ()):
        option.pop("why", None)
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _seed(item: ItemVersion) -> bytes:
    """An order for each question: one order for all would show how the letters of the keys go round."""
    return SEED + item.ref.encode()


_LABELS = {"explanation", "point", "cognitive", "difficulty", "citations", "valid_from", "valid_until", "derived"}


def sheet(item: ItemVersion) -> dict[str, Any]:
    """What the reader sees of a question: numbers stand for choices, in an order that says nothing of the key."""
    seen = item.interaction.present(item.body, _seed(item))
    shown: dict[str, Any] = {"ref": item.ref, "type": item.type, "stem": item.stem}
    if item.stimulus:
        shown["material"] = item.stimulus.text
    if seen.prompts:
        shown["left"] = {str(n): choice.text for n, choice in enumerate(seen.prompts, 1)}
    if seen.choices:
        shown["choices"] = {str(n): choice.text for n, choice in enumerate(seen.choices, 1)}
    if seen.gaps:
        shown["gaps"] = [{str(n): choice.text for n, choice in enumerate(gap, 1)} for gap in seen.gaps]
    if seen.unit:
        shown["unit"] = seen.unit
    shown["cited"] = [f"{one.source} {one.article or ''}".strip() for one in item.citations]
    return shown


def agrees(item: ItemVersion, answer: Any) -> bool:
    """Whether an answer in the numbers of the sheet earns full marks."""
    seen = item.interaction.present(item.body, _seed(item))
    choices = {str(n): choice.id for n, choice in enumerate(seen.choices, 1)}
    lefts = {str(n): choice.id for n, choice in enumerate(seen.prompts, 1)}
    raw: Any = answer
    if isinstance(answer, Mapping):
        raw = {lefts[str(left)]: choices[str(right)] for left, right in answer.items()}
    elif seen.gaps:
        raw = [gap[int(one) - 1].id for gap, one in zip(seen.gaps, answer, strict=True)]
    elif choices and isinstance(answer, list):
        raw = [choices[str(one)] for one in answer]
    elif choices:
        raw = choices[str(answer)]
    response = item.interaction.read(item.body, _seed(item), raw)
    return item.interaction.score(item.body, response, DEFAULT) == Fraction(1)


def of_subject(subject: str) -> list[ItemVersion]:
    """The bundled questions of a subject."""
    return [item for item in read_bundled().items if item.subject == subject]


def rows() -> dict[str, tuple[str, str]]:
    """What was read: ref -> (fingerprint, "agreed" or "changed")."""
    if not READ.exists():
        return {}
    with READ.open(encoding="utf-8", newline="") as file:
        return {row["ref"]: (row["fingerprint"], row["outcome"]) for row in csv.DictReader(file)}


def write(found: Mapping[str, tuple[str, str]]) -> None:
    """Store what was read, by ref."""
    with READ.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(("ref", "fingerprint", "outcome"))
        out.writerows((ref, *found[ref]) for ref in sorted(found))


def differences(items: Iterable[ItemVersion], answers: Mapping[str, Any]) -> list[str]:
    """Refs whose answer differs from the key or is missing; written answers are compared by the reader."""
    return [
        item.ref
        for item in items
        if item.ref not in answers or (item.type not in WRITTEN and not _safely(item, answers[item.ref]))
    ]


def _safely(item: ItemVersion, answer: Any) -> bool:
    try:
        return agrees(item, answer)
    except (KeyError, ValueError, TypeError) as error:
        print(f"{item.ref}: {answer!r} cannot be read ({error!r})", file=sys.stderr)  # noqa: T201
        return False


def main(act: str, subject: str, *more: str) -> None:
    """See the head of this file."""
    items = of_subject(subject)
    if act == "sheet":
        for item in items:
            print(json.dumps(sheet(item), ensure_ascii=False))  # noqa: T201
        return
    answers = json.loads(Path(more[0]).read_text(encoding="utf-8"))
    astray = differences(items, answers)
    if act == "compare" or astray:
        for item in items:
            if item.ref in astray:
                print(item.ref, "reader:", answers.get(item.ref), "key:", item.interaction.key_summary(item.body))  # noqa: T201
        sys.exit(1 if astray else 0)
    changed = set(more[1:])
    found = rows() | {item.ref: (fingerprint(item), "changed" if item.ref in changed else "agreed") for item in items}
    write(
        {ref: row for ref, row in found.items() if not ref.startswith(f"{subject}-") or ref in {i.ref for i in items}}
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
