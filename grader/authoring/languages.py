"""The catalogues of what students read, kept in step with the code and the exercises; for who has Babel.

Messages are what `say`, `say_many` and `later` get in the package's code, and the texts of our own exercises.
"""

from __future__ import annotations

import ast
import io
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader import catalog
from grader.catalog.errata import ERRATA
from grader.exercise import Exercise
from grader.text.language import CATALOGUES, DOMAIN, later, said_in

if TYPE_CHECKING:
    from babel.messages import Catalog

PACKAGE = Path(__file__).parent.parent

STATES = (
    *(later("passed"), later("failed"), later("skipped"), later("error"), later("timeout"), later("missing")),
    *(later("begun"), later("random"), later("examples"), later("edges")),
    *(later("forward"), later("conventions"), later("unchanged"), later("gradient")),
)
"""Words that stand in results, and are said where a student reads them."""


def messages() -> dict[str, str | tuple[str, str]]:
    """Every message by its id, which is English; of a plural both forms."""
    found = {each if isinstance(each, str) else each[0]: each for each in _in_sources()}
    for exercise in catalog.every(catalog.own_names()):
        found |= {text: text for text in texts_of(exercise)}
    return found | {text: text for text in (*ERRATA.values(), *catalog.own_chapters())}


def _in_sources() -> Iterator[str | tuple[str, str]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield from _said(ast.parse(path.read_text(encoding="utf-8")))
    for path in sorted(PACKAGE.rglob("*.js")):
        yield from said_in(path.read_text(encoding="utf-8"))


def texts_of(exercise: Exercise) -> Iterator[str]:
    """What an exercise says to students."""
    yield from (exercise.title, exercise.statement, exercise.source, *exercise.hints)
    for each in exercise.bank:
        yield from (each.claim, each.hint)
    yield from (edge.name for edge in exercise.edges)
    yield from (example.source for example in exercise.examples)
    if exercise.aside:
        yield exercise.aside
    if exercise.training:
        yield exercise.training.loss
    if exercise.stable and exercise.stable.__doc__:
        yield " ".join(exercise.stable.__doc__.split())


def _said(tree: ast.AST) -> Iterator[str | tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in ("say", "later") and node.args:
                yield from _texts(node.args[0])
            elif node.func.id == "say_many":
                (one,), (many,) = map(_texts, node.args[:2])
                yield one, many


def _texts(node: ast.expr) -> list[str]:
    """The text that an argument is, or that it may be."""
    if isinstance(node, ast.IfExp):
        return [*_texts(node.body), *_texts(node.orelse)]
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def catalogues() -> list[Path]:
    """The catalogues that there are, as people write them."""
    return sorted(CATALOGUES.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))


def updated(path: Path, wanted: dict[str, str | tuple[str, str]]) -> tuple[bytes, bytes]:
    """A catalogue with all messages and no others, as text and compiled; what is new in it has no translation."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import write_po

    made = _made(path, wanted)
    text, compiled = io.BytesIO(), io.BytesIO()
    write_po(text, made, width=120, omit_header=False)
    write_mo(compiled, made)
    return text.getvalue(), compiled.getvalue()


def _made(path: Path, wanted: dict[str, str | tuple[str, str]]) -> Catalog:
    from babel.messages import Catalog

    class Undated(Catalog):
        """A catalogue whose head has nothing of the day on which it was made, nor of what made it."""

        @property  # type: ignore[misc]
        def mime_headers(self) -> list[tuple[str, str]]:
            return [
                ("Language", str(self.locale)),
                ("Plural-Forms", self.plural_forms),
                ("MIME-Version", "1.0"),
                ("Content-Type", "text/plain; charset=utf-8"),
                ("Content-Transfer-Encoding", "8bit"),
            ]

    known = read(path)
    made = Undated(
        path.parent.parent.name,
        header_comment="# What Handgrad says to students. `grader sync` adds what is new, and compiles it.",
        fuzzy=False,
    )
    for text, each in wanted.items():
        before: Any = known.get(text)
        made.add(each, before.string if before else None)
    return made


def read(path: Path) -> Catalog:
    """A catalogue as it is written."""
    from babel.messages.pofile import read_po

    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name)


def missing(path: Path, wanted: Iterable[str]) -> list[str]:
    """The messages that a catalogue has no translation of."""
    known = read(path)
    return [text for text in wanted if not (each := known.get(text)) or not _is_whole(each.string) or each.fuzzy]


def unfinished(path: Path, wanted: Iterable[str]) -> list[str]:
    """The messages that a catalogue has to have and hasn't.

    An exercise that nobody has begun to translate may wait, and is shown in English; one that is begun has all texts.
    """
    lacking = set(missing(path, wanted))
    names = set(catalog.own_names())
    waiting = {each for each in names if not is_begun(catalog.get(each), lacking)}
    may_wait = _texts_with(waiting) - _texts_with(names - waiting)
    return [each for each in wanted if each in lacking - may_wait]


def is_begun(exercise: Exercise, lacking: Collection[str]) -> bool:
    """Whether an exercise's statement, or one of its hints, is translated, if these messages are not."""
    return any(each not in lacking for each in (exercise.statement, *exercise.hints))


def _texts_with(names: Collection[str]) -> set[str]:
    """What exercises say, with their chapters' names and the reasons why figures of theirs are off."""
    chapters = {chapter for chapter, found in catalog.own_chapters().items() if not {*found}.isdisjoint(names)}
    reasons = {reason for (name, *_), reason in ERRATA.items() if name in names}
    return chapters | reasons | {text for name in names for text in texts_of(catalog.get(name))}


def _is_whole(string: object) -> bool:
    return all(string) if isinstance(string, list | tuple) else bool(string)
