"""Assembles the application. It migrates nothing, asks nothing, phones nobody."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from flask_babel import lazy_gettext
from flask_login import current_user
from flask_wtf.csrf import generate_csrf

from lms import assets, errors, health, i18n, jobs, logs, metrics, navigation, paging, richtext, security
from lms.accounts import account_routes, gate, people_routes, role_routes
from lms.accounts import routes as accounts_routes
from lms.admin import audit_routes, job_routes, system_routes
from lms.admin import work as admin_work
from lms.admission import routes as admission_routes
from lms.admission import rule_routes as admission_rule_routes
from lms.admission import work as admission_work
from lms.analysis import calibration_routes, copying_routes, essay_routes, unit_routes
from lms.analysis import routes as analysis_routes
from lms.analysis import work as analysis_work
from lms.appeals import desk_routes as appeal_desk_routes
from lms.appeals import routes as appeals_routes
from lms.authoring import draft_routes as authoring_draft_routes
from lms.authoring import import_routes as authoring_import_routes
from lms.authoring import recording_routes as authoring_recording_routes
from lms.authoring import review_routes as authoring_review_routes
from lms.authoring import routes as authoring_routes
from lms.bank import (
    editor_routes,
    health_routes,
    history_routes,
    many_routes,
    many_work,
    picture_routes,
    print_routes,
    review_routes,
    share_routes,
)
from lms.bank import export_routes as bank_export_routes
from lms.bank import import_routes as bank_import_routes
from lms.bank import routes as bank_routes
from lms.bank import work as bank_work
from lms.claims import desk_routes as claim_desk_routes
from lms.claims import routes as claims_routes
from lms.claims import work as claims_work
from lms.classes import (
    attendance_routes,
    closing_routes,
    my_routes,
    plan_routes,
    rates_routes,
    timetable_routes,
)
from lms.classes import (
    roster_routes as class_roster_routes,
)
from lms.classes import routes as classes_routes
from lms.classes import work as classes_work
from lms.clock import Clock, system_clock
from lms.config import Config, ConfigError
from lms.courses import law_routes as courses_law_routes
from lms.courses import note_routes as courses_note_routes
from lms.courses import player_routes as courses_player_routes
from lms.courses import routes as courses_routes
from lms.courses import work as courses_work
from lms.database import db, engine_options, prepare_engine
from lms.evidence import key_routes as evidence_key_routes
from lms.evidence import pace as evidence_pace
from lms.evidence import routes as evidence_routes
from lms.evidence import several_routes as evidence_several_routes
from lms.evidence import verify_routes as evidence_verify_routes
from lms.evidence import work as evidence_work
from lms.exams import routes as exams_routes
from lms.exams import work as exams_work
from lms.home import routes as home_routes
from lms.hours import routes as hours_routes
from lms.hours import rule_routes as hours_rule_routes
from lms.hours import trial_routes as hours_trial_routes
from lms.hours import work as hours_work
from lms.library import (
    desk_routes,
    facts_routes,
    harvest_routes,
    oai_routes,
    pair_routes,
    synonym_routes,
    version_routes,
)  # fmt: skip
from lms.library import import_routes as library_import_routes
from lms.library import routes as library_routes
from lms.library import work as library_work
from lms.marking import desk_routes as marking_desk_routes
from lms.marking import routes as marking_routes
from lms.marking import told_routes as marking_told_routes
from lms.marking import work as marking_work
from lms.overview import routes as overview_routes
from lms.particulars import routes as particulars_routes
from lms.plans import course_routes as plans_course_routes
from lms.plans import desk_routes as plans_desk_routes
from lms.plans import person_routes as plans_person_routes
from lms.plans import routes as plans_routes
from lms.plans import unit_routes as plans_unit_routes
from lms.plans import work as plans_work
from lms.practice import adaptive_routes as practice_test_routes
from lms.practice import list_routes as practice_list_routes
from lms.practice import mastery_routes as practice_mastery_routes
from lms.practice import mock_routes as practice_mock_routes
from lms.practice import routes as practice_routes
from lms.reading import routes as reading_routes
from lms.reading import work as reading_work
from lms.rehearsal import routes as rehearsal_routes
from lms.rehearsal import work as rehearsal_work
from lms.roster import routes as roster_routes
from lms.roster import work as roster_work
from lms.signoff import routes as signoff_routes
from lms.signoff import work as signoff_work
from lms.sitting import camera_routes, equating_routes, express, file_routes, remark_routes, waiting, writer
from lms.sitting import routes as sitting_routes
from lms.sitting import work as sitting_work
from lms.standards import judge_routes as standard_judge_routes
from lms.standards import routes as standards_routes
from lms.study import page as study_page
from lms.study import routes as study_routes
from lms.supervision import admission_routes as admission_desk_routes
from lms.supervision import queries as supervision_queries
from lms.supervision import record_routes, room_routes
from lms.supervision import routes as supervision_routes
from lms.transcripts import report_routes as transcripts_report_routes
from lms.transcripts import routes as transcripts_routes
from lms.transcripts import work as transcripts_work

__all__ = ["create_app"]

#: the main menu, in its order: at most seven things for anybody
MENU: tuple[navigation.Entry | navigation.Group, ...] = (
    navigation.Entry("home.index", lazy_gettext("Home"), "home"),
    navigation.Group(
        lazy_gettext("Learn"),
        "book",
        (
            navigation.Entry("courses.index", lazy_gettext("Courses"), "book"),
            navigation.Entry("training.index", lazy_gettext("My training"), "calendar"),
            navigation.Entry("my_classes.index", lazy_gettext("My classes"), "org"),
            navigation.Entry("practice.index", lazy_gettext("Practice"), "refresh"),
        ),
    ),
    navigation.Group(
        lazy_gettext("Library"),
        "library",
        (
            navigation.Entry("library.index", lazy_gettext("Library"), "search"),
            navigation.Entry("library_desk.index", lazy_gettext("Library desk"), "grid"),
        ),
    ),
    navigation.Group(
        lazy_gettext("Exams"),
        "exam",
        (
            navigation.Entry("sitting.index", lazy_gettext("My exams"), "exam"),
            navigation.Entry("bank.index", lazy_gettext("Question bank"), "pool"),
            navigation.Entry("bank_review.index", lazy_gettext("Review"), "check"),
            navigation.Entry("exams.index", lazy_gettext("Exam desk"), "edit"),
            navigation.Entry("supervision.index", lazy_gettext("Supervision"), "clock"),
            navigation.Entry("marking_desk.index", lazy_gettext("Marking"), "edit"),
        ),
    ),
    navigation.Group(
        lazy_gettext("Records"),
        "transcript",
        (
            navigation.Entry("transcripts.index", lazy_gettext("My transcript"), "transcript"),
            navigation.Entry("transcripts.people", lazy_gettext("Transcripts"), "people"),
            navigation.Entry("claim_desk.index", lazy_gettext("Claims"), "check"),
            navigation.Entry("overview.index", lazy_gettext("Overview of learning"), "chart"),
        ),
    ),
    navigation.Group(
        lazy_gettext("Training"),
        "flag",
        (
            navigation.Entry("unit_training.index", lazy_gettext("My unit"), "flag"),
            navigation.Entry("plans.index", lazy_gettext("Training plans"), "calendar"),
            navigation.Entry("classes.index", lazy_gettext("Classes"), "org"),
            navigation.Entry("authoring.index", lazy_gettext("Course workshop"), "edit"),
        ),
    ),
    navigation.Group(
        lazy_gettext("Administration"),
        "settings",
        (
            navigation.Entry("people.index", lazy_gettext("People"), "people"),
            navigation.Entry("roster.index", lazy_gettext("Roster"), "upload"),
            navigation.Entry("system.index", lazy_gettext("System"), "settings"),
            navigation.Entry("audit.index", lazy_gettext("Audit log"), "audit"),
            navigation.Entry("roles.index", lazy_gettext("Roles"), "lock"),
        ),
    ),
)


CLASSES = (
    classes_routes, plan_routes, class_roster_routes, timetable_routes, attendance_routes, closing_routes, rates_routes,
    my_routes,
)  # fmt: skip
LIBRARY = (
    library_routes, version_routes, facts_routes, library_import_routes, oai_routes, harvest_routes, synonym_routes,
    desk_routes, pair_routes,
)  # fmt: skip


class _Application(Flask):
    """Flask, without asking of each function on every request whether it is a coroutine: ours are none."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself."""
        return func


