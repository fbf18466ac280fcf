# Answers a gradient checker's every question with an object that is true and false; must be refused.
# status: failed error
# exercise: gradient_check
class Both:
    def __bool__(self):
        return True

    def __eq__(self, other):
        return True

    __hash__ = None


def numerical_gradient(f, x, h=1e-5):
    return Both()


def gradient_check(f, x, gradient, h=1e-5, tolerance=1e-6):
    return Both()
