"""The page of an attempt that goes on: pieces that are kept, filled with one candidate's paper.

Nothing here asks Flask who is there: the application and the short way (`lms.sitting.express`) call it alike.
"""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import escape

from lms.accounts.policy import Viewer
from lms.database import dumps, reading
from lms.exams import queries as exams
from lms.i18n import moment
from lms.sitting import files, journal, page, papers, sent
from lms.sitting.packed import Part, joined, plain
from lms.sitting.paper import material, shown_answers
from lms.sitting.policy import Sat
from question_bank.assembly import Form
from question_bank.attempt import Attempt as State
from question_bank.attempt import replay
from question_bank.item import ItemVersion
from question_bank.timing import GRACE

#: an attempt in which nothing has happened but its start
EMPTY = State(last=1)


def player(
    sat: Sat, person: Viewer, *, headers: Mapping[str, str], root: str, theme: str,
    camera: Mapping[str, object] | None = None,
) -> bytes:  # fmt: skip
    """The page, in UTF-8, in the language of this context. `headers` are what its script sends, `root` begins our addresses,
    `camera` is for the script that takes pictures.

    Raises NotKept outside of a request, where what all candidates of the exam share is still to be rendered.
    """
    form, versions = papers.sat(sat.attempt.public_id).form, exams.snapshot_of(sat.exam.id)
    shell = page.shell_of(sat.exam, form, theme)
    return page.filled(shell, _own(sat, person, headers, root, camera), page.paper_html(form, versions))


def packed_player(
    sat: Sat, person: Viewer, middle: Part, *, headers: Mapping[str, str], root: str, theme: str
) -> bytes:
    """The same for an attempt that begins and takes no pictures, with what was drawn of it ahead; by content coding "deflate"."""
    head, tail = page.packed_ends(page.shell_of(sat.exam, papers.sat(sat.attempt.public_id).form, theme))
    own = _own(sat, person, headers, root, None)
    return joined([head, plain(own["person"]), middle, plain(own["settings"]), tail])


def _own(
    sat: Sat, person: Viewer, headers: Mapping[str, str], root: str, camera: Mapping[str, object] | None
) -> dict[str, bytes]:
    """What the page has of its own beside the paper."""
    form, versions = papers.sat(sat.attempt.public_id).form, exams.snapshot_of(sat.exam.id)
    state = replay(journal.events(reading(), sat.attempt.id)) if sat.attempt.last_event > 1 else EMPTY
    settings = _settings(sat, form, versions, state) | _addresses(f"{root}/sitting/{sat.attempt.public_id}")
    if files.asks_files(form, versions):
        settings["files"] = _files(sat, f"{root}/sitting/{sat.attempt.public_id}/files")
    settings |= {"headers": headers, "words": page.kept_words(_words), "camera": camera}
    return {
        "person": escape(f"{person.name} · {person.unit_name or ''}").encode(),
        "settings": htmlsafe_json_dumps(settings, dumps=dumps).encode(),
    }


def _settings(sat: Sat, form: Form, versions: Mapping[int, ItemVersion], state: State) -> dict[str, Any]:
    return {
        "attempt": sat.attempt.public_id,
        "last": sat.attempt.last_event,
        "remaining": sent.remaining(sat.attempt.time),
        "paused": sat.attempt.paused_at is not None,
        "extra": sat.attempt.extra_seconds,
        "grace": int(GRACE.total_seconds() * 1000) + 1500,
        "answers": shown_answers(form, versions, state.answers),
        "flags": sorted(state.flagged),
        "presentation": sat.exam.blueprint.presentation,
        "material": material(form, versions),
    }


def _files(sat: Sat, address: str) -> dict[str, Any]:
    """What the script needs to send files: where to, when those that stand were taken, what it says."""
    held = files.answered(sat.attempt.id) if sat.attempt.last_event > 1 else []
    return {
        "url": address,
        "at": {one.number: moment(one.at) for one in held},
        "words": page.kept_words(_file_words, "files"),
    }


def _addresses(here: str) -> dict[str, str]:
    return {
        "eventsUrl": f"{here}/events",
        "stateUrl": f"{here}/state",
        "handInUrl": f"{here}/hand-in",
        "resultUrl": f"{here}/result",
        "selfUrl": here,
    }


def _words() -> dict[str, str]:
    """What the script says."""
    return {
        "saved": gettext("Saved"),
        "sending": gettext("Saving"),
        "unsaved": gettext("Not saved yet: kept on this computer"),
        "unkept": gettext("Not saved yet: keep this page open"),
        "minutesLeft": gettext("{minutes} minutes left"),
        "minuteLeft": gettext("One minute left"),
        "moreTime": gettext("The invigilator has given you {minutes} more minutes."),
        "goesOn": gettext("The exam goes on. You have as much time as before the pause."),
    }


def _file_words() -> dict[str, str]:
    """What the script says of files."""
    return {
        "sending": gettext("Sending the file: {percent}"),
        "looking": gettext("The file has arrived and is being looked through."),
        "empty": gettext("The file is empty. Choose another one."),
        "tooLarge": gettext("The file is larger than {megabytes} MB. Make it smaller, or choose another one."),
        "ending": gettext("Files of this kind are not taken. Choose one that ends in: {endings}."),
        "network": gettext(
            "The file did not reach the server. It is sent again as soon as there is a network; keep this page open."
        ),
        "unsent": gettext("The file is not handed in yet."),
        "taken": gettext("handed in at {moment}"),
    }
