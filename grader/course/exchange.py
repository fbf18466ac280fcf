"""nbgrader's exchange, kept from ending in a traceback where a submission didn't come from it."""

from __future__ import annotations

import glob
import os
from pathlib import Path

from nbgrader.exchange.default import ExchangeReleaseFeedback

from grader.course.private_course import students_own
from grader.course.timestamp import TIMESTAMP

SECRET = "submission_secret.txt"
"""By what is in it, the exchange finds the student to whom a page of feedback belongs."""


class ReleaseFeedback(ExchangeReleaseFeedback):
    """Releases feedback to all whose submission came from the exchange, and names the others."""

    def copy_files(self) -> None:
        """Copies the pages of all but those others to the exchange."""
        pages = [Path(each) for each in glob.glob(os.path.join(self.src_path, "*.html"))]
        lacking = {
            page.parent: name for page in pages for name in (TIMESTAMP, SECRET) if not (page.parent / name).is_file()
        }
        for folder, name in sorted(lacking.items()):
            self.log.warning("%s isn't released: it has no %s, as what was handed in by the exchange has", folder, name)
        own, held = students_own(self.coursedir), self.coursedir.student_id_exclude
        self.coursedir.student_id_exclude = ",".join(filter(None, [held, *(each.parts[-own] for each in lacking)]))
        try:
            super().copy_files()
        finally:
            self.coursedir.student_id_exclude = held
