"""The errors of courseware: each kind has a stable code and carries the facts."""


class CoursewareError(Exception):
    """Base of all refusals of this package; the web layer has the sentence for `code`."""

    code = "courseware.error"

    def __init__(self, **facts: object) -> None:
        super().__init__(self.code, facts)
        self.facts = facts


class BadHours(CoursewareError):
    """Not a number of hours in whole quarters. Fact: `value`."""

    code = "courseware.bad_hours"


class BadCatalogue(CoursewareError):
    """The list of subjects cannot be used. Fact: `problems`, a tuple of Problem."""

    code = "courseware.bad_catalogue"


class UnknownRecord(CoursewareError):
    """A stored record of a unit that this release cannot read. Fact: `format`."""

    code = "courseware.unknown_record"


class BadRule(CoursewareError):
    """A rule, course or plan that cannot be used. Facts: `field`, where it is wrong (`all.0.rank`), and `why`."""

    code = "courseware.bad_rule"


class BadMove(CoursewareError):
    """A class cannot take that step from where it is. Facts: `state`, `move`."""

    code = "courseware.bad_move"
