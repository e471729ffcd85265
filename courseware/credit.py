"""What learning is worth: a completed unit earns its study hours, once."""

from courseware.hours import Hours
from courseware.progress import ProgressState
from courseware.unit import Unit


def credit(unit: Unit, state: ProgressState) -> Hours | None:
    """
    The hours that completing `unit` earns, None as long as it is not completed.

    A state has one completion however often the unit is taken, so the hours are earned once. They are those of the
    version completed: whoever keeps the register writes them down then, and a later version changes nothing.
    """
    return unit.hours if state.is_completed else None
