"""The shape of what people type; rules about its meaning are in the service."""

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import (  # type: ignore[attr-defined]  # the stubs do not know SelectChoice yet
    HiddenField,
    PasswordField,
    SelectChoice,
    SelectField,
    StringField,
)
from wtforms.validators import EqualTo, InputRequired, Length

from lms.accounts.passwords import LONGEST

_REQUIRED = InputRequired(lazy_gettext("Please fill this in."))
_PASSWORD = Length(max=LONGEST, message=lazy_gettext("At most %(max)d characters."))


class SignInForm(FlaskForm):
    """Staff number and password."""

    staff_number = StringField(
        lazy_gettext("Staff number"),
        validators=[_REQUIRED, Length(max=80)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "maxlength": "80"},
    )
    password = PasswordField(
        lazy_gettext("Password"),
        validators=[_REQUIRED, _PASSWORD],
        render_kw={"autocomplete": "current-password"},
    )
    next = HiddenField()


class CodeForm(FlaskForm):
    """A one-time code from a device, or a recovery code."""

    code = StringField(
        lazy_gettext("One-time code"),
        validators=[_REQUIRED, Length(max=40)],
        render_kw={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false", "maxlength": "40"},
    )
    next = HiddenField()


class NewPasswordForm(FlaskForm):
    """A new password, twice."""

    new = PasswordField(
        lazy_gettext("New password"),
        validators=[_REQUIRED, _PASSWORD],
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        lazy_gettext("New password again"),
        validators=[_REQUIRED, EqualTo("new", lazy_gettext("The two entries differ."))],
        render_kw={"autocomplete": "new-password"},
    )


class ChangePasswordForm(NewPasswordForm):
    """The old password and a new one."""

    old = PasswordField(
        lazy_gettext("Present password"),
        validators=[_REQUIRED, _PASSWORD],
        render_kw={"autocomplete": "current-password"},
    )
    next = HiddenField()


class ActivateForm(NewPasswordForm):
    """Staff number, activation code and the password to begin with."""

    staff_number = StringField(
        lazy_gettext("Staff number"),
        validators=[_REQUIRED, Length(max=80)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "maxlength": "80"},
    )
    code = StringField(
        lazy_gettext("Activation code"),
        validators=[_REQUIRED, Length(max=40)],
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "maxlength": "40"},
    )


class GrantForm(FlaskForm):
    """A role for a part: the choices of role and unit come from the route."""

    role = SelectField(lazy_gettext("Role"), validators=[_REQUIRED])
    scope = SelectField(
        lazy_gettext("Reaches"),
        choices=[
            SelectChoice("organisation", lazy_gettext("a part of the organisation")),
            SelectChoice("pool", lazy_gettext("one question pool")),
            SelectChoice("exam", lazy_gettext("one exam")),
        ],
    )
    unit = SelectField(lazy_gettext("Unit and all below it"), validate_choice=True)
    thing = StringField(
        lazy_gettext("Identifier of the pool or exam"),
        description=lazy_gettext("The 22 characters at the end of its address; only for a pool or an exam."),
        validators=[Length(max=22)],
        render_kw={"autocomplete": "off", "spellcheck": "false", "maxlength": "22"},
    )
    reason = StringField(
        lazy_gettext("Reason"),
        description=lazy_gettext("Goes into the audit log, e.g. the number of the order."),
        validators=[_REQUIRED, Length(max=200)],
        render_kw={"maxlength": "200"},
    )


class WithdrawForm(FlaskForm):
    """Why a role ends."""

    reason = StringField(lazy_gettext("Reason"), validators=[Length(max=200)])
