"""What a change of scoring says, in the words of a page."""

from flask_babel import gettext

from lms.exams import queries as exams
from lms.exams.queries import ExamRow
from lms.i18n import plain
from lms.question_types import MATCH_NAMES, MULTI_NAMES, ORDER_NAMES, TYPE_NAMES
from lms.sitting.models import Remarking
from question_bank.item import ItemVersion
from question_bank.remarking import ACCEPT, FULL, KEY, MARKS, PASS_MARK, VOID, Change, Remark
from question_bank.scoring import Rules


def told(exam: ExamRow, change: Remarking) -> list[str]:
    """A sentence for each change."""
    if change.remark is None:
        return [gettext("The last change of scoring is taken back.")]
    remark = Remark.from_record(change.remark)
    versions = exams.snapshot_of(exam.id)
    words = [_told(one, versions.get(one.version or 0)) for one in remark.changes]
    return [*words, gettext("Nobody's marks fall by it.")] if remark.favour else words


def _told(change: Change, version: ItemVersion | None) -> str:
    if version is None:
        return _of_exam(change)
    interaction, ref = version.interaction, version.ref
    if change.kind == KEY:
        new = change.value.interaction.key_summary(change.value.body)
        return str(gettext("Question %(ref)s: the key is now %(new)s, it was %(old)s.", ref=ref, new=new, old=interaction.key_summary(version.body)))  # fmt: skip
    if change.kind == ACCEPT:
        answer = interaction.summary(version.body, change.value)
        return str(gettext("Question %(ref)s: the answer %(answer)s earns full marks as well.", ref=ref, answer=answer))
    if change.kind == FULL:
        return str(gettext("Question %(ref)s: everybody who had it gets full marks.", ref=ref))
    if change.kind == VOID:
        return str(gettext("Question %(ref)s does not count; the pass mark falls in proportion.", ref=ref))
    return ""


def _of_exam(change: Change) -> str:
    if change.kind == PASS_MARK:
        return str(gettext("The pass mark is now %(mark)s.", mark=plain(change.value)))
    if change.kind == MARKS:
        answers, papers = sum(map(len, change.value.values())), len(change.value)
        return str(
            gettext("Markers' marks for %(answers)s answers on %(papers)s papers.", answers=answers, papers=papers)
        )
    rules: Rules = change.value
    named = (
        (TYPE_NAMES["multiple_choice"], MULTI_NAMES[rules.multiple]),
        (TYPE_NAMES["ordering"], ORDER_NAMES[rules.ordering]),
        (TYPE_NAMES["matching"], MATCH_NAMES[rules.matching]),
    )
    return str(gettext("The rules are now: %(rules)s.", rules="; ".join(f"{kind}: {rule}" for kind, rule in named)))
