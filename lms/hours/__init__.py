"""Study hours by rules: which rules apply to whom, what they make of the transcript, what is owed, and why."""
