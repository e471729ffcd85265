"""`./run signing-key ...`: the key with which certificates and packages are signed.

The commands expect an application context, which the main command opens.
"""

import click

from lms.database import reading, writing
from lms.evidence import keys


@click.group("signing-key")
def signing_key() -> None:
    """The key that signs certificates and packages: list, renew."""


@signing_key.command("list")
def list_command() -> None:
    """Every key with its fingerprint and time; the first is in use."""
    for key in keys.public_keys(reading()):
        until = f"{key.until:%Y-%m-%d}" if key.until else "in use"
        click.echo(f"{key.fingerprint}  {key.since:%Y-%m-%d} – {until}  {key.name}")


@signing_key.command("new")
@click.option("--stolen", is_flag=True, help="Somebody else may have the old key: it does not vouch for the new one.")
@click.confirmation_option(prompt="From now on another key signs; publish its fingerprint. Go on?")
def new_command(*, stolen: bool) -> None:
    """Make a new key, for which the old one vouches: now and then, and at once when somebody else may have the old one's file."""
    with writing() as session:
        keys.make(session, vouched=not stolen)
    keys.forget_old(reading())
    used = keys.public_keys(reading())[0]
    click.echo(f"In use now: {used.fingerprint}")
    click.echo("The key before it vouches for it." if used.statement else "No other key vouches for it.")
    click.echo("What older keys signed stays good. Make a backup, and publish the new fingerprint.")
