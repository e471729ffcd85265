"""Long work: what runs, how far it is, what came of it."""

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext

from lms.access import signed_in
from lms.accounts.gate import viewer
from lms.accounts.policy import Act
from lms.admin import queries, service
from lms.admin.policy import access_job
from lms.admin.queries import STATES, JobRow
from lms.database import reading, writing
from lms.paging import paginate, requested_page

bp = Blueprint("jobs", __name__, url_prefix="/jobs", template_folder="templates")

KIND_NAMES = {
    "bank.read_import": lazy_gettext("Read a file of questions"),
    "bank.take_import": lazy_gettext("Put the questions of a file into a pool"),
    "bank.export": lazy_gettext("Write questions as a file"),
    "bank.health": lazy_gettext("Examine the health of a pool"),
    "exams.prove": lazy_gettext("Prove the papers of an exam"),
    "rehearsal.play": lazy_gettext("Rehearse an exam"),
    "sitting.deal": lazy_gettext("Deal the papers of an exam"),
    "sitting.deal_anew": lazy_gettext("Deal the papers of an exam anew for its seats"),
    "sitting.equating": lazy_gettext("Work out the pass marks of papers"),
    "sitting.pass_marks": lazy_gettext("Carry out a decision on pass marks"),
    "sitting.remarking": lazy_gettext("Work out what a change of scoring would change"),
    "sitting.remark": lazy_gettext("Carry out a change of scoring"),
    "marking.allot": lazy_gettext("Draw answers among markers"),
    "analysis.work_out": lazy_gettext("Work out what an exam measured"),
    "analysis.calibrate": lazy_gettext("Calibrate the questions of the bank"),
    "analysis.copying": lazy_gettext("Compare the answers of an exam's candidates"),
    "analysis.essays": lazy_gettext("Compare the essays of an exam with each other"),
    "analysis.print": lazy_gettext("Draw the report on an exam"),
    "signoff.pack": lazy_gettext("Write the evidence of an exam"),
    "sitting.settle": lazy_gettext("Tell results of an exam"),
    "sitting.statistics": lazy_gettext("Count how questions did in an exam"),
    "sitting.beat": lazy_gettext("Note that the server is at work"),
    "admission.forget_pictures": lazy_gettext("Delete pictures of candidates whose time is over"),
    "library.changed": lazy_gettext("Take questions on a changed law out of the draw"),
    "library.changed_units": lazy_gettext("Flag units on a changed law"),
    "library.read_import": lazy_gettext("Read a file of documents"),
    "library.take_import": lazy_gettext("Bring documents into the library"),
    "library.harvest": lazy_gettext("Harvest a catalogue"),
    "library.harvest_due": lazy_gettext("Harvest the catalogues whose day has come"),
    "library.sweep": lazy_gettext("End documents whose last day has passed"),
    "library.desk": lazy_gettext("Look through the library for the desk"),
    "library.joined": lazy_gettext("Move readers' marks to the document that stays"),
    "library.index": lazy_gettext("Keep the index of the library right"),
    "bank.bulk": lazy_gettext("Change particulars of many questions"),
    "bank.bulk.undo": lazy_gettext("Take back a change of many questions"),
    "bank.move": lazy_gettext("Move many questions on"),
    "roster.read": lazy_gettext("Try a roster"),
    "roster.take": lazy_gettext("Carry out a roster"),
    "claims.sweep": lazy_gettext("Remove evidence that belongs to no claim"),
    "classes.close": lazy_gettext("Write the results of a class"),
    "transcripts.print": lazy_gettext("Print a transcript"),
    "evidence.draw": lazy_gettext("Draw a certificate"),
    "evidence.pack": lazy_gettext("Make a package of evidence"),
    "evidence.corrected": lazy_gettext("Revoke what rests on corrected entries"),
    "transcripts.prints": lazy_gettext("Draw the transcripts of a unit"),
    "transcripts.archive": lazy_gettext("Write the personnel archive of a unit"),
    "transcripts.monthly": lazy_gettext("Write the report on a month"),
    "transcripts.record": lazy_gettext("Enter results into transcripts"),
    "plans.assign": lazy_gettext("Assign training to the people of plans"),
    "plans.follow": lazy_gettext("Follow what people have learned"),
    "hours.work_out": lazy_gettext("Work out where people stand with their study hours"),
    "hours.trial": lazy_gettext("Try rules of study hours on a year"),
    "sitting.close_overdue": lazy_gettext("Close attempts whose time is over"),
    "sitting.released": lazy_gettext("Release results"),
    "audit.verify": lazy_gettext("Check the audit log"),
    "jobs.prune": lazy_gettext("Forget old jobs"),
}
STATE_NAMES = {
    "waiting": lazy_gettext("waiting"),
    "running": lazy_gettext("at work"),
    "done": lazy_gettext("done"),
    "failed": lazy_gettext("failed"),
    "cancelled": lazy_gettext("cancelled"),
}
RESULT_NAMES = {
    "rows": lazy_gettext("Rows read"),
    "entries": lazy_gettext("Entries that hold"),
    "head": lazy_gettext("Head of the chain"),
    "broken_at": lazy_gettext("First entry that does not hold"),
    "why": lazy_gettext("What is wrong"),
    "forgotten": lazy_gettext("Forgotten"),
    "closed": lazy_gettext("Closed"),
    "written": lazy_gettext("Results written"),
}


@bp.get("/")
@signed_in
def index() -> ResponseReturnValue:
    """One's own long work; for a system administrator everybody's, if asked for."""
    everybody = Act.RUN_SYSTEM in viewer().acts and request.args.get("of") == "everybody"
    state = request.args.get("state", "")
    query = queries.jobs(owner=None if everybody else viewer().public_id, state=state if state in STATES else "")
    page = paginate(reading(), query, number=requested_page())
    return render_template(
        "admin/jobs.html",
        page=page,
        jobs=[JobRow(*row) for row in page.items],
        kind_names=KIND_NAMES,
        states=STATE_NAMES,
        may_see_all=Act.RUN_SYSTEM in viewer().acts,
    )


@bp.get("/<job_id>")
@signed_in
def show(job_id: str) -> ResponseReturnValue:
    """How far one is, or what came of it."""
    job = access_job(reading(), viewer(), job_id)
    result = [(RESULT_NAMES[key], value) for key, value in (job.result or {}).items() if key in RESULT_NAMES]
    return render_template(
        "admin/job.html",
        job=job,
        kind=KIND_NAMES.get(job.kind, job.kind),
        states=STATE_NAMES,
        result=result,
        page=_page(job) if job.owner == viewer().public_id else None,
    )


@bp.get("/<job_id>/state")
@signed_in
def state(job_id: str) -> Response:
    """The same for a script that looks again and again."""
    job = access_job(reading(), viewer(), job_id)
    return jsonify(
        state=job.state, words=str(STATE_NAMES[job.state]), done=job.done, total=job.total, at_work=job.at_work
    )


@bp.post("/<job_id>/cancel")
@signed_in
def cancel(job_id: str) -> ResponseReturnValue:
    """Ask one to stop."""
    with writing() as session:
        service.cancel(session, access_job(session, viewer(), job_id))
    flash(gettext("The work was asked to stop."), "info")
    return redirect(url_for("jobs.show", job_id=job_id), 303)


def _page(job: JobRow) -> str | None:
    """Where the result has a page of its own: handlers name it as [endpoint, {values}]."""
    page = (job.result or {}).get("page")
    return url_for(page[0], **page[1]) if page else None
