"""The librarian's desk: what in the library wants doing."""
