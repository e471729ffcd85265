"""The pages of an attempt that is over: the receipt with of the result what may be seen, and the questions one by one.

Everybody gets the receipt right after handing in, all at the same time, and most go on to the questions; so both are kept
as the player's page is: rendered once for an exam and language, and filled. Nothing here asks Flask who is there: the
application and the short way (`lms.sitting.express`) call them alike.
"""

from collections.abc import Mapping
from typing import Any

from flask import current_app, has_request_context, render_template
from flask_babel import gettext
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup, escape

from lms.accounts.policy import Viewer
from lms.clock import BUREAU_ZONE, now
from lms.database import dumps, reading
from lms.exams import queries as exams
from lms.exams.queries import ExamRow
from lms.i18n import locale_code, moment, plain
from lms.sitting import files, page, papers, queries, quick, remarking
from lms.sitting.decisions import EQUATED, RESTORED, REVERSED
from lms.sitting.page import PLACE, NotKept
from lms.sitting.paper import review
from lms.sitting.policy import Sat
from lms.sitting.queries import Outcome
from question_bank.attempt import receipt_code


def receipt_page(
    sat: Sat, person: Viewer, outcome: Outcome | None, *, headers: Mapping[str, str], root: str, theme: str
) -> bytes:
    """The page, in UTF-8, in the language of this context. `outcome` is what may be seen (`outcome_of`), `headers` are what
    its script sends, `root` begins our addresses.

    Raises NotKept outside of a request, where what all candidates of the exam share is still to be rendered, and for what
    few ever see.
    """
    values = _values(sat, outcome, person, root) | {
        "settings": htmlsafe_json_dumps(_settings(sat, headers, root), dumps=dumps)
    }
    if files.asks_files(papers.sat(sat.attempt.public_id).form, exams.snapshot_of(sat.exam.id)):
        values["files"] = _files(sat, root)
    state = _state(sat, outcome)
    rare = state == "void" or (outcome is not None and outcome.reason != "automatic")
    if rare and not has_request_context():
        raise NotKept
    decided = _decided(sat, outcome) if outcome is not None and outcome.reason != "automatic" else None

    def render(places: Mapping[str, str]) -> str:
        return render_template(
            "sitting/result.html", title=sat.exam.title, how=sat.attempt.ended_how, state=state,
            passed=outcome is not None and outcome.passed, decided=decided, place=places,
            files=places.get("files"),
            marked=sat.exam.marked_by_people,
        )  # fmt: skip

    if rare:
        return render(values).encode()
    key = ("receipt", sat.exam.id, sat.exam.title, sat.attempt.ended_how, state, outcome is not None and outcome.passed)
    shell = page.kept_shell(
        (*key, "files" in values, locale_code(), theme), lambda: render({name: PLACE.format(name) for name in values})
    )
    return page.filled(shell, {name: escape(value).encode() for name, value in values.items()})


def review_page(sat: Sat, person: Viewer, outcome: Outcome, *, root: str, theme: str) -> bytes:
    """The questions of an attempt with answers, scores, and as much of the keys as the exam shows; in UTF-8, in the
    language of this context. Raises NotKept as `receipt_page` does.
    """
    exam, attempt, passed = sat.exam, sat.attempt, outcome.passed
    form, versions = papers.sat(attempt.public_id).form, exams.snapshot_of(exam.id)
    values = {
        "person": _who(person),
        "result": f"{root}/sitting/{attempt.public_id}/result",
        "total": plain(outcome.total),
        "maximum": plain(outcome.maximum),
    }

    def render() -> str:
        places = {name: PLACE.format(name) for name in (*values, "rows")}
        return render_template("sitting/review.html", title=exam.title, passed=passed, place=places)

    shell = page.kept_shell(("review", exam.id, exam.title, passed, locale_code(), theme), render)
    edition = quick.remarks(exam.id) if exam.phase(now()) == "over" else 0
    if edition:
        if not has_request_context():
            raise NotKept
        versions = remarking.scoring_of(exam, versions, remarking.in_force(reading(), exam.id)).versions
    day = attempt.started_at.astimezone(BUREAU_ZONE).date()
    rows = review(exam, form, versions, quick.answers(attempt.id), outcome.scores(), day=day, edition=edition)
    return page.filled(shell, {name: escape(value).encode() for name, value in values.items()} | {"rows": rows})


