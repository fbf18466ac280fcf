"""A submission's autograded folder, written beside its place and put there in one go: there is never half of one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.course.beside_files import BesideFiles


@dataclass(frozen=True)
class Place:
    """Where a folder belongs, and how it is made: the permissions of its files, and whether a group shares it.

    `feedback` is the folder of what was made from it, if there is one.
    """

    path: Path
    permissions: int
    groupshared: bool
    feedback: Path | None = None

    @property
    def _new(self) -> Path:
        return self.path.with_name(f".{self.path.name}.new")

    @property
    def _old(self) -> Path:
        return self.path.with_name(f".{self.path.name}.old")

    def write(self, notebooks: Mapping[str, str], theirs: BesideFiles, ours: Iterable[tuple[Path, str]]) -> None:
        """Writes the folder beside its place.

        `notebooks` are texts by name. `theirs` are a student's files; `ours` are folders and paths of files of the
        instructor's, which take the student's place.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        _remove(self._new)
        beside = list(ours)
        # As nbgrader's two ways to make it do.
        self._new.mkdir(0o777 if [*theirs] or beside else 0o755)
        theirs.write(self._new)
        for folder, path in beside:
            target = self._new / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.unlink(missing_ok=True)
            shutil.copyfile(folder / path, target)
        for name, text in notebooks.items():
            (self._new / f"{name}.ipynb").write_text(text, "utf-8", newline="")
        for folder_path, _, names in os.walk(self._new):
            for name in names:
                os.chmod(os.path.join(folder_path, name), self.permissions)
            if self.groupshared:
                share(Path(folder_path))

    def put(self) -> None:
        """Puts what was written where it belongs, instead of what is there; feedback on that goes, too."""
        self.drop_feedback()
        _remove(self._old)
        if os.path.lexists(self.path):
            self.path.rename(self._old)
        self._new.rename(self.path)
        _remove(self._old)

    def drop_feedback(self) -> None:
        """Removes the feedback."""
        if self.feedback:
            _remove(self.feedback)

    def drop(self) -> None:
        """Removes what was written."""
        _remove(self._new)


def share(folder: Path) -> None:
    """Lets a folder's group write in it, and hands the group on."""
    mode = folder.stat().st_mode
    if mode & 0o2770 != 0o2770:
        try:
            folder.chmod((mode | 0o2770) & 0o2777)
        except PermissionError:
            # Another instructor's, perhaps, who shares it already.
            return


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
