"""What a format cannot carry, found by writing items and reading them again: what comes back changed is a loss."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from question_bank.formats.columns import plain
from question_bank.formats.pictures import named
from question_bank.formats.record import to_record
from question_bank.formats.refusal import Imported, Refusal
from question_bank.item import ItemVersion
from question_bank.problem import shortened


def losses_of(
    items: Sequence[ItemVersion], *, write: Callable[..., bytes], read: Callable[..., Imported]
) -> tuple[Refusal, ...]:
    """A line for each particular that gets lost or changed, one for an item that cannot be written at all. `write` and
    `read` are those of the format.
    """
    found: list[Refusal] = []
    for item in items:
        subjects = {plain(item.subject): item.subject} if item.subject else {}
        again = read(write([item], pictures={}), name="", subjects=subjects)
        if len(again.items) != 1:
            found.append(Refusal(item.ref, "type", item.type, "not_written"))
            continue
        found += [
            Refusal(item.ref, field, shortened(value), "not_carried")
            for field, value in _changed(_flat(item), _flat(again.items[0]))
        ]
        found += [Refusal(item.ref, "picture", picture[:12], "not_carried") for picture in sorted(named([item]))]
    return tuple(found)


def _flat(item: ItemVersion) -> dict[str, Any]:
    record = to_record(item)
    body = record.pop("body")
    return record | {f"body.{name}": value for name, value in body.items()}


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (field.removeprefix("body."), _shown(value)) for field, value in before.items() if after.get(field) != value
    ]


def _shown(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "; ".join(map(_shown, value))
    if isinstance(value, dict):
        return " ".join(map(_shown, value.values()))
    return "" if value is None else str(value)
