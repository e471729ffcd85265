"""Making the demonstration, from the organisation to the finished exam."""

from dataclasses import dataclass

from flask import Flask

from lms.accounts.policy import Role
from lms.clock import now
from lms.database import reading, writing
from lms.demo import accounts, exams, learning, marking, organisation
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
    learning.build(app, [office[3], *office[:3], *others], chance, now=moment)
    numbers = {account.role: account.staff_number for account in printed}
    bureau = {person.staff_number: person for person in made.people[made.bureau.id]}
    examiner, marker = bureau[numbers[Role.EXAMINER]], bureau[numbers[Role.MARKER]]
    exams.build(app, made, examiner, chance, now=moment)
    marking.build(app, made, examiner, marker, chance, now=moment)
    reading().rollback()
    return Made(printed)
