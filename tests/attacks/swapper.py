"""Swaps names, two by two, again and again, until its standard input is closed: students who race the grader.

`python -S -E swapper.py FILE`, with a line for each two, which a tab separates; it prints a line when it has begun.
"""

import ctypes
import os
import random
import select
import sys

HERE, EXCHANGE = -100, 2

REST = 0.0006
"""Seconds between two rounds, which leave the grader some of the processor."""


def main() -> None:
    with open(sys.argv[1], "rb") as file:
        pairs = [line.split(b"\t") for line in file.read().splitlines()]
    exchange = ctypes.CDLL(None, use_errno=True).renameat2
    rounds = 0
    while not select.select([sys.stdin], [], [], REST)[0]:
        for one, other in pairs:
            # Each at times of its own: a folder's names are read all at once.
            if random.random() < 0.5 and exchange(HERE, one, HERE, other, EXCHANGE):
                raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), one)
        if not rounds:
            print("begun", flush=True)
        rounds += 1
    print(rounds)


if __name__ == "__main__":
    main()
