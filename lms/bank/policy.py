"""Who may see and change which pool."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.policy import Act, Viewer, may
from lms.bank.models import Pool
from lms.errors import NotFound


def access_pool(session: Session, viewer: Viewer, public_id: str, act: Act) -> Pool:
    """The pool, for somebody who may do `act` with it; raises NotFound for everybody else."""
    pool = session.scalar(select(Pool).where(Pool.public_id == public_id))
    if pool is None or not (may(viewer, act) or may(viewer, act, thing_id=public_id)):
        raise NotFound
    return pool
