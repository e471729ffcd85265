"""Cleaning a document in a process of its own, which may take so much memory and time and no more: whoever hands a file in may
have made it to harm.
"""

import resource
import signal
from pathlib import Path
from typing import Final

from lms import apart
from lms.answer_files import docx, pdf
from lms.answer_files.kinds import Unfit

CLEAN: Final = {"docx": docx.cleaned, "pdf": pdf.cleaned}
#: bytes of memory; seconds of the processor, and of the clock
MEMORY, PROCESSOR, CLOCK = 1024 * 1024 * 1024, 20, 40
#: candidates wait for it, and those who answer go first
NICENESS = 5


def main() -> None:
    """Write the copy of a file; "" or the reason why there is none."""
    settings, _arrays = apart.given(NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR, PROCESSOR))
    signal.alarm(CLOCK)
    try:
        Path(settings["target"]).write_bytes(CLEAN[settings["kind"]](Path(settings["source"]).read_bytes()))
    except Unfit as unfit:
        apart.say(result=unfit.reason)
    except MemoryError:
        apart.say(result="large")
    else:
        apart.say(result="")


if __name__ == "__main__":
    main()
