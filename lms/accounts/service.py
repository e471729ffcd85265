"""Everything that can be done to people and the organisation; other features import it from here.

Unless a function says otherwise it takes an open transaction (`with writing() as session`) as its subject, so
that a use case of any feature stays one transaction, and writes its own audit entry.
"""

from lms.accounts.credentials import (
    change_password,
    check_new_password,
    issue_activation,
    new_recovery_codes,
    remove_second_factor,
    set_password,
    store_password,
)
from lms.accounts.organisation import add_unit, close_unit, merge_units, move_unit, update_unit
from lms.accounts.people import (
    add_person,
    normal_staff_number,
    post_person,
    rename_person,
    retire_person,
    set_enabled,
    set_locale,
    update_person,
)
from lms.accounts.roles import grant_role, withdraw_role
from lms.accounts.sessions import Begun, begin_session, end_all, end_session, live_sessions

__all__ = [
    "Begun",
    "add_person",
    "add_unit",
    "begin_session",
    "change_password",
    "check_new_password",
    "close_unit",
    "end_all",
    "end_session",
    "grant_role",
    "issue_activation",
    "live_sessions",
    "merge_units",
    "move_unit",
    "new_recovery_codes",
    "normal_staff_number",
    "post_person",
    "remove_second_factor",
    "rename_person",
    "retire_person",
    "set_enabled",
    "set_locale",
    "set_password",
    "store_password",
    "update_person",
    "update_unit",
    "withdraw_role",
]
