"""Pictures of questions: encoded anew, kept once, refused where they are none."""

import io
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from lms.bank import bundled, pictures, service
from lms.bank.errors import PictureUnfit
from lms.bank.models import Picture
from lms.database import reading, writing

SECRET = b"GPS 39.9042N 116.4074E"


def drawn(kind: str = "PNG", size: tuple[int, int] = (40, 30), **more: object) -> bytes:
    """A picture of some kind."""
    target = io.BytesIO()
    Image.new("RGB", size, (20, 120, 90)).save(target, kind, **more)
    return target.getvalue()


def png_with_words() -> bytes:
    """A PNG that carries words besides its pixels, and a script behind its end."""
    words = PngInfo()
    words.add_text("Comment", SECRET.decode())
    return drawn(pnginfo=words) + b"<script>alert(1)</script>" + SECRET


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_nothing_but_pixels_is_kept(kind: str) -> None:
    """
    Every kind becomes a plain PNG or JPEG of the same size.
    """
    content, media_type, width, height = pictures.encoded(drawn(kind))

    assert (width, height) == (40, 30)
    assert media_type == ("image/jpeg" if kind == "JPEG" else "image/png")
    assert Image.open(io.BytesIO(content)).format == media_type.removeprefix("image/").upper()


def test_words_and_scripts_in_a_picture_do_not_survive() -> None:
    """
    Neither what its fields say nor what hangs behind its end.
    """
    data = png_with_words()
    content = pictures.encoded(data)[0]

    assert SECRET in data
    assert SECRET not in content
    assert b"script" not in content


def test_a_photo_is_turned_upright_and_made_smaller() -> None:
    """
    By the camera's note, which is then gone; the longer side is at most 1,600 pixels.
    """
    note = Image.Exif()
    note[0x0112] = 6  # lies on its side
    content, _kind, width, height = pictures.encoded(drawn("JPEG", (3000, 1000), exif=note))

    assert (width, height) == (533, 1600)
    assert not Image.open(io.BytesIO(content)).getexif()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "kind"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "kind"),
        (b"GIF89a", "kind"),
        (drawn()[:60], "damaged"),
        (b"x" * (pictures.MAX_BYTES + 1), "large"),
        (drawn(size=(9000, 9000)), "large"),
    ],
)
def test_what_is_no_picture_is_refused(data: bytes, reason: str) -> None:
    """
    With its reason; a vast one before it is unpacked.
    """
    with pytest.raises(PictureUnfit) as refused:
        pictures.encoded(data)
    assert refused.value.facts["reason"] == reason


def test_the_same_picture_is_kept_once(app: Flask, tmp_path: Path) -> None:
    """
    One row, one file under the hash of its bytes.
    """
    with app.app_context():
        for _ in range(2):
            with writing() as session:
                kept = pictures.keep(session, drawn(), folder=tmp_path / "media", by=None)
        assert reading().query(Picture).count() == 1
        assert pictures.path_of(tmp_path / "media", kept.sha256).is_file()
        assert [path for path in (tmp_path / "media").rglob("*") if path.is_file()] == [
            pictures.path_of(tmp_path / "media", kept.sha256)
        ]


def test_pictures_of_the_bundled_questions_are_kept_as_they_are(app: Flask, tmp_path: Path) -> None:
    """
    Every picture that a bundled question names is there under that name.
    """
    found = bundled.read_bundled()
    with app.app_context():
        with writing() as session:
            service.load_bundled(session, media=tmp_path)
        for digest, data in found.pictures.items():
            assert pictures.path_of(tmp_path, digest).read_bytes() == data
            assert pictures.media_type(reading(), digest) == "image/png"
    assert found.pictures