def _files(sat: Sat, root: str) -> Markup:
    """The files that stand as answers, each to be fetched by whoever handed it in."""
    drawn: Markup = current_app.jinja_env.get_template("sitting/files.html").module.handed(  # type: ignore[attr-defined]
        files.answered(sat.attempt.id), f"{root}/sitting/{sat.attempt.public_id}/files/"
    )
    return drawn


def _who(person: Viewer) -> str:
    return f"{person.name} · {person.unit_name}" if person.unit_name else person.name


def outcome_of(sat: Sat) -> Outcome | None:
    """The result, where the release policy lets the candidate see one."""
    visible = sat.exam.score_visible(now()) and sat.attempt.ended_how != "void"
    return quick.outcome(sat.attempt.id) if visible else None


def _state(sat: Sat, outcome: Outcome | None) -> str:
    if sat.attempt.ended_how == "void":
        return "void"
    if outcome is not None:
        return "told"
    return "after_window" if sat.exam.release == "after_window" else "later"


def _values(sat: Sat, outcome: Outcome | None, person: Viewer, root: str) -> dict[str, str]:
    """What this candidate's page has of its own."""
    attempt, exam = sat.attempt, sat.exam
    found = {
        "person": _who(person),
        "began": moment(attempt.started_at),
        "ended": moment(attempt.ended_at),
        "answered": str(attempt.answered),
        "questions": str(exam.questions),
        "closes": moment(exam.closes_at),
        "receipt": receipt_code(quick.end_hash(attempt.id)),
        "home": f"{root}/sitting/",
        "review": f"{root}/sitting/{attempt.public_id}/review",
        "appeal": f"{root}/appeals/attempt/{attempt.public_id}",
        "words": f"{root}/marking-words/{attempt.public_id}",
    }
    if outcome is not None:
        mark = exam.blueprint.pass_mark if outcome.pass_mark is None else outcome.pass_mark
        found |= {"total": plain(outcome.total), "maximum": plain(outcome.maximum), "mark": plain(mark)}
    return found


def _settings(sat: Sat, headers: Mapping[str, str], root: str) -> dict[str, object]:
    """What its script needs to bring what this computer still holds."""
    name = sat.attempt.public_id
    return {"attempt": name, "headers": headers, "evidenceUrl": f"{root}/sitting/{name}/evidence"}


def _decided(sat: Sat, outcome: Outcome) -> dict[str, Any]:
    """What was decided on the result afterwards, and when; every grading there was."""
    history = queries.gradings(reading(), sat.attempt.id, sat.exam.id)
    if outcome.reason in (EQUATED, RESTORED):
        words = _of_pass_marks(outcome, sat.exam)
    else:
        words = gettext("The scoring of this exam was changed: %(reason)s", reason=history[-1].why)
        if outcome.reason == REVERSED:
            words = gettext("A change of the scoring was taken back: %(reason)s", reason=history[-1].why)
    return {"words": words, "when": moment(outcome.graded_at), "history": history}


def _of_pass_marks(outcome: Outcome, exam: ExamRow) -> str:
    own, usual = outcome.pass_mark, exam.blueprint.pass_mark
    if own is None:
        words = [gettext("The pass mark of the exam counts again: %(mark)s.", mark=plain(usual))]
    elif own < usual:
        words = [gettext("Your paper was harder than the average paper of this exam. Its pass mark is %(own)s instead of %(mark)s; your marks stay what they are.", own=plain(own), mark=plain(usual))]  # fmt: skip
    elif own > usual:
        words = [gettext("Your paper was easier than the average paper of this exam. Its pass mark is %(own)s instead of %(mark)s; your marks stay what they are.", own=plain(own), mark=plain(usual))]  # fmt: skip
    else:
        words = [gettext("Your paper was as hard as the average paper of this exam: its pass mark stays %(mark)s.", mark=plain(own))]  # fmt: skip
    before = outcome.total >= usual
    if before != outcome.passed:
        said = {flag: gettext("Passed") if flag else gettext("Not passed") for flag in (True, False)}
        words.append(gettext("By the exam's pass mark: %(before)s. Now: %(after)s.", before=said[before], after=said[outcome.passed]))  # fmt: skip
    return " ".join(words)
