"""Rules of study hours in the demonstration: one branch tries credits, and it is worked out who stands where."""

from datetime import date

from lms import jobs
from lms.accounts.queries import PersonRow
from lms.database import reading, writing
from lms.demo.learning import viewer_of
from lms.demo.organisation import Organisation
from lms.hours import queries, service

ADOPTED, TRIED = "nanjing", "shanxi"


def build(organisation: Organisation, manager: PersonRow, *, today: date) -> None:
    """The first branch goes by the credits of Nanjing from this year on; the manager tries another set on the second."""
    branch, viewer = organisation.branches[0], viewer_of(manager)
    with writing() as session:
        (version,) = queries.versions(session, code=ADOPTED)
        (tried,) = queries.versions(session, code=TRIED)
        service.adopt(session, viewer, version, branch, since=date(today.year, 1, 1), reason="试点学分制")
        service.begin_trial(session, viewer, tried, today.year, (organisation.branches[1].path,))
        jobs.enqueue(session, service.WORK_OUT, {}, unique_key=service.WORK_OUT)
    reading().rollback()
