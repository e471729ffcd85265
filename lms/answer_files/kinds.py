"""The kinds of files that can be handed in, by what they hold; a name proves nothing."""

#: by kind: the endings that a file of it may bear, and its media type
ENDINGS = {"pdf": ("pdf",), "docx": ("docx",), "png": ("png",), "jpg": ("jpg", "jpeg"), "txt": ("txt",)}
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "png": "image/png",
    "jpg": "image/jpeg",
    "txt": "text/plain; charset=utf-8",
}
#: how a file of a kind begins; what begins otherwise can only be text
_BEGINNINGS = {b"%PDF-": "pdf", b"PK\x03\x04": "docx", b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg"}
#: bytes of the beginning that tell the kind
HEAD = 8


class Unfit(Exception):
    """A file that is not taken. `reason`: "kind" (not what its name says, or of no kind that is taken), "damaged",
    "encrypted", "embedded" (holds parts that cannot be freed of their author), "large" (too many pixels, pages or parts, or
    too much unpacked) or "slow" (could not be looked through in time).
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def kind_of(head: bytes) -> str:
    """The kind of a file that begins so: what it claims to be until it was looked through."""
    return next((kind for beginning, kind in _BEGINNINGS.items() if head.startswith(beginning)), "txt")


def ending_of(name: str) -> str:
    """What a name ends in, without the dot, in small letters; "" where it has no ending."""
    return name.rpartition(".")[2].lower() if "." in name else ""
