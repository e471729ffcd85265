"""Fields of forms that several features have."""

from flask_babel import gettext
from wtforms import IntegerField


class WholeField(IntegerField):
    """A whole number of at most nine characters; a validator would stumble over a longer one."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Refuse the text before it becomes a number."""
        if any(len(text.strip()) > 9 for text in valuelist):
            self.data = None
            raise ValueError(gettext("Please give a whole number of at most nine digits."))
        super().process_formdata(valuelist)
