"""Fields of forms that several features have."""

from flask_babel import gettext
from wtforms import DecimalField, IntegerField, SelectMultipleField, StringField, TextAreaField
from wtforms.widgets import CheckboxInput, ListWidget

from lms.i18n import plain

MOST_MARKS = 1_000_000
#: control characters, marks and overrides of direction, characters without width; what parts words becomes a space
_UNSEEN: dict[int, str | None] = dict.fromkeys(
    [
        *range(0x20),
        *range(0x7F, 0xA0),
        0xAD,
        0x61C,
        *range(0x200B, 0x2010),
        *range(0x2028, 0x202F),
        *range(0x2060, 0x2070),
        0xFEFF,
    ]
) | dict.fromkeys(b"\t\n\r", " ")


class WholeField(IntegerField):
    """A whole number of at most nine characters; a validator would stumble over a longer one."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Refuse the text before it becomes a number."""
        if any(len(text.strip()) > 9 for text in valuelist):
            self.data = None
            raise ValueError(gettext("Please give a whole number of at most nine digits."))
        super().process_formdata(valuelist)


class CheckboxesField(SelectMultipleField):
    """Several choices as checkboxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class MarksField(DecimalField):
    """Marks: finite, with at most two decimals, as they are stored."""

    def _value(self) -> str:
        """What was typed, else the marks without zeros that say nothing."""
        typed: str = super()._value()  # type: ignore[misc]  # the stubs leave it out
        return typed if self.raw_data or self.data is None else plain(self.data)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Refuse what marks cannot be, NaN among it, before anything is compared with it."""
        super().process_formdata(valuelist)
        value = self.data
        if value is not None and not (value.is_finite() and abs(value) < MOST_MARKS and value * 100 % 1 == 0):
            self.data = None
            raise ValueError(gettext("Please give a number with at most two decimals."))


class LineField(StringField):
    """One line without spaces around it, and without signs that nobody sees."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Strip it, and what would let a list or a paper show another text than is stored."""
        super().process_formdata([value.translate(_UNSEEN).strip() for value in valuelist])


class WordsField(TextAreaField):
    """Some lines without spaces around them."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Strip them, and what no database takes."""
        super().process_formdata([value.replace("\0", "").replace("\r\n", "\n").strip() for value in valuelist])
