"""A scalar autograd engine (004 §12, 003)

What PyTorch does, in a hundred lines: a Value remembers what it was computed from, and backward()
runs the graph in reverse. The forward half is given, and you write the other: a rule for each
operation, the order in which the rules run, and backward itself, which adds to the grad of every
value on the way, inner ones and the output included. It is judged on single operations, and on
graphs with shared values, branches of unequal length, a · a, two outputs, and backward called
twice, where gradients accumulate as PyTorch's do. At 0 the slope of ReLU is taken to be 0. No path
is longer than some two hundred values, so that recursion is deep enough. An engine of your own
design will do as well, if Value has data, grad, backward() and these operations.

Example (004 §2)
    x = Value(-2); y = Value(5); z = Value(-4); q = x + y; f = q * z; f.backward()

Example (beyond the notes)
    a = Value(3); b = a * a; c = b + a; c.backward()

Judge it:  pytest grader::engine
Stuck?     grader hint engine
"""

import math


class Value:
    """A number in a computation graph, which remembers what it was computed from.

    data: the number.
    grad: the gradient of the output with respect to this value; 0.0 until `backward` has been called on an output.
    operands: a tuple of the values that it was computed from; empty for a leaf; a · a has the same operand twice.
    local_backward: one of the rules below: called with an upstream gradient and `cache`, it gives a tuple with the
    gradient of each operand, in the order of `operands`; None for a leaf.
    cache: what that rule needs, a tuple of numbers.
    """

    def __init__(self, data, operands=(), local_backward=None, cache=()):
        self.data = data
        self.grad = 0.0
        self.operands = operands
        self.local_backward = local_backward
        self.cache = cache

    def __repr__(self):
        return f"Value({self.data:g}, grad={self.grad:g})"

    # Forward: each operation computes its number, and leaves behind what the way back needs.

    def __add__(self, other):
        other = as_value(other)
        return Value(self.data + other.data, (self, other), Value.add_backward)

    def __mul__(self, other):
        other = as_value(other)
        return Value(self.data * other.data, (self, other), Value.multiply_backward, (self.data, other.data))

    def __pow__(self, exponent):
        return Value(self.data**exponent, (self,), Value.power_backward, (self.data, exponent))

    def relu(self):
        return Value(max(self.data, 0.0), (self,), Value.relu_backward, (self.data,))

    def exp(self):
        out = math.exp(self.data)
        return Value(out, (self,), Value.exp_backward, (out,))

    def log(self):
        return Value(math.log(self.data), (self,), Value.log_backward, (self.data,))

    # Everything else is made of these, and needs no rule of its own.

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + -as_value(other)

    def __truediv__(self, other):
        return self * as_value(other) ** -1

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __rsub__(self, other):
        return as_value(other) - self

    def __rtruediv__(self, other):
        return as_value(other) / self

    # Backward: a rule for each operation, and the order in which they run.

    @staticmethod
    def add_backward(dout, cache):
        """The gradients of out = a + b.

        dout: upstream gradient of out, a number. cache: ().
        Returns the tuple (da, db).
        """
        raise NotImplementedError("Value.add_backward is yours to write")

    @staticmethod
    def multiply_backward(dout, cache):
        """The gradients of out = a · b.

        dout: upstream gradient of out, a number. cache: (a, b).
        Returns the tuple (da, db).
        """
        raise NotImplementedError("Value.multiply_backward is yours to write")

    @staticmethod
    def power_backward(dout, cache):
        """The gradient of out = a to the power n, where n is a constant.

        dout: upstream gradient of out, a number. cache: (a, n).
        Returns the tuple (da,).
        """
        raise NotImplementedError("Value.power_backward is yours to write")

    @staticmethod
    def relu_backward(dout, cache):
        """The gradient of out = max(a, 0).

        dout: upstream gradient of out, a number. cache: (a,).
        Returns the tuple (da,).
        """
        raise NotImplementedError("Value.relu_backward is yours to write")

    @staticmethod
    def exp_backward(dout, cache):
        """The gradient of out = e to the power a.

        dout: upstream gradient of out, a number. cache: (out,).
        Returns the tuple (da,).
        """
        raise NotImplementedError("Value.exp_backward is yours to write")

    @staticmethod
    def log_backward(dout, cache):
        """The gradient of out = the natural logarithm of a.

        dout: upstream gradient of out, a number. cache: (a,).
        Returns the tuple (da,).
        """
        raise NotImplementedError("Value.log_backward is yours to write")

    def topological_order(self):
        """This value and all that it was computed from, each of them once.

        Returns a list of values, this one first, in which no value stands before one that uses it.
        """
        raise NotImplementedError("Value.topological_order is yours to write")

    def backward(self):
        """Takes this value as the output, and gives every value that it was computed from its gradient.

        The gradient of this value with respect to itself is 1.0. What is found is added to the `grad` of each value,
        this one included, so that calling backward twice, or on two outputs, accumulates. Each call sends only its own
        gradients through the graph, not what `grad` has from an earlier one.
        """
        raise NotImplementedError("Value.backward is yours to write")


def as_value(number):
    """A number as a leaf of the graph; a Value as it is."""
    return number if isinstance(number, Value) else Value(number)


# handgrad stub 9753be00eaf2
