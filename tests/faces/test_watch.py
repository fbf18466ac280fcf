"""`grader watch`, as a student has it open: on a terminal of its own, with an editor beside it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from rich.console import Console

from grader import catalog
from grader.report.screen import Desk
from grader.results import SubmissionResult
from tests.faces.running import grader, hand_out, write
from tests.faces.terminal import Terminal
from tests.judge.written import backward
from tests.patience import PATIENCE
from tests.proof import cannot_run

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")

MASKED_ON_DOUT = backward("relu", "return dout * (dout > 0)")
RIGHT = backward("relu", "return dout * (cache > 0)")
ENDLESS = backward("relu", "while True: pass")
NEXT = "Right. The next one is sigmoid: n goes on."
CHAPTER_ENDS = f"- {catalog.chapters()['neurons'][-1]}"
COUNT, POINTS = len(catalog.names()), f"{sum(each.points for each in catalog.every()):g}"
ALTERNATE, ORDINARY = "\x1b[?1049h", "\x1b[?1049l"


def times(factor: int) -> str:
    """A wrong relu whose verdict shows which of several it is."""
    return backward("relu", f"return {factor} * dout")


def verdict(factor: int) -> str:
    return f"dx[0] = {4 * factor}, PyTorch says 4"


@contextmanager
def watching(
    folder: Path, *arguments: str, size: tuple[int, int] = (80, 24), new: bool = False, **environment: str
) -> Iterator[Terminal]:
    """`grader watch` on a terminal; in the end it must not have shown a traceback."""
    with Terminal(folder, "-m", "grader", "watch", *arguments, size=size, new=new, **environment) as terminal:
        yield terminal
        assert "Traceback" not in terminal.written


@pytest.fixture
def student(tmp_path: Path) -> Path:
    """A student's folder, with a relu that is wrong."""
    hand_out(tmp_path)
    write(tmp_path, "relu", MASKED_ON_DOUT)
    return tmp_path


def test_a_save_shows_its_verdict_in_place(student: Path) -> None:
    with watching(student) as terminal:
        # It begins with what was saved last.
        terminal.until("exercises/ex21_relu.py", "relu   0/2   dx is wrong", "You masked on the upstream gradient.")
        write(student, "relu", RIGHT)
        terminal.until(
            f"1 of {COUNT} passed   2/{POINTS} points", "relu   2/2   agrees with PyTorch", NEXT, "[+ relu] - sigmoid"
        )
        assert "masked" not in terminal.screen
        assert terminal.written.count(ALTERNATE) == 1


def test_the_keys_do_what_the_screen_says(student: Path) -> None:
    hints, names = catalog.get("relu").hints, [*catalog.names()]
    before = catalog.get(names[names.index("relu") - 1])
    with watching(student, "relu") as terminal:
        terminal.until("You masked", CHAPTER_ENDS)
        assert "Hint" not in terminal.screen
        terminal.press("h")
        terminal.until(f"Hint 1 of 3: {hints[0]}")
        terminal.press("h")
        terminal.until("Hint 2 of 3: ")
        terminal.press("n")
        terminal.until("Write it in exercises/ex22_sigmoid.py and save", "[- sigmoid]")
        assert "Hint" not in terminal.screen
        terminal.press("pp")
        terminal.until(f"[- {before.name}]", "n next: relu")
        terminal.press("\x1b[Cx\x1bOA")
        terminal.press("a")
        terminal.until("p previous  a again  Enter back", "x relu 0/2  dx is wrong")
        terminal.resize(80, 24 + COUNT)
        terminal.until(*names)
        terminal.press("\n")
        terminal.until(f"{before.name}   0/{before.points:g}   not started")
        terminal.press("q")
        assert terminal.ends() == 0


def test_a_key_says_on_which_line_the_mistake_is_and_a_save_puts_the_answer_away(student: Path) -> None:
    line = MASKED_ON_DOUT.split("\n").index("    return dout * (dout > 0)") + 1
    said = f"exercises/ex21_relu.py, line {line}: a change here alone would make every"
    with watching(student, "relu") as terminal:
        terminal.until("You masked", "w where")
        terminal.press("w")
        terminal.until(said, f"{line} | return dout * (dout > 0)", "You masked")
        terminal.press("n")
        terminal.until("[- sigmoid]")
        assert "line of the mistake" not in terminal.screen
        assert said not in terminal.screen
        terminal.press("p")
        terminal.until(said)
        write(student, "relu", times(2))
        terminal.until(verdict(2))
        assert said not in terminal.screen


