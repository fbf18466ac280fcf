# Has a syntax error on a line that looks like a verdict; must be shown as theirs.
# status: error
# says: your code
import sys

import numpy as np

compile(b"relu   2/2   spoof \x1b[2J", "ex21_relu.py", "exec")
