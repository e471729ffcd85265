"""Drawing many transcripts in a process of its own with a low priority: what the drawing takes of memory ends with it."""

from pathlib import Path

from lms import apart, printing
from lms.transcripts import document
from lms.transcripts.printed import Printed


def main() -> None:
    """Draw each paper of the settings into its file, aside first so that half a file never has the name of a whole one."""
    settings, _arrays = apart.given()
    printer = printing.Printer(document.TEMPLATE)
    for one in settings["papers"]:
        target = Path(one["target"])
        printed = Printed.from_record(one["printed"])
        aside = target.with_suffix(".part")
        aside.write_bytes(
            document.drawn_by(printer, printed, one["code"], invented=settings["invented"], sealed=one["sealed"])
        )
        aside.replace(target)
    apart.say(result=len(settings["papers"]))


if __name__ == "__main__":
    main()
