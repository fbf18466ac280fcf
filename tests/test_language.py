"""What students read in another language: all of it, and in English exactly what the code says."""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from pathlib import Path

import pytest

from grader import catalog
from grader.authoring import languages
from grader.authoring.wheels import write_stubs
from grader.desk.check import check
from grader.judging import source as source_of
from grader.report.terminal import plain, verdict
from grader.results import ExerciseResult
from grader.text.language import CATALOGUES, VARIABLE, choose, say, say_many, speak
from tests import commands
from tests.proof import needs

needs("babel")

ROOT = Path(__file__).parents[1]
GERMAN = CATALOGUES / "de" / "LC_MESSAGES" / "handgrad.po"


@pytest.fixture
def german(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "de")


@pytest.mark.parametrize("path", languages.catalogues(), ids=lambda path: path.parent.parent.name)
def test_every_message_is_translated_and_the_catalogue_is_current(path: Path) -> None:
    wanted = languages.messages()
    assert languages.unfinished(path, wanted) == []
    assert languages.updated(path, wanted) == (path.read_bytes(), path.with_suffix(".mo").read_bytes())


def _without(folder: Path, texts: Collection[str]) -> Path:
    """The German catalogue, in a folder like its own, without the translations of these texts."""
    path = folder / "de" / "LC_MESSAGES" / GERMAN.name
    path.parent.mkdir(parents=True)
    from babel.messages.pofile import write_po

    known = languages.read(GERMAN)
    for each in texts:
        known[each].string = ""
    with path.open("wb") as file:
        write_po(file, known)
    return path


def test_a_new_exercise_may_wait_for_its_translation_but_none_is_left_half_done(tmp_path: Path) -> None:
    wanted, relu = languages.messages(), catalog.get("relu")
    texts = set(languages.texts_of(relu))
    own = texts - {
        each for name in catalog.own_names() if name != "relu" for each in languages.texts_of(catalog.get(name))
    }
    assert languages.unfinished(_without(tmp_path / "new", own), wanted) == []
    half = own - {relu.hints[0]}
    assert set(languages.unfinished(_without(tmp_path / "half", half), wanted)) == half
    assert languages.unfinished(_without(tmp_path / "said", {"not started"}), wanted) == ["not started"]


def _places(text: str) -> list[str]:
    return sorted(set(re.findall(r"\{[^{}]*\}", text)))


def test_a_translation_has_the_places_of_its_message() -> None:
    known, wrong = languages.read(GERMAN), []
    waiting = languages.missing(GERMAN, languages.messages())
    for text, each in languages.messages().items():
        said = known.get(text)
        assert said is not None
        if text in waiting:
            continue
        ours, theirs = ([one] if isinstance(one, str) else list(one or ()) for one in (each, said.string))
        # How many they are may be said in a word, of one.
        forms = list(zip(ours, theirs, strict=True))
        wrong += [one for one, other in forms if {*_places(one)} - {"{count}"} != {*_places(other)} - {"{count}"}]
    assert wrong == []


def test_what_no_catalogue_has_is_said_as_it_stands(german: None) -> None:
    assert say("My own claim about {names}, in {braces}.") == "My own claim about {names}, in {braces}."
    assert say_many("{count} apple of {whose}", "{count} apples of {whose}", 2, whose="mine") == "2 apples of mine"


def test_a_language_that_there_is_not_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="there is no language 'xx', but en, de"):
        speak("xx")
    monkeypatch.setenv(VARIABLE, "xx")
    with pytest.raises(ValueError, match="HANDGRAD_LANGUAGE: there is no language 'xx'"):
        choose(None)
    assert say("not started") == "not started"


def _said(name: str, result: ExerciseResult) -> str:
    """What is said of an exercise, without the code in it."""
    return plain(verdict(result, of_a_file=False))


def _relu_forward(x):  # type: ignore[no-untyped-def]
    import numpy as np

    return np.maximum(x, 0), x


def test_a_known_mistake_is_told_in_german_and_again_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(dout, cache):  # type: ignore[no-untyped-def]
        return dout * (dout > 0)

    english = check("relu", _relu_forward, wrong).result
    monkeypatch.setenv(VARIABLE, "de")
    german = check("relu", _relu_forward, wrong).result
    said = _said("relu", german)
    assert "dx ist falsch" in said
    assert "PyTorch sagt 0" in said
    assert "Die Maske ist dort, wo die Eingabe x positiv ist" in " ".join(said.split())
    assert english.diagnosis is not None
    assert english.diagnosis.claim == "You masked on the upstream gradient."
    assert german.diagnosis is not None
    assert (german.diagnosis.id, german.points, german.status) == ("mask-on-dout", english.points, english.status)
    assert [each.name for each in german.checks] == [each.name for each in english.checks]


