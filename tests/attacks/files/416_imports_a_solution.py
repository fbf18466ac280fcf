# Imports a worked solution; must be told that it is not available.
# status: error
# says: is not available here
import sys

sys.path.insert(0, "@PROJECT@/solutions")

from ex26_linear_neuron import *
