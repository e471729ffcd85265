"""Pictures of questions: every one is decoded and encoded anew, so that nothing but its pixels is kept.

What a camera or a hostile file may carry besides (places, names, scripts behind the end) does not survive that.
"""

import hashlib
import io
import warnings
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.bank.errors import PictureUnfit
from lms.bank.models import Picture
from lms.clock import now

MAX_BYTES = 8 * 1024 * 1024
MAX_PIXELS = 40_000_000
#: the longer side as it is kept
MAX_SIDE = 1600
_KINDS = ("PNG", "JPEG", "GIF", "WEBP")


def encoded(
    data: bytes, *, kinds: tuple[str, ...] = _KINDS, most_pixels: int = MAX_PIXELS
) -> tuple[bytes, str, int, int]:
    """The picture anew: bytes, media type, width, height; upright, at most MAX_SIDE. Raises PictureUnfit, for one of
    too many pixels before any of them is read.
    """
    if len(data) > MAX_BYTES:
        raise PictureUnfit(reason="large")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            found = Image.open(io.BytesIO(data), formats=kinds)
            if found.width * found.height > most_pixels:
                raise PictureUnfit(reason="large")
            return _written(ImageOps.exif_transpose(found), photo=found.format == "JPEG")
    except UnidentifiedImageError as error:
        raise PictureUnfit(reason="kind") from error
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise PictureUnfit(reason="large") from error
    except (OSError, ValueError, SyntaxError, EOFError, IndexError) as error:  # what its decoders raise for damage
        raise PictureUnfit(reason="damaged") from error


def _written(picture: Image.Image, *, photo: bool) -> tuple[bytes, str, int, int]:
    picture.thumbnail((MAX_SIDE, MAX_SIDE))
    target = io.BytesIO()
    if photo:
        kept = picture.convert("RGB")
        kept.info.clear()  # else comments and colour profiles would go along
        kept.save(target, "JPEG", quality=85, optimize=True)
    else:
        kept = picture if picture.mode in ("1", "L", "P", "RGB", "RGBA") else picture.convert("RGBA")
        kept.info.clear()
        kept.save(target, "PNG", optimize=True)
    return target.getvalue(), "image/jpeg" if photo else "image/png", picture.width, picture.height


def keep(session: Session, data: bytes, *, folder: Path, by: int | None) -> Picture:
    """Encode a picture anew and keep it under its hash; the same pixels are kept once. Raises PictureUnfit."""
    content, kind, width, height = encoded(data)
    return _kept(session, content, (kind, width, height), folder=folder, by=by)


def keep_own(session: Session, data: bytes, *, folder: Path) -> Picture:
    """Keep a PNG that came with the program byte for byte, because our questions name it by its hash."""
    with Image.open(io.BytesIO(data), formats=("PNG",)) as found:
        return _kept(session, data, ("image/png", found.width, found.height), folder=folder, by=None)


def _kept(session: Session, content: bytes, facts: tuple[str, int, int], *, folder: Path, by: int | None) -> Picture:
    digest = hashlib.sha256(content).hexdigest()
    target = path_of(folder, digest)
    if not target.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = target.with_suffix(f".{by or 0}.part")
        aside.write_bytes(content)
        aside.replace(target)
    found = session.get(Picture, digest)
    if found is None:
        kind, width, height = facts
        size = len(content)
        found = Picture(
            sha256=digest, media_type=kind, width=width, height=height, size=size, created_by=by, created_at=now()
        )
        session.add(found)
        session.flush()
    return found


def path_of(folder: Path, sha256: str) -> Path:
    """Where the file of a hash lies."""
    return folder / sha256[:2] / sha256


def media_type(session: Session, sha256: str) -> str | None:
    """The type of a kept picture, None when there is none of that hash."""
    return session.scalar(select(Picture.media_type).filter_by(sha256=sha256))


def size_of(session: Session, sha256: str) -> tuple[int, int] | None:
    """Width and height of a kept picture, None when there is none of that hash."""
    found = session.execute(select(Picture.width, Picture.height).filter_by(sha256=sha256)).first()
    return (found.width, found.height) if found else None
