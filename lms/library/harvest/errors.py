"""Why a harvest cannot go on: for now, or as things are."""


class Away(Exception):
    """The other side cannot answer now; the same may be asked again. `reason` is a stable word."""

    def __init__(self, reason: str, *, retry_after: int | None = None, **facts: str | int) -> None:
        super().__init__(reason)
        self.reason, self.facts = reason, facts
        #: seconds after which to ask again, as the other side says
        self.retry_after = retry_after


class Unharvestable(Exception):
    """What the other side is or says cannot be used; asking again would not help. `reason` is a stable word."""

    def __init__(self, reason: str, **facts: str | int) -> None:
        super().__init__(reason)
        self.reason, self.facts = reason, facts


class TokenOver(Exception):
    """The other side knows the token no more by which its list was to go on."""
