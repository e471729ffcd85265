"""One's own reading of the library: where one stopped, bookmarks, highlighted passages, notes."""
