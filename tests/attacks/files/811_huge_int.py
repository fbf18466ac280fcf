# Returns whole numbers of a million digits; must be refused quickly.
# status: failed
# exercise: linear_neuron
HUGE = 1 << 4_000_000


def linear_neuron_forward(w, x, b, y):
    d = w * x + b - y
    return 0.5 * d**2, (w, x, d)


def linear_neuron_backward(dout, cache):
    return {name: HUGE for name in ("dd", "da", "dc", "dw", "dx", "db")}
