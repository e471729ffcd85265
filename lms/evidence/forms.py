"""Forms of evidence: revoking something, and judging a credential that somebody brings."""

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from lms.fields import LineField

LONGEST = 100_000


class RevokeForm(FlaskForm):
    """Why it holds no more."""

    reason = LineField(
        lazy_gettext("Why it is revoked"),
        description=lazy_gettext("Those who may see the transcript read it; whoever checks the code does not."),
        validators=[DataRequired(), Length(max=200)],
    )


class CredentialForm(FlaskForm):
    """A credential as text."""

    text = TextAreaField(
        lazy_gettext("The credential (JSON)"),
        validators=[DataRequired(), Length(max=LONGEST)],
        render_kw={"rows": 14, "spellcheck": "false"},
    )
