# Returns a dict with keys named as verdicts; must be shown as theirs, without the codes.
# status: failed error
# exercise: linear_neuron
def linear_neuron_forward(w, x, b, y):
    d = w * x + b - y
    return 0.5 * d**2, (w, x, d)


def linear_neuron_backward(dout, cache):
    keys = ["\n+ linear_neuron 2/2 spoof", "\x1b[2J spoof", "<script>spoof</script>", "\u202espoof", "x" * 150]
    return {**{key: 0.0 for key in keys}, **{name: 0.1 for name in ("dd", "da", "dc", "dw", "dx", "db")}}
