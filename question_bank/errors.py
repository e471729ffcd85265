"""The errors of the question bank: each kind has a stable code and carries the facts."""


class BankError(Exception):
    """Base of all refusals of this package; the web layer has the sentence for `code`."""

    code = "bank.error"

    def __init__(self, **facts: object) -> None:
        super().__init__(self.code, facts)
        self.facts = facts


class BadResponse(BankError):
    """What was sent is no response to this question. Fact: `reason`."""

    code = "bank.bad_response"


class PoolTooSmall(BankError):
    """The pool cannot fill the blueprint. Facts: `sections`, `wanted`, `held`."""

    code = "bank.pool_too_small"


class UnreadableFile(BankError):
    """A file that is not what its format says. Facts: `reason` and, where known, `line`."""

    code = "bank.unreadable_file"


class UnknownRecord(BankError):
    """A stored record of a format this release does not know. Fact: `format`."""

    code = "bank.unknown_record"


class NotAllowed(BankError):
    """An item cannot be moved on so. Facts: `move` and `reason` ("state", "author" or "comment")."""

    code = "bank.not_allowed"
