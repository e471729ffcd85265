"""Whose personnel file somebody keeps: those of the people of their units, and of who retired from there; never their own."""

from collections.abc import Iterable, Sequence

from sqlalchemy.orm import Session

from lms.accounts import queries as accounts
from lms.accounts.policy import Act, Viewer, unit_paths
from lms.accounts.queries import PersonRow
from lms.errors import NotFound


def access_file(session: Session, viewer: Viewer, person_id: str) -> PersonRow:
    """The person whose file `viewer` keeps; raises NotFound for everybody else, and for one's own."""
    person = accounts.person_by_public_id(session, person_id)
    if not kept(session, unit_paths(viewer, Act.IMPORT_PEOPLE), viewer.id, [person]):
        raise NotFound
    return person


def kept(session: Session, paths: Sequence[str], by: int, people: Iterable[PersonRow]) -> frozenset[int]:
    """Of people those whose files the person `by`, who keeps the files of the units below `paths`, may carry on."""
    others = [person for person in people if person.id != by]
    if "/" in paths:
        return frozenset(person.id for person in others)
    near = {person.id for person in others if any((person.unit_path or "/").startswith(path) for path in paths)}
    if any(person.unit_path is None for person in others):
        gone = set(session.scalars(accounts.retired(paths)))
        near |= {person.id for person in others if person.unit_path is None and person.id in gone}
    return frozenset(near)
