"""The errors of the question bank: each kind has a stable code and carries the facts."""


class BankError(Exception):
    """Base of all refusals of this package; the web layer has the sentence for `code`."""

    code = "bank.error"

    def __init__(self, **facts: object) -> None:
        super().__init__(self.code, facts)
        self.facts = facts
