"""The bundled content as a whole: counts and everything that is wrong with it."""

from datetime import date
from typing import Any

from lms.bank import service as bank
from lms.courses import service as courses
from lms.library import service as library
from lms.subjects import SUBJECTS


def check_content(today: date) -> dict[str, Any]:
    """Counts of units, items, subjects and documents, and `problems`: a list of sentences, empty when all is well."""
    items, bank_problems = bank.check_bundled()
    units, course_problems = courses.check_bundled({item.ref: item.type for item in items}, today=today)
    documents, library_problems = library.check_bundled()
    return {
        "units": units,
        "items": len(items),
        "subjects": len(SUBJECTS),
        "documents": documents,
        "problems": [*bank_problems, *course_problems, *library_problems],
    }
