"""The errors of courseware: each kind has a stable code and carries the facts."""


class CoursewareError(Exception):
    """Base of all refusals of this package; the web layer has the sentence for `code`."""

    code = "courseware.error"

    def __init__(self, **facts: object) -> None:
        super().__init__(self.code, facts)
        self.facts = facts
