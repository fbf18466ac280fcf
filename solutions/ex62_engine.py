"""A scalar autograd engine: a computation graph that builds itself forward, and runs itself backward (004 §12, 003)."""

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
        return dout, dout

    @staticmethod
    def multiply_backward(dout, cache):
        """The gradients of out = a · b.

        dout: upstream gradient of out, a number. cache: (a, b).
        Returns the tuple (da, db).
        """
        a, b = cache
        return dout * b, dout * a

    @staticmethod
    def power_backward(dout, cache):
        """The gradient of out = a to the power n, where n is a constant.

        dout: upstream gradient of out, a number. cache: (a, n).
        Returns the tuple (da,).
        """
        a, n = cache
        return (dout * n * a ** (n - 1),)

    @staticmethod
    def relu_backward(dout, cache):
        """The gradient of out = max(a, 0).

        dout: upstream gradient of out, a number. cache: (a,).
        Returns the tuple (da,).
        """
        (a,) = cache
        return (dout if a > 0 else 0.0,)

    @staticmethod
    def exp_backward(dout, cache):
        """The gradient of out = e to the power a.

        dout: upstream gradient of out, a number. cache: (out,).
        Returns the tuple (da,).
        """
        (out,) = cache
        return (dout * out,)

    @staticmethod
    def log_backward(dout, cache):
        """The gradient of out = the natural logarithm of a.

        dout: upstream gradient of out, a number. cache: (a,).
        Returns the tuple (da,).
        """
        (a,) = cache
        return (dout / a,)

    def topological_order(self):
        """This value and all that it was computed from, each of them once.

        Returns a list of values, this one first, in which no value stands before one that uses it.
        """
        uses = {self: 0}
        waiting = [self]
        while waiting:
            for operand in waiting.pop().operands:
                if operand not in uses:
                    uses[operand] = 0
                    waiting.append(operand)
                uses[operand] += 1

        order = []
        ready = [self]
        while ready:
            value = ready.pop()
            order.append(value)
            for operand in value.operands:
                uses[operand] -= 1
                if uses[operand] == 0:
                    ready.append(operand)
        return order

    def backward(self):
        """Takes this value as the output, and gives every value that it was computed from its gradient.

        The gradient of this value with respect to itself is 1.0. What is found is added to the `grad` of each value,
        this one included, so that calling backward twice, or on two outputs, accumulates. Each call sends only its own
        gradients through the graph, not what `grad` has from an earlier one.
        """
        upstream = {self: 1.0}
        for value in self.topological_order():
            dout = upstream[value]
            value.grad += dout
            if value.local_backward is None:
                continue
            for operand, gradient in zip(value.operands, value.local_backward(dout, value.cache), strict=True):
                upstream[operand] = upstream.get(operand, 0.0) + gradient


def as_value(number):
    """A number as a leaf of the graph; a Value as it is."""
    return number if isinstance(number, Value) else Value(number)
