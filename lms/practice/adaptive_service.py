"""The personal test: question_bank.adaptive over what may be practised. Each within the caller's `writing()`.

A test is a round. Its record keeps the plan and what was known of each question when it was asked; where it stands follows
from these and the stored answers, so that a change of the bank meanwhile changes nothing of what was asked.
"""

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy.orm import Session

from lms.clock import now
from lms.practice import errors, queries, service
from lms.practice.models import Answer, Round
from lms.practice.queries import RIGHT, Question
from lms.practice.stock import Asked
from lms.practice.stock import stock as stocked
from question_bank import adaptive
from question_bank.adaptive import Bank, Entry, Outcome, Plan
from question_bank.chance import Chance, derive

KIND = "test"
#: marks of 100 on the bank that count as passed
PASS_MARK = 60
LEAST = 15


def start(session: Session, person_id: int, subjects: Sequence[str]) -> Round:
    """Begin a test over these subjects, none named: over all; raises TooFewForTest."""
    stock = stocked(session, subjects)
    if len(stock) < LEAST:
        raise errors.TooFewForTest
    bank = _bank(stock, ())
    plan = Plan(cut=bank.ability(PASS_MARK), quotas=dict(Counter(one.subject for one in stock)), least=LEAST)
    held = Round(
        person_id=person_id,
        way=KIND,
        subject=subjects[0] if len(subjects) == 1 else "",
        point="",
        items=[],
        seed=secrets.token_bytes(32),
        answered=0,
        right=0,
        started_at=now(),
        record={"plan": plan.to_record(), "subjects": list(subjects), "asked": []},
    )
    session.add(held)
    _ask(session, held, stock)
    session.flush()
    return held


def answer(session: Session, held: Round, question: Question, *, response: Any, seconds: int | None) -> None:
    """Keep the answer to the question that waits, then ask the next one or end the test."""
    given = service.answered(session, held, len(held.items), question, response=response, seconds=seconds)
    session.add(given)
    session.flush()
    _ask(session, held, _stock(session, held))


def replace(session: Session, held: Round) -> None:
    """Ask something else instead of a question that may no longer be practised."""
    held.items = held.items[:-1]
    held.record = held.record | {"asked": held.record["asked"][:-1]}
    _ask(session, held, _stock(session, held))


def end(session: Session, held: Round) -> None:
    """End a test, wherever it stands, and keep its outcome."""
    if held.ended_at is None:
        _end(session, held, _stock(session, held))


def waiting(held: Round) -> int | None:
    """The place that waits for an answer, None once the test has ended."""
    return None if held.ended_at else len(held.items)


def asked_of(held: Round) -> list[Asked]:
    """What was asked, in order."""
    return [Asked(item, *known) for item, known in zip(held.items, held.record["asked"], strict=True)]


def plan_of(held: Round) -> Plan:
    """How the test goes."""
    return Plan.from_record(held.record["plan"])


def outcome_of(held: Round) -> Outcome:
    """What came of a test that has ended."""
    return Outcome.from_record(held.record["outcome"])


def _stock(session: Session, held: Round) -> list[Asked]:
    return stocked(session, held.record["subjects"])


def _ask(session: Session, held: Round, stock: Sequence[Asked]) -> None:
    bank, plan = _bank(stock, asked_of(held)), plan_of(held)
    chance = Chance(derive(held.seed, f"next:{len(held.items)}"))
    open_now = {one.item_id: one for one in stock}
    limits = adaptive.Limits(excluded=bank.entries.keys() - open_now.keys())
    chosen = adaptive.next_question(bank, plan, _answers(session, held), chance.below, limits)
    if chosen is None:
        _end(session, held, stock)
        return
    held.items = [*held.items, chosen]
    held.record = held.record | {"asked": [*held.record["asked"], open_now[chosen].to_record()]}


def _end(session: Session, held: Round, stock: Sequence[Asked]) -> None:
    """Work the outcome out and bring what practice knows of the questions up to the answers."""
    bank, plan = _bank(stock, asked_of(held)), plan_of(held)
    found = adaptive.outcome(bank, plan, _answers(session, held))
    held.record = held.record | {"outcome": found.to_record()}
    held.ended_at = now()
    for given in _given(session, held).values():
        service.remember(session, given)


def _given(session: Session, held: Round) -> Mapping[int, Answer]:
    return dict(sorted(queries.answers(session, held.id).items())) if held.id else {}


def _answers(session: Session, held: Round) -> list[adaptive.Answer]:
    return [adaptive.Answer(one.item_id, one.share == RIGHT) for one in _given(session, held).values()]


def _bank(stock: Sequence[Asked], asked: Sequence[Asked]) -> Bank:
    """What may be asked now and what was asked, the latter as it was known then."""
    known = {one.item_id: one.entry for one in (*stock, *asked)}
    return _prepared(tuple(known.values()))


@lru_cache(maxsize=8)
def _prepared(entries: tuple[Entry, ...]) -> Bank:
    """The same bank serves many answers."""
    return Bank.of(entries)
