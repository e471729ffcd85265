"""Who may do what: roles, the acts each allows, and the part of the organisation a grant reaches.

Every feature asks here. A policy function of a feature loads a thing and authorises in one call; "not yours"
is raised as NotFound, the same as "not there".
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString
from flask_login import UserMixin


class Role(StrEnum):
    """The roles a person can be given. Everybody who has an account is a cadre."""

    CADRE = "cadre"
    EXAMINER = "examiner"
    REVIEWER = "reviewer"
    INVIGILATOR = "invigilator"
    MARKER = "marker"
    LIBRARIAN = "librarian"
    TRAINING_MANAGER = "training-manager"
    SYSTEM_ADMIN = "system-admin"
    SECURITY_ADMIN = "security-admin"
    AUDITOR = "auditor"


ROLE_NAMES: dict[Role, LazyString] = {
    Role.CADRE: lazy_gettext("Cadre"),
    Role.EXAMINER: lazy_gettext("Examiner"),
    Role.REVIEWER: lazy_gettext("Reviewer"),
    Role.INVIGILATOR: lazy_gettext("Invigilator"),
    Role.MARKER: lazy_gettext("Marker"),
    Role.LIBRARIAN: lazy_gettext("Librarian"),
    Role.TRAINING_MANAGER: lazy_gettext("Training manager"),
    Role.SYSTEM_ADMIN: lazy_gettext("System administrator"),
    Role.SECURITY_ADMIN: lazy_gettext("Security administrator"),
    Role.AUDITOR: lazy_gettext("Auditor"),
}


class Act(StrEnum):
    """What a role allows. Routes name these in `requires`."""

    LEARN = "learn"
    SEE_PEOPLE = "people.see"
    IMPORT_PEOPLE = "people.import"
    SEE_TRANSCRIPTS = "transcripts.see"
    MANAGE_HOURS = "hours.manage"
    REVOKE_EVIDENCE = "evidence.revoke"
    APPROVE_CLAIMS = "claims.approve"
    MANAGE_COURSES = "courses.manage"
    MANAGE_PLANS = "plans.manage"
    REVIEW_COURSES = "courses.review"
    MANAGE_CLASSES = "classes.manage"
    SEE_BANK = "bank.see"
    USE_BANK = "bank.use"
    EDIT_BANK = "bank.edit"
    REVIEW_ITEMS = "bank.review"
    MANAGE_EXAMS = "exams.manage"
    SUPERVISE = "exams.supervise"
    MARK = "marking.mark"
    MANAGE_LIBRARY = "library.manage"
    RUN_SYSTEM = "system.run"
    GRANT_ROLES = "security.grant"
    CONTROL_ACCOUNTS = "security.accounts"
    READ_AUDIT = "audit.read"


ALLOWS: dict[Role, frozenset[Act]] = {
    Role.CADRE: frozenset({Act.LEARN}),
    Role.EXAMINER: frozenset({Act.SEE_BANK, Act.USE_BANK, Act.EDIT_BANK, Act.MANAGE_EXAMS}),
    Role.REVIEWER: frozenset({Act.SEE_BANK, Act.REVIEW_ITEMS}),
    Role.INVIGILATOR: frozenset({Act.SUPERVISE}),
    Role.MARKER: frozenset({Act.MARK}),
    Role.LIBRARIAN: frozenset({Act.MANAGE_LIBRARY}),
    Role.TRAINING_MANAGER: frozenset(
        {
            Act.SEE_PEOPLE,
            Act.IMPORT_PEOPLE,
            Act.SEE_TRANSCRIPTS,
            Act.REVOKE_EVIDENCE,
            Act.APPROVE_CLAIMS,
            Act.MANAGE_COURSES,
            Act.REVIEW_COURSES,
            Act.MANAGE_PLANS,
            Act.MANAGE_CLASSES,
            Act.MANAGE_HOURS,
        }
    ),
    Role.SYSTEM_ADMIN: frozenset({Act.RUN_SYSTEM, Act.SEE_PEOPLE}),
    Role.SECURITY_ADMIN: frozenset({Act.GRANT_ROLES, Act.CONTROL_ACCOUNTS, Act.SEE_PEOPLE}),
    Role.AUDITOR: frozenset({Act.READ_AUDIT}),
}

#: roles of which one person may hold at most one (GB/T 22239 "three administrators apart")
APART = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR})

#: roles whose holders need a one-time code besides the password
PRIVILEGED = frozenset(Role) - {Role.CADRE}


@dataclass(frozen=True, slots=True)
class Grant:
    """A role given for a part: an organisation subtree (`unit_path` prefix), one pool or one exam."""

    role: Role
    #: "organisation", "pool" or "exam"
    scope: str = "organisation"
    #: path of the unit, e.g. "/1/4/"; everything below it is reached too
    unit_path: str = "/"
    #: public id of the pool or exam, None for an organisation grant
    thing_id: str | None = None


@dataclass(frozen=True, slots=True)
class Viewer(UserMixin):
    """The person a request comes from, as values: what pages and policies need, loaded in one query or two."""

    id: int
    public_id: str
    name: str
    unit_id: int | None
    unit_name: str | None
    #: path of the person's present unit, e.g. "/1/4/23/"
    unit_path: str | None
    locale: str | None
    session_id: int
    grants: tuple[Grant, ...] = ()
    #: whether this session has given its second factor, where one is needed
    second_factor_passed: bool = True
    #: whether nothing else may be done before the password is changed
    password_change_due: bool = False
    #: public id of the session, as the list of one's sessions shows it
    session_public_id: str = ""

    def get_id(self) -> str:
        """What Flask-Login calls the person."""
        return self.public_id

    @property
    def roles(self) -> frozenset[Role]:
        """Every role held, cadre included."""
        return frozenset({Role.CADRE} | {grant.role for grant in self.grants})

    @property
    def role_names(self) -> list[str]:
        """The given roles in the language of the request, in the order of `Role`; empty for a mere cadre."""
        return [str(ROLE_NAMES[role]) for role in Role if role in self.roles and role is not Role.CADRE]

    @property
    def acts(self) -> frozenset[Act]:
        """Everything this person may do somewhere."""
        return frozenset(act for role in self.roles for act in ALLOWS[role])


def may(viewer: Viewer, act: Act, *, unit_path: str | None = None, thing_id: str | None = None) -> bool:
    """Whether `viewer` may do `act`, to something in a unit (its path) or to one pool or exam (its public id).

    Without `unit_path` and `thing_id`: whether they may do it anywhere at all. A grant for a unit reaches all
    below it; a grant for one thing reaches that thing only.
    """
    if act in ALLOWS[Role.CADRE]:
        return True
    return any(_reaches(grant, unit_path, thing_id) for grant in viewer.grants if act in ALLOWS[grant.role])


def _reaches(grant: Grant, unit_path: str | None, thing_id: str | None) -> bool:
    if unit_path is None and thing_id is None:
        return True
    if grant.scope == "organisation":
        return unit_path is not None and unit_path.startswith(grant.unit_path)
    return thing_id is not None and grant.thing_id == thing_id


def unit_paths(viewer: Viewer, act: Act) -> tuple[str, ...]:
    """The subtrees (path prefixes) in which `viewer` may do `act`; none contains another."""
    paths = sorted({g.unit_path for g in viewer.grants if g.scope == "organisation" and act in ALLOWS[g.role]}, key=len)
    kept: list[str] = []
    for path in paths:
        if not any(path.startswith(upper) for upper in kept):
            kept.append(path)
    return tuple(kept)


def conflict(roles: Iterable[Role]) -> frozenset[Role]:
    """The roles among these that must not meet in one hand; empty when all is well."""
    held = APART & frozenset(roles)
    return held if len(held) > 1 else frozenset()