def test_while_the_line_is_looked_for_what_is_saved_is_judged(student: Path) -> None:
    slow = backward("relu", "import time\ntime.sleep(0.05)\nreturn dout * (dout + 1)")
    write(student, "relu", slow)
    with watching(student, "relu") as terminal:
        terminal.until("relu   0/2")
        terminal.press("w")
        terminal.until("Looking for the line of the mistake")
        write(student, "relu", RIGHT)
        terminal.until(NEXT)
        assert "Looking for" not in terminal.screen
        terminal.press("w")
        terminal.until("every case is right; there is no line to look for")


def test_enter_judges_again(student: Path) -> None:
    with watching(student, "relu", TERM="dumb") as terminal:
        terminal.until("masked")
        terminal.press("\r")
        terminal.until_true(lambda screen: screen.count("You masked") == 2)


@pytest.mark.parametrize("keys", ["q", "\x03", "\x04"], ids=["q", "Ctrl-C", "Ctrl-D"])
def test_quitting_leaves_the_terminal_as_it_was(keys: str, student: Path) -> None:
    with watching(student) as terminal:
        terminal.until("gates")
        assert not terminal.is_restored()
        terminal.press(keys)
        assert terminal.ends() == 0
        assert terminal.is_restored()
        assert terminal.written.endswith(ORDINARY)
        assert "\x1b[?25h" in terminal.written, "the cursor is to be seen again"


def test_being_terminated_leaves_the_terminal_as_it_was(student: Path) -> None:
    with watching(student) as terminal:
        terminal.until("masked")
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.ends() == 128 + signal.SIGTERM
        assert terminal.is_restored()
        assert terminal.written.endswith(ORDINARY)


def test_an_error_of_our_own_leaves_the_terminal_as_it_was(tmp_path: Path) -> None:
    code = "from grader.desk.watch.console import open_view\nwith open_view(): input(); raise RuntimeError('ours')"
    with Terminal(tmp_path, "-c", code, new=True) as terminal:
        terminal.until_true(lambda _: ALTERNATE in terminal.written)
        terminal.press("\n")
        assert terminal.ends() == 1
        assert terminal.is_restored()
        assert terminal.written.index(ORDINARY) < terminal.written.index("RuntimeError: ours")


def test_a_terminal_that_is_closed_ends_it(student: Path) -> None:
    with watching(student) as terminal:
        terminal.until("gates")
        process = terminal.process
        terminal.hang_up()
        assert process.wait(PATIENCE) == -signal.SIGHUP


def test_another_exercise_that_is_saved_is_looked_at(student: Path) -> None:
    with watching(student) as terminal:
        terminal.until("masked")
        write(student, "square", backward("square", "return dout * cache"))
        terminal.until("square   0/1   dw is wrong", "[x square 0/1]")


def test_every_way_of_saving_is_noticed_and_none_is_judged_half_way(student: Path) -> None:
    path = student / "exercises" / "ex21_relu.py"
    beside = student / "exercises" / ".ex21_relu.py.swp"
    with watching(student) as terminal:
        terminal.until("masked")
        path.write_text(times(2))
        terminal.until(verdict(2))
        beside.write_text(times(3))
        beside.replace(path)
        terminal.until(verdict(3))
        path.rename(path.with_suffix(".py~"))
        path.write_text(times(4))
        terminal.until(verdict(4))
        path.unlink()
        path.write_text(times(5))
        terminal.until(verdict(5))
        path.write_text(times(6))
        terminal.settle(0.01)
        path.write_text(times(7))
        terminal.until(verdict(7))
        with path.open("w") as file:
            for line in times(8).splitlines(keepends=True):
                file.write(line)
                file.flush()
                terminal.settle(0.02)
        terminal.until(verdict(8))
        assert verdict(6) not in terminal.written, "a formatter's second save is part of the first"
        assert "missing" not in terminal.written


