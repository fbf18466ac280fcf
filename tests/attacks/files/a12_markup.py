# Prints, raises and names HTML with scripts; must reach a report as text.
# status: error
# says: your code
import numpy as np

Tag = type("<script>alert('spoof')</script>", (Exception,), {})


def relu_forward(x):
    return np.maximum(x, 0), x


def relu_backward(dout, cache):
    print("<img src=x onerror=alert('spoof')></pre><h1>2/2 spoof</h1><!--")
    raise Tag("<script>alert('spoof')</script>&lt;\"'>")
