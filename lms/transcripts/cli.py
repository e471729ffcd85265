"""`./run transcripts ...`: mending what is counted of transcripts.

The commands expect an application context, which the main command opens.
"""

import click

from lms.database import reading, writing
from lms.transcripts import recounting


@click.group()
def transcripts() -> None:
    """Transcripts: count anew."""


@transcripts.command()
def recount() -> None:
    """Count the figures of overviews anew from all entries, a year at a time, and mend those that say something else."""
    wrong = 0
    years = recounting.years(reading())
    reading().rollback()
    for year in years:
        with writing() as session:
            found = recounting.recount(session, year)
        wrong += found.units + found.people
        click.echo(f"{year}: {found.entries} entries; mended {found.units} counts of units, {found.people} of people")
    click.echo(f"Mended: {wrong}." if wrong else "Every count was right.")
