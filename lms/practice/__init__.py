"""Practice: rounds of questions, mistakes, favourites, mastery, personal tests and mock exams; nothing of it counts."""
