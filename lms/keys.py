"""Keys made from the installation's secret, one for each purpose, so that none of them has to be kept."""

from flask import current_app

from question_bank.chance import derive


def key_for(purpose: str) -> bytes:
    """32 bytes that only this installation can make."""
    kept: dict[tuple[str, str], bytes] = current_app.extensions.setdefault("keys", {})
    secret = str(current_app.config["SECRET_KEY"])
    found = kept.get((secret, purpose))
    if found is None:
        found = kept[secret, purpose] = derive(secret.encode(), purpose)
    return found
