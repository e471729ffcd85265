"""The form of a page's video and document."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the published stubs
from wtforms.validators import NumberRange, Optional, ValidationError

from courseware.packages.settings import has_control
from courseware.unit import Page
from courseware.video import LONGEST_CHAPTER, MOST_CHAPTERS, Chapter, Skip, clock, seconds
from lms.authoring.recordings import MOST_FILE, Upload, Wish, complaints
from lms.authoring.words import sentence
from lms.fields import WholeField, WordsField

#: the fields of files by the part of the page they become
FILES = {"video": "video", "zh-CN": "captions_zh", "en": "captions_en", "pdf": "pdf"}


class RecordingForm(FlaskForm):
    """Files to put on a page or to take off, chapters, and what of the video must be watched."""

    seen = HiddenField()
    video = FileField(lazy_gettext("Video"), render_kw={"accept": ".mp4,.webm"})
    captions_zh = FileField(lazy_gettext("Chinese captions"), render_kw={"accept": ".vtt"})
    captions_en = FileField(lazy_gettext("English captions"), render_kw={"accept": ".vtt"})
    pdf = FileField(lazy_gettext("Document (PDF)"), render_kw={"accept": ".pdf"})
    chapters = WordsField(
        lazy_gettext("Chapters"),
        description=lazy_gettext("One a line, the time before the title: 00:42 Notice"),
        render_kw={"rows": 6},
    )
    skip = SelectField(
        lazy_gettext("Going ahead"),
        choices=[
            SelectChoice(Skip.FREE.value, lazy_gettext("free")),
            SelectChoice(Skip.WATCHED.value, lazy_gettext("no further than was watched")),
        ],
    )
    share = WholeField(
        lazy_gettext("Share to be watched, of a hundred"),
        [Optional(), NumberRange(0, 100)],
        description=lazy_gettext("Before it the page does not count as read; empty: nothing."),
        render_kw={"type": "number", "min": 0, "max": 100},
    )
    without_video = BooleanField(lazy_gettext("Take the video off the page"))
    without_captions_zh = BooleanField(lazy_gettext("Take the Chinese captions off"))
    without_captions_en = BooleanField(lazy_gettext("Take the English captions off"))
    without_pdf = BooleanField(lazy_gettext("Take the document off the page"))

    def validate_chapters(self, field: WordsField) -> None:
        """Each line a time and a title."""
        lines = list(_lines(field.data))
        if len(lines) > MOST_CHAPTERS:
            raise ValidationError(gettext("These are too many lines, or one is too long."))
        for number, line in lines:
            at, _space, title = line.partition(" ")
            if seconds(at) is None or not title.strip() or len(title) > LONGEST_CHAPTER or has_control(title):
                raise ValidationError(gettext("Line %(number)s is no time with a title.", number=number))

    def wish(self) -> Wish | None:
        """What was asked for; None with words at the fields where a file is not what it should be."""
        files = {part: upload for part in FILES if (upload := self._upload(part)) is not None}
        for part, upload in files.items():
            found = complaints(part, upload)
            lines = [
                gettext("Line %(number)s: %(said)s", number=one.line, said=sentence(one)) for one in found if one.line
            ]
            self[FILES[part]].errors = (lines or [sentence(one) for one in found])[:5]
        if any(self[FILES[part]].errors for part in files):
            return None
        times = (
            (seconds(line.partition(" ")[0]), line.partition(" ")[2].strip()) for _n, line in _lines(self.chapters.data)
        )
        return Wish(
            files=files,
            without=frozenset(part for part, name in FILES.items() if self[f"without_{name}"].data),
            chapters=tuple(Chapter(at or 0, title) for at, title in times),
            skip=Skip(self.skip.data),
            share=Fraction(int(self.share.data or 0), 100),
        )

    def _upload(self, part: str) -> Upload | None:
        sent = self[FILES[part]].data
        if not sent or not getattr(sent, "filename", ""):
            return None
        return Upload(str(sent.filename)[-200:], sent.read(MOST_FILE + 1))

    @staticmethod
    def of(page: Page) -> dict[str, Any]:
        """A page as the form's values."""
        video = page.video
        if video is None:
            return {"skip": Skip.FREE.value}
        return {
            "chapters": "\n".join(f"{clock(one.at)} {one.title}" for one in video.chapters),
            "skip": video.skip.value,
            "share": int(video.share * 100) or None,
        }


def _lines(text: str | None) -> Iterator[tuple[int, str]]:
    """The lines that hold something, with their numbers; any white space parts time and title."""
    for number, line in enumerate((text or "").split("\n"), 1):
        if line.strip():
            yield number, " ".join(line.split())