def create_app(config: Config, *, clock: Clock = system_clock) -> Flask:
    """The WSGI application of one installation.

    Raises ConfigError when the settings cannot be used, e.g. a weak secret.
    """
    problems = config.problems()
    if problems:
        raise ConfigError(problems)
    app = _Application(__name__, static_folder=None)  # lms.assets serves the files
    app.extensions["clock"] = clock
    app.extensions["config"] = config
    app.config["TESTING"] = config.testing
    app.config["SQLALCHEMY_DATABASE_URI"] = config.url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(config.url)
    logs.configure(config.log_level)
    logs.init_app(app)
    metrics.init_app(app)
    security.init_app(app, config)
    db.init_app(app)
    i18n.init_app(app)
    assets.init_app(app)
    richtext.init_app(app)
    errors.init_app(app)
    gate.init_app(app, config)
    _features(app, config)
    with app.app_context():
        prepare_engine(db.engine)
    jobs.init_app(app, config)
    _templates(app, config)
    express.init_app(app, config)
    security.trust_proxies(app, config)
    return app


def _features(app: Flask, config: Config) -> None:
    """Register every feature, low to high: audit < accounts < library < bank < courses < exams < sitting ..."""
    app.register_blueprint(health.bp)
    for accounts in (accounts_routes, account_routes, people_routes, role_routes):
        app.register_blueprint(accounts.bp)
    app.register_blueprint(roster_routes.bp)
    roster_work.init_app(app)
    for library in LIBRARY:
        app.register_blueprint(library.bp)
    library_work.init_app(app, config)
    app.register_blueprint(bank_routes.bp)
    app.register_blueprint(bank_import_routes.bp)
    app.register_blueprint(bank_export_routes.bp)
    app.register_blueprint(health_routes.bp)
    for bank in (review_routes, share_routes, many_routes, print_routes):
        app.register_blueprint(bank.bp)
    for editor in (editor_routes, history_routes, picture_routes):
        app.register_blueprint(editor.bp)
    bank_work.init_app(app)
    many_work.init_app(app)
    _courses(app)
    app.register_blueprint(reading_routes.bp)
    reading_work.init_app(app)
    app.register_blueprint(exams_routes.bp)
    exams_work.init_app(app)
    for admission in (admission_rule_routes, admission_routes):
        app.register_blueprint(admission.bp)
    admission_work.init_app(app, config)
    for sitting in (sitting_routes, file_routes, equating_routes, remark_routes, camera_routes):
        app.register_blueprint(sitting.bp)
    sitting_work.init_app(app, config)
    writer.init_app(app)
    waiting.init_app(app, supervision_queries.seat_in_words)
    app.register_blueprint(rehearsal_routes.bp)
    rehearsal_work.init_app(app)
    for supervision in (supervision_routes, room_routes, record_routes, admission_desk_routes):
        app.register_blueprint(supervision.bp)
    _after_the_bell(app)
    for practice in (
        practice_routes,
        practice_list_routes,
        practice_mastery_routes,
        practice_test_routes,
        practice_mock_routes,
    ):
        app.register_blueprint(practice.bp)
    _classes(app)
    _record(app, config)
    _what_counts(app, config)
    _evidence(app)
    _plans(app, config)
    app.register_blueprint(home_routes.bp)
    for admin in (job_routes, audit_routes, system_routes):
        app.register_blueprint(admin.bp)
    admin_work.init_app(app)


