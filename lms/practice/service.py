"""Practising: beginning a round, answering, starring. Each within the caller's `writing()`."""

import secrets
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy.orm import Session

from lms.clock import BUREAU_ZONE, now
from lms.practice import errors, queries
from lms.practice.models import Answer, Card, Favourite, Round
from lms.practice.queries import RIGHT, Choice, Question
from question_bank import spacing
from question_bank.chance import Chance
from question_bank.scoring import DEFAULT, Rules

SIZES = (5, 10, 20, 50)
#: a page that was open longer says nothing of the time an answer took
LONGEST_SECONDS = 3600


def start(session: Session, person_id: int, choice: Choice) -> Round:
    """Begin a round; raises NothingToPractise.

    What is due comes by how long it has been so. Of a subject those never met come first; all else is left to chance.
    """
    found = queries.candidates(session, person_id, choice, now=now())
    if not found:
        raise errors.NothingToPractise
    seed = secrets.token_bytes(32)
    if choice.way != "due":
        found = Chance(seed).shuffled(found)
        if choice.way == "all" and choice.subject:
            found.sort(key=lambda one: one[1])
    return _begun(session, person_id, choice, [item for item, _met in found[: choice.size]], seed)


def start_one(session: Session, person_id: int, item_id: int) -> Round:
    """Begin a round of one question, which may be practised."""
    return _begun(session, person_id, Choice(way="one"), [item_id], secrets.token_bytes(32))


def _begun(session: Session, person_id: int, choice: Choice, items: list[int], seed: bytes) -> Round:
    made = Round(
        person_id=person_id,
        way=choice.way,
        subject=choice.subject,
        point=choice.point,
        items=items,
        seed=seed,
        answered=0,
        right=0,
        started_at=now(),
    )
    session.add(made)
    session.flush()
    return made


def answer(
    session: Session, held: Round, place: int, question: Question, *, response: Any, seconds: int | None
) -> Answer:
    """Keep an answer, None for none, and what follows from it; a place answered before keeps its first answer."""
    kept = queries.answers(session, held.id)
    if place in kept:
        return kept[place]
    made = answered(session, held, place, question, response=response, seconds=seconds)
    remember(session, made)
    session.add(made)
    session.flush()
    if queries.next_place(session, held) is None:
        end(held)
    return made


def answered(
    session: Session,
    held: Round,
    place: int,
    question: Question,
    *,
    response: Any,
    seconds: int | None,
    rules: Rules = DEFAULT,
) -> Answer:
    """An answer as it is to be kept, scored by these rules and counted in its round; neither added to the session nor remembered."""
    version = question.version
    blank = response is None or version.interaction.is_blank(response)
    share = 0 if blank else thousandths(version.interaction.score(version.body, response, rules))
    spent = seconds if seconds is not None and 0 <= seconds <= LONGEST_SECONDS else None
    card = session.get(Card, (held.person_id, question.item_id))
    usual = queries.usual_seconds(session, question.item_id)
    held.answered += 1
    held.right += share == RIGHT
    return Answer(
        round_id=held.id,
        place=place,
        person_id=held.person_id,
        item_id=question.item_id,
        item_version_id=question.version_id,
        response=None if blank else response,
        share=share,
        seconds=spent,
        rating=spacing.rating_of(share / RIGHT, spent, usual, card.quick if card else 0),
        at=now(),
    )


def thousandths(share: Fraction) -> int:
    """A share of the marks as it is kept: all only where it is all, none only where it is none."""
    rounded = round(share * RIGHT)
    return rounded if share in (0, 1) else min(max(rounded, 1), RIGHT - 1)


def end(held: Round) -> None:
    """End a round; what was not answered is left out."""
    held.ended_at = held.ended_at or now()


def star(session: Session, person_id: int, item_id: int, *, on: bool) -> None:
    """Make an item a favourite, or none any more."""
    kept = session.get(Favourite, (person_id, item_id))
    if on and kept is None:
        session.add(Favourite(person_id=person_id, item_id=item_id, at=now()))
    elif not on and kept is not None:
        session.delete(kept)


def remember(session: Session, given: Answer) -> None:
    """Bring what is known of the item up to the answer."""
    usual = queries.usual_seconds(session, given.item_id)
    card = session.get(Card, (given.person_id, given.item_id))
    if card is None:
        card = Card(person_id=given.person_id, item_id=given.item_id, record=spacing.first(given.at).to_record())
        card.answered, card.quick, card.mistaken = 0, 0, False
        session.add(card)
    before = spacing.Card.from_record(card.record)
    after = spacing.reviewed(before, given.rating, max(given.at, before.last or given.at))
    card.record = after.to_record()
    card.due = after.due if given.share == RIGHT else given.at
    card.answered += 1
    card.share, card.answered_at = given.share, given.at
    card.quick = card.quick + 1 if spacing.quick(given.share / RIGHT, given.seconds, usual) else 0
    _judge(card, given.at.astimezone(BUREAU_ZONE).date())


def _judge(card: Card, day: date) -> None:
    """A wrong answer makes a mistake of it; right answers on two different days take it off the list."""
    if card.share < RIGHT:
        card.mistaken, card.right_on = True, None
    elif card.right_on is None:
        card.right_on = day
    elif card.right_on != day:
        card.mistaken = False
