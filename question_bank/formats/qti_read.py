"""One item of QTI 2.x or 3.0 as a question of ours, or the reason why not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from question_bank.formats import qti_choices, qti_pairs, qti_typed
from question_bank.formats.qti_names import uniform
from question_bank.formats.qti_source import Find, Refused, Source, prompt_only, text_only
from question_bank.formats.refusal import Refusal
from question_bank.formats.xml import local
from question_bank.item import ItemVersion, Stimulus
from question_bank.problem import Problem, shortened

MAX_REF = 80
_ONE: dict[str, Callable[[Source, etree._Element], tuple[str, Any]]] = {
    "choiceInteraction": qti_choices.choice,
    "hotspotInteraction": qti_choices.hotspot,
    "hottextInteraction": qti_choices.hottext,
    "gapMatchInteraction": qti_pairs.gap_match,
    "orderInteraction": qti_pairs.ordering,
    "matchInteraction": qti_pairs.matching,
    "associateInteraction": qti_pairs.associate,
    "extendedTextInteraction": qti_typed.written,
    "uploadInteraction": qti_typed.upload,
}
_INLINE: dict[str, Callable[[Source, Sequence[etree._Element]], tuple[str, Any]]] = {
    "textEntryInteraction": qti_typed.fill_in,
    "inlineChoiceInteraction": qti_typed.inline_choice,
}


@dataclass(frozen=True, slots=True)
class ReadItem:
    """What became of one item."""

    item: ItemVersion | None
    refused: tuple[Refusal, ...] = ()
    warnings: tuple[Refusal, ...] = ()
    pictures: dict[str, bytes] = field(default_factory=dict)


def item(
    root: etree._Element, *, file: str, find: Find, subject: str = "", stimulus: Stimulus | None = None
) -> ReadItem:
    """The item whose root this is; `file` is how complaints name it, `find` gives the bytes of its pictures."""
    said: list[Refusal] = []
    try:
        source = Source(uniform(root), file, find, said)
        found = _version(source, subject, stimulus)
    except Refused as refused:
        element = root if refused.element is None else refused.element
        problem = refused.problem
        identifier = shortened(root.get("identifier", ""))
        refusal = Refusal(
            f"{file}:{element.sourceline}",
            problem.field,
            problem.value,
            problem.code,
            {**problem.facts, "item": identifier},
        )
        return ReadItem(None, (refusal,), tuple(said))
    wrong = tuple(Refusal.of(source.place(), problem) for problem in found.problems())
    return ReadItem(None if wrong else found, wrong, tuple(source.warnings), source.pictures)


def _version(source: Source, subject: str, stimulus: Stimulus | None) -> ItemVersion:
    kind, body = _body(source)
    stem = _stem(source, kind)
    if not stem:
        stem = source.root.get("title", "")
        source.warn("stem", stem, "qti_title")
    return ItemVersion(
        ref=source.identifier[:MAX_REF],
        type=kind,
        subject=subject,
        stem=stem,
        body=body,
        explanation=source.explanation(),
        stimulus=stimulus,
    )


def _body(source: Source) -> tuple[str, Any]:
    """The type and the body, from the interactions of the item."""
    found = source.interactions
    names = {local(one) for one in found}
    if not found:
        raise Refused(Problem("itemBody", "qti_no_interaction"), source.body)
    strange = next((one for one in found if local(one) not in _ONE and local(one) not in _INLINE), None)
    if strange is not None:
        raise Refused(Problem(local(strange), "qti_interaction", local(strange)), strange)
    if len(names) > 1 or (len(found) > 1 and local(found[0]) in _ONE):
        raise Refused(Problem("itemBody", "qti_several", shortened(", ".join(sorted(names)))), found[1])
    if local(found[0]) in _ONE:
        return _ONE[local(found[0])](source, found[0])
    return _INLINE[local(found[0])](source, found)


def _stem(source: Source, kind: str) -> str:
    """The body without what is answered: the prompt of the interaction stays, gaps are marked [[1]], [[2]] ..."""
    marks: dict[etree._Element, str] = {}
    for number, one in enumerate(source.interactions, 1):
        if local(one) in ("hottextInteraction", "gapMatchInteraction"):
            gaps = [gap for gap in one.iter() if local(gap) == "gap"]
            marks |= {gap: f"[[{place}]]" for place, gap in enumerate(gaps, 1)}
            text_only(one)
        elif kind in ("fill_in", "inline_choice"):
            marks[one] = f"[[{number}]]"
        elif kind == "numeric":
            marks[one] = "\\_\\_\\_\\_" if (one.tail or "").strip(" \n\t\r.。") else ""
        else:
            prompt_only(one)
    return source.text(source.body, "stem", own=marks.get, blanks=bool(marks) and kind != "numeric")