ENGLISH_WORDS = re.compile(r"\b(?:the|is|are|where|comes|says|wrong|your|every|cases|which|with|of|and|has)\b")


@pytest.mark.parametrize(
    "returned",
    [
        lambda dout, x: (dout @ x, None, 1),
        lambda dout, x: None,
        lambda dout, x: dout * 3,
        lambda dout, x: -dout * (x > 0),
        lambda dout, x: dout[:, None] if dout.ndim == 1 else dout.T,
        lambda dout, x: np_undefined,  # type: ignore[name-defined]  # noqa: F821
        lambda dout, x: dout.relu(),
        lambda dout, x: dout.sum(),
        lambda dout, x: dout * x,
        lambda dout, x: (dout * (x > 0)).astype(int),
        lambda dout, x: {"dx": "text"},
    ],
)
def test_of_a_wrong_relu_nothing_is_said_in_english(returned, german: None) -> None:  # type: ignore[no-untyped-def]
    result = check("relu", _relu_forward, returned).result
    own = [each.theirs for each in result.findings]
    said = _said("relu", result)
    for lines in own:
        for line in lines:
            said = said.replace(line, "")
    assert result.status in ("failed", "error")
    assert not ENGLISH_WORDS.findall(said), said


@pytest.mark.parametrize("name", catalog.own_names())
def test_no_translation_of_an_exercise_is_left_in_english(name: str, german: None) -> None:
    texts = list(languages.texts_of(catalog.get(name)))
    # Until somebody has begun, it is shown in English.
    is_begun = languages.is_begun(catalog.get(name), languages.missing(GERMAN, texts))
    assert not is_begun or [text for text in texts if len(text.split()) > 6 and say(text) == text] == []


def _run(folder: Path, *arguments: str) -> str:
    environment = {each: value for each, value in os.environ.items() if each != VARIABLE} | {"PYTHONPATH": str(ROOT)}
    imported = commands.PYTEST if arguments[0] == "pytest" else commands.GRADER
    ran = commands.run("-m", *arguments, cwd=folder, env=environment, imported=imported)
    return ran.stdout + ran.stderr


def test_commands_take_the_language_as_an_option_or_from_the_folder(tmp_path: Path) -> None:
    write_stubs(ROOT, tmp_path / "exercises", [catalog.get("relu")])
    english, hinted = _run(tmp_path, "grader", "hint", "relu"), "1/3  Verschiebe ein x ein wenig nach oben."
    assert "Nudge one x up a little." in english
    assert hinted in _run(tmp_path, "grader", "--language", "de", "hint", "relu")
    assert "there is no language 'xx', but en, de" in _run(tmp_path, "grader", "--language", "xx", "hint", "relu")
    (tmp_path / "pytest.ini").write_text("[pytest]\nhandgrad_language = de\n")
    assert hinted in _run(tmp_path, "grader", "hint", "relu")
    assert "Next: write exercises/ex21_relu.py" in _run(tmp_path, "pytest", "grader::relu", "--language", "en")
    assert "Weiter: schreib exercises/ex21_relu.py" in _run(tmp_path, "pytest", "grader::relu")


def test_a_file_that_is_not_read_is_refused_in_german(tmp_path: Path, german: None) -> None:
    relu, add = catalog.get("relu"), catalog.get("add")
    (tmp_path / relu.file).mkdir()
    (tmp_path / add.file).symlink_to(tmp_path / relu.file)
    found = source_of.read_all(tmp_path, [relu, add, catalog.get("max")])
    read_all = {exercise.name: source for exercise, source in found}
    said = {name: source_of.why_unread(each) for name, each in read_all.items() if not isinstance(each, bytes)}
    assert said == {
        "relu": "ex21_relu.py ist ein Ordner, keine gewöhnliche Datei.",
        "add": "ex12_add.py ist ein symbolischer Link, dem nicht gefolgt wird.",
        "max": "ex16_max.py fehlt.",
    }
    assert str(read_all["max"]) == "ex16_max.py is missing."
