"""Standard setting: where the pass mark of an exam comes from, judged by a panel, kept with the exam."""
