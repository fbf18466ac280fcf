# Gives the engine's driver a Value whose data and gradient are hostile objects; must be judged as numbers or refused.
# status: failed error
# exercise: engine
class Grad(float):
    def __eq__(self, other):
        return True

    def __getattr__(self, name):
        raise SystemExit

    __hash__ = float.__hash__


class Value:
    def __init__(self, data, *rest):
        self.data = Grad(0.1234)

    def __getattr__(self, name):
        if name == "grad":
            return Grad(0.1234)
        return lambda *arguments: self

    def __add__(self, other):
        return self

    __mul__ = __pow__ = __sub__ = __truediv__ = __neg__ = __radd__ = __rmul__ = __rsub__ = __rtruediv__ = __add__
