"""Six seconds of a silent test picture, with captions and a document, for tests of recordings."""

from pathlib import Path

FOLDER = Path(__file__).parent
WEBM = (FOLDER / "clip.webm").read_bytes()
MP4 = (FOLDER / "clip.mp4").read_bytes()
LENGTH = 6000
CAPTIONS = """WEBVTT

NOTE written by hand

1
00:00.000 --> 00:02.000
先<b>出示证件</b>。

00:02.000 --> 00:00:06.000 line:80%
再说明理由 &amp; 告知权利。
""".encode()
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>endobj\n"
    b"4 0 obj<</Length 41>>stream\nBT /F1 24 Tf 40 100 Td (Form A: notice) Tj ET\nendstream endobj\n"
    b"5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
