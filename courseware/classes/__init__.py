"""Training classes (班次): how one goes from plan to closing, who attended how much, and what comes of it for each learner."""