def test_nothing_is_drawn_for_files_that_are_no_exercise_or_say_nothing_new(student: Path) -> None:
    folder = student / "exercises"
    with watching(student, "relu") as terminal:
        # The last exercise is judged last; of what is drawn then, the end may come by itself.
        terminal.until("masked", f"- {[*catalog.names()][-1]}", "q quit")
        before = b""
        while terminal.raw != before:
            before = terminal.raw
            terminal.settle(1)
        for name in (".ex21_relu.py.swp", "4913", "notes.txt", "__pycache__/ex21_relu.pyc", ".ipynb_checkpoints/a.py"):
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(RIGHT)
        (folder / "ex21_relu.py").touch()
        # In one step: this process may be halted between two, and a file is empty then.
        (folder / ".ex21_relu.py.swp").write_text(MASKED_ON_DOUT)
        (folder / ".ex21_relu.py.swp").replace(folder / "ex21_relu.py")
        terminal.settle(1)
        assert terminal.raw == before


def test_what_is_no_program_gets_its_ordinary_verdict(student: Path) -> None:
    path = student / "exercises" / "ex21_relu.py"
    with watching(student) as terminal:
        terminal.until("masked")
        path.write_text("def relu_backward(dout, cache)\n")
        terminal.until("the file can't be loaded: SyntaxError")
        path.write_text("")
        terminal.until("ex21_relu.py is empty")
        path.unlink()
        terminal.until("ex21_relu.py is missing", "[? relu 0/2]")
        path.write_bytes(b"\xff\xfe")
        terminal.until("ex21_relu.py isn't UTF-8 text")
        path.unlink()
        path.mkdir()
        terminal.until("ex21_relu.py is a folder, not a regular file")
        path.rmdir()
        write(student, "relu", RIGHT)
        terminal.until(NEXT)


def test_a_folder_that_is_gone_is_watched_again_when_it_is_back(student: Path) -> None:
    with watching(student) as terminal:
        terminal.until("masked")
        (student / "exercises").rename(student / "elsewhere")
        terminal.until("There is no folder exercises any more; when it is back, it is watched again.")
        terminal.until("There is no folder", "ex21_relu.py is missing")
        shutil.copytree(student / "elsewhere", student / "exercises")
        terminal.until("masked")
        assert "There is no folder" not in terminal.screen
        write(student, "relu", RIGHT)
        terminal.until(NEXT)


def test_a_folder_that_cant_be_read_is_watched_once_it_can_be(student: Path) -> None:
    if shutil.which("setpriv") is None:
        cannot_run("there is no setpriv, and root is not held up by permissions")
    # Root reads everything, unless it gives that up.
    bound = "-dac_override,-dac_read_search"
    held = ["setpriv", f"--inh-caps={bound}", f"--bounding-set={bound}"] if os.getuid() == 0 else []
    start = f"import os, sys; held = {[*held, sys.executable, '-m', 'grader', 'watch']}; os.execvp(held[0], held)"
    folder = student / "exercises"
    folder.chmod(0)
    try:
        with Terminal(student, "-c", start, new=True) as terminal:
            terminal.until("The folder exercises can't be read", "can't be opened: Permission denied")
            folder.chmod(0o755)
            terminal.until("[- square]", "x relu 0/2")
            assert "can't be" not in terminal.screen
            write(student, "relu", RIGHT)
            terminal.until(NEXT)
            folder.chmod(0)
            terminal.until("The folder exercises can't be read", "can't be opened: Permission denied")
            assert "Traceback" not in terminal.written
    finally:
        folder.chmod(0o755)


def test_an_endless_loop_holds_up_neither_the_keys_nor_the_next_save(student: Path) -> None:
    with watching(student, "relu") as terminal:
        terminal.until("masked")
        write(student, "relu", ENDLESS)
        terminal.until("relu   being judged, 1 s so far")
        terminal.press("n")
        terminal.until("[- sigmoid]")
        write(student, "relu", RIGHT)
        terminal.until(NEXT)
        write(student, "relu", ENDLESS)
        terminal.until("relu   0/2   stopped after 5 seconds")
        terminal.press("\n")
        terminal.until("relu   being judged, 1 s so far")
        terminal.press("q")
        assert terminal.ends() == 0
        assert "stopped after" not in terminal.written.partition(NEXT)[0]


