"""The comparison of essays, in a process of its own (`lms.apart`): it keeps a processor busy for long."""

from collections.abc import Callable, Mapping
from typing import Any

from lms import apart
from question_bank.analysis.similarity import Alike, alike, compared


def listed(settings: Mapping[str, Any], told: Callable[[int], object]) -> list[dict[str, Any]]:
    """Of each of the `questions` (`task` and `texts`) how many texts are too short and the pairs worth a look, `most` of them;
    `told` hears how many texts were prepared.
    """
    found, before = [], 0
    for question in settings["questions"]:
        texts = question["texts"]

        def done(count: int, before: int = before) -> None:
            told(before + count)

        pairs = alike(texts, question["task"], done=done, most=settings["most"])
        found.append({"short": sum(not compared(text) for text in texts), "pairs": [_pair(one) for one in pairs]})
        before += len(texts)
    return found


def _pair(one: Alike) -> dict[str, Any]:
    return {
        "first": one.first,
        "second": one.second,
        "containment": one.containment,
        "characters": one.characters,
        "longest": one.longest,
        "passages": [(piece.start, piece.end, piece.source_start, piece.source_end) for piece in one.passages],
    }


if __name__ == "__main__":
    _settings, _arrays = apart.given()
    apart.say(result=listed(_settings, lambda count: apart.say(done=count)))
