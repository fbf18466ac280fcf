"""Right bodies of backward passes in many styles: what is special → (exercise, body)."""

from __future__ import annotations

MULTIPLY = "a, b = cache\n"
AFFINE = "X, W = cache\n"
MAX = "a, b = cache\n"
NEURON = "w, x, d = cache\ndd = dout * d\n"

BODIES = {
    "a loop over elements": (
        "relu",
        """
        dx = np.zeros(cache.shape)
        for index in np.ndindex(cache.shape):
            if cache[index] > 0:
                dx[index] = dout[index]
        return dx
        """,
    ),
    "a loop over samples": (
        "affine",
        """
        X, W = cache
        N, d_x = X.shape
        d_z = W.shape[1]
        dX, dW, db = np.zeros((N, d_x)), np.zeros((d_x, d_z)), np.zeros(d_z)
        for n in range(N):
            for k in range(d_z):
                db[k] += dout[n][k]
                for j in range(d_x):
                    dX[n, j] += dout[n, k] * W[j, k]
                    dW[j, k] += X[n, j] * dout[n, k]
        return dX, dW, db
        """,
    ),
    "einsum": (
        "affine",
        AFFINE + "return np.einsum('nk,jk->nj', dout, W), np.einsum('nj,nk->jk', X, dout), np.einsum('nk->k', dout)",
    ),
    "tensordot": ("affine_sample", "W, x = cache\nreturn np.tensordot(dout, x, 0), np.tensordot(dout, W, 1), +dout"),
    "vectorize": ("relu", "return np.vectorize(lambda g, x: g if x > 0 else 0.0, otypes=[float])(dout, cache)"),
    "where": ("relu", "return np.where(cache > 0, dout, 0)"),
    "a copy and a mask": ("relu", "dx = dout.copy()\ndx[cache <= 0] = 0\nreturn dx"),
    "a list for the tuple": ("multiply", MULTIPLY + "return [dout * b, dout * a]"),
    "nested lists for the arrays": ("multiply", MULTIPLY + "return (dout * b).tolist(), (dout * a).tolist()"),
    "a nested list for the only array": ("relu", "return (dout * (cache > 0)).tolist()"),
    "gradients stacked in one array": ("multiply", MULTIPLY + "return np.stack([dout * b, dout * a])"),
    "three numbers stacked in one array": ("add_multiply", "q, z = cache\nreturn np.array([z, z, q]) * dout"),
    "Python floats": ("add_multiply", "q, z = cache\nreturn float(dout * z), float(dout * z), float(dout * q)"),
    "np.float64": ("add_multiply", "q, z = map(np.float64, cache)\nreturn dout * z, dout * z, dout * q"),
    "arrays without axes": (
        "add_multiply",
        "q, z = map(np.array, cache)\nreturn dout * z, dout * z, np.array(dout * q)",
    ),
    "a longdouble": ("square", "return 2 * cache.astype(np.longdouble) * dout"),
    "ints where whole": (
        "add_multiply",
        """
        def whole(number):
            return int(number) if number == int(number) else number
        q, z = cache
        return whole(dout * z), whole(dout * z), whole(dout * q)
        """,
    ),
    "an int array where whole": (
        "relu",
        "dx = dout * (cache > 0)\nreturn dx.astype(int) if np.array_equal(dx, np.round(dx)) else dx",
    ),
    "results that lie apart in memory": (
        "multiply",
        MULTIPLY + "da = np.repeat(dout * b, 3, axis=-1)[..., ::3]\nreturn da, np.asfortranarray(dout * a)",
    ),
    "results that are views backwards": ("relu", "return (dout * (cache > 0))[..., ::-1][..., ::-1]"),
    "a transposed result": ("affine", AFFINE + "return (W @ dout.T).T, (dout.T @ X).T, dout.sum(0)"),
    "a read-only result": ("relu", "dx = dout * (cache > 0)\ndx.flags.writeable = False\nreturn dx"),
    "one object twice": ("add", "d = dout.copy()\nreturn d, d"),
    "dout itself": ("add", "return dout, dout"),
    "the dict of a network in another order": (
        "linear_neuron",
        NEURON + "return {'db': dd, 'dx': dd * w, 'dw': dd * x, 'dc': dd, 'da': dd, 'dd': dd}",
    ),
    "a dict subclass": (
        "linear_neuron",
        "from collections import OrderedDict\n"
        + NEURON
        + "return OrderedDict(dd=dd, da=dd, dc=dd, dw=dd * x, dx=dd * w, db=dd)",
    ),
    "NumPy scalars in a network": (
        "linear_neuron",
        "w, x, d = map(np.array, cache)\ndd = dout * d\n"
        "return {'dd': dd, 'da': dd[()], 'dc': dd, 'dw': dd * x, 'dx': dd * w, 'db': float(dd)}",
    ),
    "a matrix class": (
        "affine",
        AFFINE + "d = np.asmatrix(dout)\nreturn d * W.T, X.T * d, np.asarray(d.sum(axis=0)).ravel()",
    ),
    "a masked array": ("relu", "return np.ma.masked_array(dout * (cache > 0))"),
    "what is printed": ("relu", "print('dout is', dout)\nreturn dout * (cache > 0)"),
    "float32 on float32 inputs": ("relu", "return (dout * (cache > 0)).astype(dout.dtype)"),
    "an unneeded assertion": ("relu", "assert dout.shape == cache.shape\nreturn dout * (cache > 0)"),
    "max: a tie goes to b": ("max", MAX + "return dout * (a > b), dout * (a <= b)"),
    "max: a tie goes to a": ("max", MAX + "return dout * (a >= b), dout * (a < b)"),
    "max: a tie is halved": ("max", MAX + "t = (a > b) + 0.5 * (a == b)\nreturn t * dout, (1 - t) * dout"),
    "max: each tie is split as it falls": (
        "max",
        MAX + "t = np.where(a == b, np.random.default_rng(3).random(a.shape), a > b)\nreturn t * dout, (1 - t) * dout",
    ),
    "bce with an epsilon of habit": (
        "bce",
        "p, y = cache\ne = 1e-8\nreturn dout * ((1 - y) / (1 - p + e) - y / (p + e)) / len(y)",
    ),
}