def test_a_submission_gives_no_orders_to_the_terminal(student: Path) -> None:
    hostile = r'"[red]:boom:[/]\x1b]0;owned\x07\x1b[2J\x9b31m\u202e\r"'
    with watching(student) as terminal:
        terminal.until("masked")
        ours = set(re.findall(r"\x1b[^A-Za-z]*[A-Za-z]", terminal.written))
        for body in (
            f"raise ValueError({hostile})",
            f"print({hostile})\nreturn dout",
            f"raise type({hostile}, (Exception,), {{}})",
        ):
            write(student, "relu", backward("relu", body))
            terminal.until("[red]:boom:[/]")
            write(student, "relu", MASKED_ON_DOUT)
            terminal.until("You masked")
        write(student, "relu", "x = (  # \x1b]0;owned\x07 [red]:boom:[/]")
        terminal.until("[red]:boom:[/]", "SyntaxError")
        assert not set("\x07\x9b\u202e") & set(terminal.written)
        styles = {each for each in re.findall(r"\x1b[^A-Za-z]*[A-Za-z]", terminal.written) if not each.endswith("m")}
        assert styles <= ours


def test_who_wants_no_colours_gets_the_whole_screen_without_them(student: Path) -> None:
    with watching(student, NO_COLOR="1") as terminal:
        terminal.until("You masked on the upstream gradient.", "[x relu 0/2]")
        write(student, "relu", RIGHT)
        terminal.until(NEXT)
        assert "masked" not in terminal.screen
        terminal.press("q")
        assert terminal.ends() == 0
        assert terminal.is_restored()
        assert terminal.written.count(ALTERNATE) == 1
        colours = set(";".join(re.findall(r"\x1b\[([0-9;]*)m", terminal.written)).split(";"))
        assert colours <= {"", "0", "1", "2", "3", "4", "7"}, "weight and the like are no colours"


@pytest.mark.parametrize("kind", ["dumb", ""])
def test_a_plain_terminal_gets_verdicts_one_below_the_other(kind: str, student: Path) -> None:
    with watching(student, TERM=kind) as terminal:
        terminal.until("You masked on the upstream gradient.")
        write(student, "relu", RIGHT)
        terminal.until(NEXT)
        terminal.press("nh")
        terminal.until("Hint 1 of 3")
        terminal.press("a")
        terminal.until(CHAPTER_ENDS)
        terminal.press("q")
        assert terminal.ends() == 0
        assert terminal.is_restored()
        assert "\x1b" not in terminal.written
        assert terminal.written.index("You masked") < terminal.written.index(NEXT)
        assert f"2/{POINTS} points" in terminal.written


