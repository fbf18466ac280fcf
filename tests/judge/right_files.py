"""Right submissions in many styles: what is special → (exercise, source)."""

from __future__ import annotations

FILES = {
    "no cache but the inputs": (
        "sigmoid",
        """
        import numpy as np

        def sigmoid_forward(s):
            return 1 / (1 + np.exp(-s)), s

        def sigmoid_backward(dout, s):
            sigma, _ = sigmoid_forward(s)
            return dout * sigma * (1 - sigma)
        """,
    ),
    "the forward computed again, inline": (
        "tanh",
        """
        import numpy as np

        def tanh_forward(s):
            return np.tanh(s), s

        def tanh_backward(dout, s):
            return dout / np.cosh(s) ** 2 if np.all(np.abs(s) < 300) else dout * (1 - np.tanh(s) ** 2)
        """,
    ),
    "a dict for a cache": (
        "affine",
        """
        import numpy as np

        def affine_forward(X, W, b):
            return X.dot(W) + b[None], {"X": X, "W": W}

        def affine_backward(dout, cache):
            return dout.dot(cache["W"].T), cache["X"].T.dot(dout), np.add.reduce(dout)
        """,
    ),
    "a dataclass for a cache": (
        "multiply",
        """
        from dataclasses import dataclass
        import numpy as np

        @dataclass
        class Factors:
            a: np.ndarray
            b: np.ndarray

        def multiply_forward(a, b):
            return a * b, Factors(a, b)

        def multiply_backward(dout, cache):
            return dout * cache.b, dout * cache.a
        """,
    ),
    "a closure for a cache": (
        "sigmoid",
        """
        import numpy as np

        def sigmoid_forward(s):
            sigma = 1 / (1 + np.exp(-s))
            return sigma, lambda dout: dout * sigma * (1 - sigma)

        def sigmoid_backward(dout, cache):
            return cache(dout)
        """,
    ),
    "a generator for a cache": (
        "square",
        """
        def square_forward(w):
            def cached():
                yield w
            return w * w, cached()

        def square_backward(dout, cache):
            return 2 * next(cache) * dout
        """,
    ),
    "a list for the forward's pair": (
        "relu",
        """
        import numpy as np

        def relu_forward(x):
            return [x.clip(0), x > 0]

        def relu_backward(dout, mask):
            return dout * mask
        """,
    ),
    "a cache that the backward uses up": (
        "multiply",
        """
        def multiply_forward(a, b):
            return a * b, [a, b]

        def multiply_backward(dout, cache):
            b, a = cache.pop(), cache.pop()
            return dout * b, dout * a
        """,
    ),
    "helpers, defaults, type hints and a main block": (
        "relu",
        """
        from __future__ import annotations
        import numpy as np
        from typing import Tuple

        Array = np.ndarray

        def mask(x: Array, threshold: float = 0.0) -> Array:
            return np.greater(x, threshold).astype(np.float64)

        def relu_forward(x: Array) -> Tuple[Array, Array]:
            return x * mask(x), x

        def relu_backward(dout: Array, cache: Array, *, slope: float = 1.0) -> Array:
            return slope * dout * mask(cache)

        if __name__ == "__main__":
            raise SystemExit("only for trying it out")
        """,
    ),
    "a function that is an object": (
        "relu",
        """
        import functools
        import numpy as np

        def relu_forward(x):
            return np.maximum(x, 0), x

        class Backward:
            def __call__(self, dout, cache):
                return dout * (cache > 0)

        relu_backward = functools.partial(Backward())
        """,
    ),
    "lambdas": (
        "relu",
        """
        import numpy as np
        relu_forward = lambda x: (np.where(x > 0, x, 0), x)
        relu_backward = lambda *arguments: arguments[0] * (arguments[1] > 0)
        """,
    ),
    "sums to a shape, one axis at a time": (
        "broadcast_multiply",
        """
        import numpy as np

        def broadcast_multiply_forward(a, b):
            return a * b, (a, b)

        def unbroadcast(gradient, like):
            while gradient.ndim > like.ndim:
                gradient = gradient.sum(axis=0)
            for axis in range(like.ndim):
                if like.shape[axis] == 1:
                    gradient = gradient.sum(axis=axis, keepdims=True)
            return gradient

        def broadcast_multiply_backward(dout, cache):
            a, b = cache
            return unbroadcast(dout * b, a), unbroadcast(dout * a, b)
        """,
    ),
    "batch normalisation node by node": (
        "batchnorm",
        """
        import numpy as np

        def batchnorm_forward(x, gamma, beta, eps):
            mean = x.sum(0) / len(x)
            centred = x - mean
            variance = (centred**2).sum(0) / len(x)
            root = np.sqrt(variance + eps)
            return gamma * (centred / root) + beta, (centred, root, gamma)

        def batchnorm_backward(dout, cache):
            centred, root, gamma = cache
            N = dout.shape[0]
            dx_hat = gamma * dout
            droot = -np.sum(dx_hat * centred, axis=0) / root**2
            dvariance = droot / (2 * root)
            dcentred = dx_hat / root + 2 * centred * dvariance / N
            dmean = -dcentred.sum(axis=0)
            return dcentred + dmean / N, np.sum(dout * centred / root, axis=0), dout.sum(axis=0)
        """,
    ),
    "the largest pixel by its place": (
        "max_pool",
        """
        import itertools
        import numpy as np

        def windows(shape, size, stride):
            N, C, H, W = shape
            rows, columns = range(0, H - size + 1, stride), range(0, W - size + 1, stride)
            return itertools.product(range(N), range(C), enumerate(rows), enumerate(columns))

        def max_pool_forward(x, size, stride):
            N, C, H, W = x.shape
            out = np.empty((N, C, (H - size) // stride + 1, (W - size) // stride + 1))
            for n, c, (i, top), (j, left) in windows(x.shape, size, stride):
                out[n, c, i, j] = x[n, c, top : top + size, left : left + size].max()
            return out, (x, size, stride)

        def max_pool_backward(dout, cache):
            x, size, stride = cache
            dx = np.zeros(x.shape)
            for n, c, (i, top), (j, left) in windows(x.shape, size, stride):
                row, column = divmod(int(x[n, c, top : top + size, left : left + size].argmax()), size)
                dx[n, c, top + row, left + column] += dout[n, c, i, j]
            return dx
        """,
    ),
    "attention, one query at a time": (
        "attention",
        """
        import numpy as np

        def attention_forward(Q, K, V):
            S = Q @ K.T / len(Q[0]) ** 0.5
            P = np.exp(S - S.max(1, keepdims=True))
            P /= P.sum(1, keepdims=True)
            return P @ V, (Q, K, V, P)

        def attention_backward(dout, cache):
            Q, K, V, P = cache
            dQ, dK, dV = [], np.zeros_like(K), np.zeros_like(V)
            for q, p, d in zip(Q, P, dout):
                dV += np.outer(p, d)
                ds = (np.diag(p) - np.outer(p, p)) @ (V @ d) / np.sqrt(Q.shape[1])
                dQ.append(ds @ K)
                dK += np.outer(ds, q)
            return dQ, dK, dV
        """,
    ),
    "one hot targets": (
        "softmax_cross_entropy",
        """
        import numpy as np

        def softmax_cross_entropy_forward(logits, labels):
            z = logits - np.max(logits, axis=-1)[:, np.newaxis]
            P = np.exp(z) / np.sum(np.exp(z), axis=-1)[:, np.newaxis]
            T = np.eye(logits.shape[1])[labels]
            log_p = z - np.log(np.exp(z).sum(axis=1))[:, None]
            return -np.sum(T * log_p) / len(T), (P, T)

        def softmax_cross_entropy_backward(dout, cache):
            P, T = cache
            return (P - T) * (dout / P.shape[0])
        """,
    ),
    "a naive sigmoid that warns of an overflow": (
        "sigmoid",
        """
        import warnings
        import numpy as np
        warnings.simplefilter("error")
        np.seterr(all="raise")

        def sigmoid_forward(s):
            sigma = 1.0 / (1.0 + np.exp(-s))
            return sigma, sigma

        def sigmoid_backward(dout, cache):
            return dout * cache * (1 - cache)
        """,
    ),
    "warnings of its own": (
        "relu",
        """
        import warnings
        import numpy as np

        def relu_forward(x):
            return np.maximum(x, 0), x

        def relu_backward(dout, cache):
            warnings.warn("mind the gap")
            np.log(np.zeros(3) - 1)
            return dout * (cache > 0)
        """,
    ),
    "parameters by comprehension": (
        "two_updates",
        """
        def two_updates(parameters, xs, y, lam, lr):
            def gradients(a, b, c, d, x):
                u = a * x + b
                v = c * u * u + u + d
                p = 1 / (1 + v)
                dv = 2 * (p - y) * (-(p**2))
                du = dv * (1 + 2 * c * u)
                return {"a": du * x + lam * a, "b": du, "c": dv * u * u + lam * c, "d": dv}

            steps, theta = [], dict(parameters)
            for x in xs:
                slopes = gradients(**theta, x=x)
                theta = {name: theta[name] - lr * slopes[name] for name in theta}
                steps += [theta]
            return tuple(steps)
        """,
    ),
    "a Jacobian of ints": (
        "relu_jacobian",
        """
        import numpy as np

        def relu_jacobian(x):
            return [[int(i == j and x[i] > 0) for j in range(len(x))] for i in range(len(x))]

        def vjp(J, dout):
            return [sum(J[i][j] * dout[i] for i in range(len(J))) for j in range(len(J[0]))]
        """,
    ),
}
