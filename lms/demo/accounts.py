"""One account a role, each with a fresh password that is printed once and stored only as its hash."""

import secrets
from dataclasses import dataclass

from sqlalchemy.orm import Session

from lms.accounts import service
from lms.accounts.policy import Role
from lms.accounts.queries import PersonRow, UnitRow
from lms.demo.organisation import Organisation

#: easy to type; a password is six of these 64 and a number: 42 bits
_SYLLABLES = [a + b for a in "bdfgklmnprstvwxz" for b in ("ai", "ei", "ou", "an")]


@dataclass(frozen=True, slots=True)
class Account:
    """What is printed."""

    role: Role
    staff_number: str
    name: str
    unit: str
    password: str


def build(session: Session, organisation: Organisation) -> list[Account]:
    """Give roles to people of the bureau (a manager to a branch, a cadre to an office) and passwords to them."""
    bureau = organisation.people[organisation.bureau.id]
    branch, office = organisation.branches[0], organisation.offices[0]
    holders: list[tuple[Role, PersonRow, UnitRow | None]] = [
        (Role.CADRE, organisation.people[office.id][3], office),
        (Role.EXAMINER, bureau[10], None),
        (Role.REVIEWER, bureau[11], None),
        (Role.INVIGILATOR, bureau[12], None),
        (Role.MARKER, bureau[13], None),
        (Role.LIBRARIAN, bureau[14], None),
        (Role.TRAINING_MANAGER, organisation.people[branch.id][2], branch),
        (Role.SYSTEM_ADMIN, bureau[15], None),
        (Role.SECURITY_ADMIN, bureau[16], None),
        (Role.AUDITOR, bureau[17], None),
    ]
    made = [_account(session, role, person, unit) for role, person, unit in holders]
    head = bureau[18]
    made.append(_account(session, Role.TRAINING_MANAGER, head, None))
    return made


def _account(session: Session, role: Role, person: PersonRow, unit: UnitRow | None) -> Account:
    if role is not Role.CADRE:
        service.grant_role(session, person.id, role, unit_id=unit.id if unit else None, reason="demonstration", by=None)
    password = "-".join(secrets.choice(_SYLLABLES) + secrets.choice(_SYLLABLES) for _ in range(3))
    password = f"{password}-{secrets.randbelow(90) + 10}"
    service.set_password(session, person.id, password=password)
    return Account(role, person.staff_number, person.name, person.unit_name or "", password)
