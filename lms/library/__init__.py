"""The reference library: documents in passages, found by any part of a word, cited to the article."""
