"""Languages and how moments and numbers are shown."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask, current_app, has_request_context, request
from flask_babel import Babel, format_datetime, get_locale, get_translations, lazy_gettext
from flask_babel.speaklater import LazyString
from flask_login import current_user
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from lms.storage import trouble

LOCALES = {"zh": "zh_Hans_CN", "en": "en"}
LOCALE_COOKIE = "language"
THEME_COOKIE = "theme"
THEMES = ("auto", "light", "dark")
LOCALE_NAMES: dict[str, LazyString] = {"zh": lazy_gettext("Chinese"), "en": lazy_gettext("English")}


def chosen_locale() -> str:
    """The person's own choice, else this browser's choice, else what the browser asks for; Chinese by default
    and outside of requests.
    """
    if not has_request_context():
        return LOCALES["zh"]
    return locale_of(_own_locale(), request.cookies, request.headers.get("Accept-Language", ""))


def locale_of(own: str | None, cookies: Mapping[str, str], accepted: str) -> str:
    """The same of a person's choice, a browser's cookies and what it says it accepts."""
    choice = own or cookies.get(LOCALE_COOKIE)
    return LOCALES[choice] if choice in LOCALES else _best(accepted)


@lru_cache(maxsize=256)
def _best(accepted: str) -> str:
    return LOCALES[parse_accept_header(accepted, LanguageAccept).best_match(list(LOCALES), default="zh") or "zh"]


def _own_locale() -> str | None:
    """The person's own choice; none where the database that knows it does not answer, which has to be said somehow."""
    try:
        own: str | None = getattr(current_user, "locale", None)
    except Exception as error:
        if trouble(error) is None:
            raise
        return None
    return own


def chosen_theme() -> str:
    """auto, light or dark, as this browser was told."""
    return theme_of(request.cookies)


def theme_of(cookies: Mapping[str, str]) -> str:
    """The same of the cookies of a browser."""
    theme = cookies.get(THEME_COOKIE, "auto")
    return theme if theme in THEMES else "auto"


def locale_code() -> str:
    """The language of the page as HTML's `lang` wants it: zh-CN or en."""
    return "en" if str(get_locale()).startswith("en") else "zh-CN"


def moment(value: datetime | None) -> str:
    """A moment on the organisation's wall clock, to the minute; a dash for none."""
    return "-" if value is None else format_datetime(value, "yyyy-MM-dd HH:mm")


def file_size(count: int) -> str:
    """Bytes as people read them: 1.2 MB, 34 KB, and 1 KB for the smallest."""
    return f"{count / 1024**2:.1f} MB" if count >= 1024**2 else f"{max(1, round(count / 1024))} KB"


def plain(value: Decimal | None) -> str:
    """An exact number as people write it: 28, 1.5; a dash for none."""
    if value is None:
        return "-"
    return f"{value.normalize():f}" if value else "0"


def _catalogue() -> Any:
    """The translations of the request's language: a page asks for dozens of words, and looking each time is dear."""
    language: str = getattr(get_locale(), "language", "")
    kept: dict[str, Any] = current_app.extensions.setdefault("i18n.catalogues", {})
    if language not in kept:
        kept[language] = get_translations()
    return kept[language]


def init_app(app: Flask) -> None:
    """Set up gettext with one catalogue in the core and one in each feature."""
    root = Path(__file__).parent
    folders = [root / "translations", *sorted(path for path in root.glob("*/translations") if path.is_dir())]
    Babel(
        app,
        default_locale="zh_Hans_CN",
        default_timezone="Asia/Shanghai",
        default_translation_directories=";".join(str(folder) for folder in folders),
        default_domain=";".join("messages" for _folder in folders),
        locale_selector=chosen_locale,
    )
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=lambda text: _catalogue().ugettext(text),
        ngettext=lambda one, many, count: _catalogue().ungettext(one, many, count),
        newstyle=True,
    )
    app.jinja_env.filters["moment"] = moment
    app.jinja_env.filters["plain"] = plain
    app.jinja_env.filters["file_size"] = file_size