def test_without_a_terminal_each_verdict_is_a_line_until_it_is_interrupted(student: Path) -> None:
    command = [sys.executable, "-m", "grader", "watch", "relu"]
    with subprocess.Popen(command, cwd=student, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "relu   0/2   dx is wrong\n"
        write(student, "relu", RIGHT)
        assert process.stdout.readline() == "relu   2/2   agrees with PyTorch\n"
        write(student, "square", backward("square", "return dout * cache"))
        assert process.stdout.readline() == "square   0/1   dw is wrong\n"
        process.send_signal(signal.SIGINT)
        assert process.stdout.read() == ""
    assert process.returncode == 0


def test_another_size_is_drawn_at_once(student: Path) -> None:
    with watching(student, "relu") as terminal:
        terminal.until(CHAPTER_ENDS)
        for columns, rows in ((120, 40), (44, 14), (20, 5), (3, 1), (80, 24)):
            terminal.resize(columns, rows)
            terminal.until_true(has_shape(columns, rows))
        assert "You masked" in terminal.screen


def has_shape(columns: int, rows: int) -> Callable[[str], bool]:
    return lambda screen: {len(line) for line in screen.split("\n")} == {columns} and screen.count("\n") == rows - 1


def test_it_says_what_it_cannot_watch(student: Path) -> None:
    said = grader(student, "watch", "--submission", "nowhere")
    assert said.returncode == 1
    assert said.stderr.startswith(f"Error: there is no folder nowhere in {student}")
    said = grader(student, "watch", "rleu")
    assert "there is no exercise 'rleu'; did you mean relu?" in said.stderr
    assert grader(Path(os.sep), "watch").stderr.startswith("Error: there is no folder exercises/")


def test_in_a_window_of_a_few_lines_the_fact_is_shown_before_the_call(student: Path) -> None:
    write(student, "two_layer", backward("two_layer", "return {'da2': np.full(1, 3.0)}"))
    with watching(student, "two_layer", size=(40, 10)) as terminal:
        screen = terminal.until("da2 is wrong", "more lines: press space")
        assert "da2[0] = 3, PyTorch says" in screen
        assert "two_layer_backward(" not in screen
        terminal.resize(80, 30)
        terminal.until("two_layer_backward(dout, two_layer_forward(x, W1, b1, W2, b2, y)[1])")


def test_in_a_small_window_the_advice_is_shown_and_the_rest_comes_page_by_page(student: Path) -> None:
    with watching(student, "relu", size=(40, 12)) as terminal:
        first = terminal.until("You masked on", "dout may have any sign", "more lines: press space", "h hint", "q quit")
        assert "relu_backward(" not in first
        terminal.press(" ")
        last = terminal.until("relu_backward(dout,", "the end; from the top: press space")
        assert "more lines" not in last
        terminal.press("\x1b[B")
        terminal.until("You masked on")
        terminal.press("\x1b[A")
        terminal.until("relu_backward(dout,")
        terminal.press("h")
        terminal.until("Hint 1 of 3:")


def test_all_exercises_come_page_by_page_where_they_have_no_room_at_once() -> None:
    pages = [drawn(40, 12, everything=True, page=page) for page in range(3)]
    assert [name for name in A_DESKFUL if not any(f" {name[:14]}" in shown for shown in pages)] == []


def test_the_marks_are_explained_where_there_is_room(student: Path) -> None:
    with watching(student, "relu", size=(80, 30)) as terminal:
        terminal.until("x not right, - not started")
        terminal.press("a")
        terminal.until("Enter back", "x not right, - not started")


def test_in_a_window_of_a_few_lines_the_list_has_names_that_can_be_read_and_says_what_it_lacks() -> None:
    for width, height, whole, more in ((40, 10, 11, 21), (80, 10, 20, 7), (40, 30, 28, 0)):
        shown = drawn(width, height, everything=True, current="two_layer")
        assert "[  two_layer" in shown
        assert sum(f" {name} " in shown for name in A_DESKFUL) >= whole
        assert (f"  … {more} more: press space" in shown) == bool(more)
        assert len(shown.splitlines()) == height


def test_on_a_plain_terminal_the_list_stands_under_the_name_of_the_submission(student: Path) -> None:
    with watching(student, "relu", TERM="dumb") as terminal:
        terminal.until("exercises/ex21_relu.py   judged at ", "You masked")
        terminal.press("a")
        terminal.until(CHAPTER_ENDS)
        listed = terminal.written.partition("You masked")[2]
        assert re.search(rf"\n\r?\n?handgrad   exercises   0 of {COUNT} passed   0/{POINTS} points\r?\n", listed)
        assert "judged at" not in listed


def test_an_output_that_has_ascii_alone_gets_no_question_marks(student: Path) -> None:
    with watching(student, "relu", size=(80, 24), new=True, PYTHONIOENCODING="ascii") as terminal:
        terminal.until("You masked", "004 sec.8 * grader hint relu", "-- judged at ", "-" * 40)
        terminal.until(CHAPTER_ENDS)
        assert "?" not in terminal.screen
        (student / "exercises" / "ex21_relu.py").unlink()
        terminal.until("[? relu 0/2]")


def test_everything_has_room_on_the_smallest_ordinary_terminal() -> None:
    for everything in (False, True):
        shown = drawn(80, 24, everything)
        assert [name for name in A_DESKFUL if name not in shown] == []
        assert "isolation limits: this kernel has no Landlock" in shown
        assert len(shown.splitlines()) <= 24


A_DESKFUL = tuple(each.name for each in catalog.every() if each.number <= 63)
"""As many exercises as the figures here are for, whatever comes after them."""


def drawn(width: int, height: int, everything: bool, current: str = "relu", page: int = 0) -> str:
    """A desk where nothing has been judged, on a terminal of this size."""
    desk = Desk(
        chapters={
            title: tuple(name for name in names if name in A_DESKFUL) for title, names in catalog.chapters().items()
        },
        results=SubmissionResult("exercises", 0, "limits", ()),
        maximum=91,
        current=current,
        file=f"exercises/{catalog.get(current).file}",
        hints=(),
        notices=("isolation limits: this kernel has no Landlock",) if current == "relu" else (),
        everything=everything,
        page=page,
    )
    console = Console(width=width, height=height)
    with console.capture() as captured:
        console.print(desk)
    return captured.get()
