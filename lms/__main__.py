"""`python -m lms WORD ...`: the command line."""

from lms.cli import main

main()
