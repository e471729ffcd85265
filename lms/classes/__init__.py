"""Training classes: plan and its approval, roster, timetable, attendance and leave, closing with results, rates."""
