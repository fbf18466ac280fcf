# Returns zeros for every node of a network, where each follows from the one before; must earn nothing.
# status: failed
# exercise: linear_neuron
def linear_neuron_forward(w, x, b, y):
    d = w * x + b - y
    return 0.5 * d**2, (w, x, d)


def linear_neuron_backward(dout, cache):
    return {name: 0.0 for name in ("dd", "da", "dc", "dw", "dx", "db")}
