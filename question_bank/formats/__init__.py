"""File formats of questions: one codec each, lossless or it says what it cannot carry."""
