"""Making the demonstration, from the organisation to the finished exam."""

from dataclasses import dataclass

from flask import Flask

from lms.accounts.policy import Role
from lms.clock import BUREAU_ZONE, now
from lms.database import reading, writing
from lms.demo import (
    accounts,
    authoring,
    claims,
    classes,
    evidence,
    exams,
    hours,
    learning,
    marking,
    organisation,
    particulars,
    plans,
    study,
)
from lms.demo.accounts import Account
from question_bank.chance import Chance

SEED = b"the demonstration of the academy"


@dataclass(frozen=True, slots=True)
class Made:
    """The accounts to print."""

    accounts: list[Account]


def build(app: Flask) -> Made:
    """Fill an empty, migrated installation whose content is loaded. Needs an application context."""
    chance, moment = Chance(SEED), now()
    with writing() as session:
        made = organisation.build(session, chance)
        printed = accounts.build(session, made)
    office = made.people[made.offices[0].id]
    others = chance.shuffled([person for person in made.everybody() if person not in office])
    learners = [office[3], *office[:3], *others]
    learning.build(app, learners, chance, now=moment)
    study.build(app, learners, Chance(SEED + b": study"), now=moment)
    numbers = {account.role: account.staff_number for account in printed}
    bureau = {person.staff_number: person for person in made.people[made.bureau.id]}
    managers = [account.staff_number for account in printed if account.role is Role.TRAINING_MANAGER]
    author = next(person for person in made.everybody() if person.staff_number == managers[0])
    authoring.build(app, author, bureau[managers[1]], now=moment)
    examiner, marker = bureau[numbers[Role.EXAMINER]], bureau[numbers[Role.MARKER]]
    exams.build(app, made, examiner, chance, now=moment)
    marking.build(app, made, examiner, marker, chance, now=moment)
    classes.build(app, made, office[3], chance, now=moment)
    claims.build(app, made, office[3], now=moment)
    particulars.build(made, author, Chance(SEED + b": files"), now=moment)
    plans.build(app, made, bureau[printed[-1].staff_number], chance, now=moment)
    hours.build(made, bureau[numbers[Role.TRAINING_MANAGER]], today=moment.astimezone(BUREAU_ZONE).date())
    evidence.build(app, [office[3], *office[:3], *office[4:]], bureau[numbers[Role.TRAINING_MANAGER]], now=moment)
    reading().rollback()
    return Made(printed)
