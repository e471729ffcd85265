"""Who sends a request: the one query that every page of a signed-in person needs."""

from dataclasses import dataclass
from datetime import datetime

from lms.accounts.policy import Grant, Role, Viewer
from lms.direct import ask, moment_of, value_of


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one request needs to know of its session."""

    viewer: Viewer
    last_seen_at: datetime
    second_factor_asked: bool


#: every request of a signed-in person runs it
_VIEWER = """
SELECT s.id, s.public_id, s.last_seen_at, s.second_factor_passed, s.second_factor_asked, s.password_change_due,
p.id, p.public_id, p.name, p.locale, u.id, u.name, u.path, g.role, g.scope, g.thing_id, r.path
FROM login_session s JOIN person p ON p.id = s.person_id
LEFT JOIN posting o ON o.person_id = p.id AND o.to_date IS NULL
LEFT JOIN unit u ON u.id = o.unit_id
LEFT JOIN role_grant g ON g.person_id = p.id AND g.starts_at <= ? AND (g.ends_at IS NULL OR g.ends_at > ?)
LEFT JOIN unit r ON r.id = g.unit_id
WHERE s.token_hash = ? AND s.ended_at IS NULL AND s.ends_at > ? AND s.last_seen_at > ? AND p.enabled
""".lstrip()
_GRANT = 13  # where the columns of a grant begin


def viewer_of(token_hash: bytes, *, now: datetime, idle_since: datetime) -> Loaded | None:
    """The person of a live session, with unit and roles, in one query; None when it ended or the account did."""
    moment = value_of(now)
    rows = ask(_VIEWER, (moment, moment, token_hash, moment, value_of(idle_since)))
    if not rows:
        return None
    session_id, session_public_id, seen, passed, asked, due, own_id, public_id, name, locale, *unit = rows[0][:_GRANT]
    grants = (row[_GRANT:] for row in rows)
    return Loaded(
        Viewer(
            id=own_id,
            public_id=public_id,
            name=name,
            unit_id=unit[0],
            unit_name=unit[1],
            unit_path=unit[2],
            locale=locale,
            session_id=session_id,
            grants=tuple(
                Grant(Role(role), scope, reached or "/", thing) for role, scope, thing, reached in grants if role
            ),
            second_factor_passed=bool(passed),
            password_change_due=bool(due),
            session_public_id=session_public_id,
        ),
        moment_of(seen),
        bool(asked),
    )
