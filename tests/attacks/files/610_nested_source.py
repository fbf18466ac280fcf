# Nests its source so deeply that the compiler might crash; must be reported as an error.
# status: error
import sys

sys.setrecursionlimit(10**9)
eval("(" * 100_000 + ")" * 100_000)
compile("-" * 500_000 + "1", "deep", "eval")
