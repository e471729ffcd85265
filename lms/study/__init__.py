"""Time of study that the server witnessed: beats of the pages of units, what they earn, and the ledger of it."""
