"""What is wrong with a row, in sentences."""

from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from lms.roster.check import Complaint

COLUMN_NAMES: dict[str, dict[str, LazyString]] = {
    "units": {
        "code": lazy_gettext("Unit code"),
        "name": lazy_gettext("Unit name"),
        "parent": lazy_gettext("Code of the unit above"),
        "kind": lazy_gettext("Kind of unit"),
        "order": lazy_gettext("Order"),
    },
    "people": {
        "staff_number": lazy_gettext("Staff number"),
        "name": lazy_gettext("Name"),
        "unit": lazy_gettext("Unit code"),
        "unit_name": lazy_gettext("Unit name"),
        "post": lazy_gettext("Post"),
        "rank": lazy_gettext("Rank"),
        "from_date": lazy_gettext("In post since"),
        "state": lazy_gettext("State"),
    },
    "files": {
        "staff_number": lazy_gettext("Staff number"),
        "name": lazy_gettext("Name"),
        "gender": lazy_gettext("Gender"),
        "born": lazy_gettext("Year and month of birth"),
        "id_number": lazy_gettext("Number of the identity card"),
        "ethnicity": lazy_gettext("Ethnic group"),
        "political": lazy_gettext("Political status"),
        "education": lazy_gettext("Education"),
        "degree": lazy_gettext("Degree"),
        "category": lazy_gettext("Category of cadre"),
        "appointed_on": lazy_gettext("Appointed to the present post on"),
        "from_date": lazy_gettext("From this day on"),
        "reason": lazy_gettext("Reason"),
    },
}
REASONS: dict[str, LazyString] = {
    "missing": lazy_gettext("must be given"),
    "too_long": lazy_gettext("is longer than %(limit)s"),
    "unprintable": lazy_gettext("holds signs that cannot be printed"),
    "number_lost": lazy_gettext("was kept by the spreadsheet as a rounded number; enter it as text"),
    "not_a_number": lazy_gettext("is not a number"),
    "not_a_date": lazy_gettext("is not a date"),
    "duplicate": lazy_gettext("stands already in %(row)s"),
    "unknown_unit": lazy_gettext("is no unit known here"),
    "unknown_kind": lazy_gettext("is no kind of unit; write 局, 分局 or 所"),
    "ambiguous_unit": lazy_gettext("is the name of %(count)s units; give the unit code"),
    "closed": lazy_gettext("is a unit that was closed"),
    "cycle": lazy_gettext("stands below itself"),
    "parent_bad": lazy_gettext("the unit above, in %(row)s, cannot be taken"),
    "outside": lazy_gettext("does not belong to your part of the organisation"),
    "staff_number": lazy_gettext("is no staff number; letters, digits, dots and hyphens, at most 40"),
    "left": lazy_gettext("people who left are not taken; the security administrator closes their account"),
    "future_day": lazy_gettext("lies in the future"),
    "formula": lazy_gettext("is a formula; write the value itself"),
    "unknown_person": lazy_gettext("is the number of nobody whose personnel file you keep"),
    "other_name": lazy_gettext("is not the name that belongs to the staff number"),
    "no_choice": lazy_gettext("is none of these: %(choices)s"),
    "not_a_month": lazy_gettext("is no month that has passed; write 1984-05"),
    "id_number": lazy_gettext("is no number of an identity card; its last character checks the others"),
    "too_early": lazy_gettext("lies before 1950"),
    "too_short": lazy_gettext("is shorter than %(limit)s"),
    "later_known": lazy_gettext("lies before %(day)s, from which on the file says something else"),
    "before_posting": lazy_gettext("lies before the present posting, which began on %(day)s"),
}
UNFIT: dict[str, LazyString] = {
    "kind": lazy_gettext("Save the file as .xlsx or .csv and send it again."),
    "empty": lazy_gettext("The file is empty."),
    "too_large": lazy_gettext("The file is larger than 10 MB; split it."),
    "too_many": lazy_gettext("The file has more rows than can be taken at once; split it."),
    "encoding": lazy_gettext("The text is neither UTF-8 nor GB18030; save the file as .xlsx."),
    "damaged": lazy_gettext("The file is damaged; open it in a spreadsheet program and save it again."),
    "packed": lazy_gettext("The file unpacks to more than can be read; copy the rows into a new file."),
    "many_sheets": lazy_gettext("The file has too many sheets."),
    "header": lazy_gettext("No header was found. The first rows must name these columns: %(columns)s"),
}


def column_name(kind: str, column: str) -> str:
    """A column as people call it, in the language of the request."""
    return str(COLUMN_NAMES[kind].get(column, column))


def reason_of(complaint: Complaint) -> str:
    """Why, in the language of the request."""
    return str(REASONS[complaint.code]) % dict(complaint.facts)


def told(kind: str, complaint: Complaint) -> str:
    """A whole complaint on one line: column, value, reason."""
    value = f" {complaint.value}" if complaint.value else ""
    return f"{column_name(kind, complaint.column)}{value}: {reason_of(complaint)}"
