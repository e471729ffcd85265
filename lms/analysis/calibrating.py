"""The job that calibrates: has the answers fitted in a process of its own, brings the fit to the scale of the last calibration
and gives it to the bank.

Both have slopes of 1, so that the scales differ by a shift alone: the mean difference of the questions that both know and that
have not drifted (`question_bank.analysis.linking.anchor`). Every difficulty is new that way; curves held as they were would
keep the errors of the first calibration for ever.
"""

import statistics
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from lms import apart, jobs
from lms.accounts import queries as accounts
from lms.analysis import calibration
from lms.bank import service as bank_service
from lms.bank.queries import calibrations
from lms.database import reading, writing
from question_bank.analysis.linking import Anchored, Link, anchor
from question_bank.difficulty import CALIBRATED_FROM, measured

MODULE: Final = "lms.analysis.fitting_apart"
#: the picture counts by half logits from -6 to 6; what is beyond stands at its ends
BINS, HALVES = 24, 2
_PARTS = 16
#: cycles a fit takes, about: progress is told by it
_CYCLES = 12
#: seconds between two words of progress
_PAUSE = 1.0


def calibrate(run: jobs.JobRun) -> Mapping[str, Any]:
    """Calibrate. Read outside any transaction, kept in one; run twice, it keeps one."""
    began, session = time.monotonic(), reading()
    kept = calibrations.by_job(session, run.public_id)
    if kept is not None:
        return _result(kept.public_id, kept.attempts)
    there = calibration.ready(session)
    taken = calibration.gather(session, lambda done: run.report(min(done, there), 2 * there))
    last = calibrations.newest(session)
    old = calibrations.known(session, last.id) if last else {}
    owner = accounts.person_by_public_id(session, run.owner) if run.owner else None
    session.rollback()
    attempts = len(set(taken.attempts))
    if attempts < calibration.LEAST_ATTEMPTS:
        return {"attempts": attempts}
    fit = apart.run(MODULE, {}, (taken.attempts, taken.versions, taken.right), heard=_Progress(run, there))
    answers = {item["item"]: item["answers"] for item in fit["items"]}
    new = {item["item"]: item["b"] for item in fit["items"] if item["answers"] >= CALIBRATED_FROM}
    anchored = anchor(old, new)
    found = _found(fit, anchored, taken.partial)
    worked = calibrations.Worked(
        job_id=run.public_id,
        asked_by=(owner.id, owner.public_id) if owner else None,
        counted=there,
        attempts=attempts,
        answers=sum(answers.values()),
        figures=_figures(fit, anchored, found, time.monotonic() - began),
        anchored_to=last.id if last and anchored else None,
        found=found,
    )
    with writing() as session:
        name = bank_service.keep_calibration(session, worked)
    return _result(name, attempts)


def _result(name: str, attempts: int) -> Mapping[str, Any]:
    return {"attempts": attempts, "page": ["calibration.show", {"run_id": name}]}


class _Progress:
    """Tells of the fit's cycles, at most once a second; the first half was the gathering."""

    def __init__(self, run: jobs.JobRun, there: int) -> None:
        self._run, self._there, self._told = run, there, 0.0

    def __call__(self, said: Mapping[str, Any]) -> None:
        if time.monotonic() - self._told >= _PAUSE:
            done = self._there + self._there * said["cycle"] // (said["cycle"] + _CYCLES)
            self._run.report(done, 2 * self._there)
            self._told = time.monotonic()


def _shift(anchored: Anchored | None) -> Link:
    return anchored.link if anchored else Link(1.0, 0.0)


def _figures(
    fit: Mapping[str, Any], anchored: Anchored | None, found: Sequence[calibrations.Measured], seconds: float
) -> calibrations.Figures:
    link = _shift(anchored)
    people, items = [0.0] * BINS, Counter(_bin(one.b) for one in found)
    for ability, share in _parted(fit["people"]):
        people[_bin(link.ability(ability))] += share
    return calibrations.Figures(
        log_likelihood=fit["log_likelihood"],
        cycles=fit["cycles"],
        converged=fit["converged"],
        mean=round(link.ability(fit["mean"]), 6),
        sd=fit["sd"],
        error=statistics.median([one.p_error for one in found if one.p_error is not None] or [0.5]),
        seconds=round(seconds, 2),
        common=anchored.common if anchored else 0,
        moved=len(anchored.moved) if anchored else 0,
        people=[round(share, 6) for share in people],
        items=[items[place] for place in range(BINS)],
    )


def _parted(people: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """The people of each node, in parts all the way to the next nodes: half logits do not hold equally many nodes."""
    width = people[1][0] - people[0][0]
    for ability, share in people:
        for part in range(_PARTS):
            yield ability + width * ((part + 0.5) / _PARTS - 0.5), share / _PARTS


def _bin(logits: float) -> int:
    return min(BINS - 1, max(0, int((logits + BINS / HALVES / 2) * HALVES)))


def _found(
    fit: Mapping[str, Any], anchored: Anchored | None, partial: Mapping[int, int]
) -> Sequence[calibrations.Measured]:
    """Of each version what is kept; the expected share is that of those who answered."""
    link, changes = _shift(anchored), anchored.changes if anchored else {}
    found = []
    for item in fit["items"]:
        key, error = item["item"], item["b_error"]
        told = measured(item["b"], error or 0.0, answers=item["answers"], mean=fit["mean"], sd=fit["sd"])
        found.append(
            calibrations.Measured(
                item_version_id=key,
                b=round(link.ability(item["b"]), 6),
                b_error=error,
                p=told.p,
                p_error=None if error is None else told.p_error,
                answers=item["answers"],
                partial=partial[key],
                infit=item["infit"],
                outfit=item["outfit"],
                change=round(changes[key], 6) if key in changes else None,
                moved=anchored is not None and key in anchored.moved,
            )
        )
    return found
