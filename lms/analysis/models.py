"""The table of analyses: worked out anew whenever results change, never part of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Json, Model, UtcDateTime


class Analysis(Model):
    """What an exam measured, as it was worked out last."""

    __tablename__ = "analysis"

    exam_id: Mapped[int] = mapped_column(ForeignKey("exam.id"), primary_key=True)
    worked_out_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: attempts that counted, and gradings they had: with others it is out of date
    basis: Mapped[Any] = mapped_column(Json)
    #: question_bank.analysis.report.Report as a record
    report: Mapped[Any] = mapped_column(Json)
    #: by public id of the unit: [people, sum of marks, sum of squares, passed], units above included; hundredths
    units: Mapped[Any] = mapped_column(Json)