def _courses(app: Flask) -> None:
    """Units of learning, and writing them."""
    courses_work.init_app(app)
    app.register_blueprint(courses_routes.bp)
    app.register_blueprint(courses_player_routes.bp)
    app.register_blueprint(courses_note_routes.bp)
    app.register_blueprint(courses_law_routes.bp)
    app.register_blueprint(study_routes.bp)
    courses_routes.init_app(app, study_page.settings)
    for authoring in (
        authoring_routes, authoring_draft_routes, authoring_recording_routes, authoring_review_routes,
        authoring_import_routes,
    ):  # fmt: skip
        app.register_blueprint(authoring.bp)


def _classes(app: Flask) -> None:
    """Training classes."""
    for classes in CLASSES:
        app.register_blueprint(classes.bp)
    classes_work.init_app(app)


def _what_counts(app: Flask, config: Config) -> None:
    """Transcripts, what they say of a year, study hours."""
    app.register_blueprint(overview_routes.bp)
    for hours in (hours_routes, hours_rule_routes, hours_trial_routes):
        app.register_blueprint(hours.bp)
    hours_work.init_app(app, config)


def _evidence(app: Flask) -> None:
    """Certificates, packages, keys, and the page that checks a code."""
    for evidence in (evidence_routes, evidence_key_routes, evidence_several_routes, evidence_verify_routes):
        app.register_blueprint(evidence.bp)
    evidence_work.init_app(app)
    evidence_pace.init_app(app)


def _record(app: Flask, config: Config) -> None:
    """What is known and kept of people: the personnel file, claims, transcripts."""
    for record in (particulars_routes, claims_routes, claim_desk_routes, transcripts_routes, transcripts_report_routes):
        app.register_blueprint(record.bp)
    claims_work.init_app(app, config)
    transcripts_work.init_app(app)


def _after_the_bell(app: Flask) -> None:
    """Marking, analysis, appeals, signing off."""
    for marking in (marking_routes, marking_desk_routes, marking_told_routes):
        app.register_blueprint(marking.bp)
    marking_work.init_app(app)
    app.register_blueprint(analysis_routes.bp)
    for analysis in (calibration_routes, copying_routes, essay_routes, unit_routes):
        app.register_blueprint(analysis.bp)
    analysis_work.init_app(app)
    for standards in (standards_routes, standard_judge_routes):
        app.register_blueprint(standards.bp)
    for appeals in (appeals_routes, appeal_desk_routes):
        app.register_blueprint(appeals.bp)
    app.register_blueprint(signoff_routes.bp)
    signoff_work.init_app(app)


def _plans(app: Flask, config: Config) -> None:
    """Courses and required training."""
    for plans in (plans_routes, plans_desk_routes, plans_person_routes, plans_course_routes, plans_unit_routes):
        app.register_blueprint(plans.bp)
    plans_work.init_app(app, config)


def _templates(app: Flask, config: Config) -> None:
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    entries = navigation.shown(MENU)

    @app.context_processor
    def shared() -> dict[str, object]:
        return {
            "viewer": current_user if current_user.is_authenticated else None,
            "navigation": entries(),
            "demonstration": config.demonstration,
            "locale_code": i18n.locale_code(),
            "theme": i18n.chosen_theme(),
            "csrf_token": generate_csrf,
            "url_for_page": paging.url_for_page,
            "product": lazy_gettext("Shuyuan"),
        }
