"""Layer normalisation (beyond the notes)."""

import numpy as np

from grader.exercise import Array, Edge, Example, Exercise, Input, Output, Tensor, power_of_ten


def forward(x: Tensor, gamma: Tensor, beta: Tensor, eps: float) -> Tensor:
    mean = x.mean(dim=1, keepdim=True)
    variance = x.var(dim=1, correction=0, keepdim=True)
    return gamma * (x - mean) / (variance + eps).sqrt() + beta


def spread(x: Array, gamma: Array, beta: Array, eps: float) -> bool:
    """Whether no sample is nearly constant: dividing by its deviation would magnify rounding errors."""
    return bool(np.all(x.var(axis=1) > 0.02))


def mean(values: Array) -> Array:
    """The mean of each row, as a column."""
    column: Array = values.mean(axis=1, keepdims=True)
    return column


def normalised(x: Array, eps: float) -> tuple[Array, Array]:
    """x̂ and 1/√(σ² + ε), the latter as a column."""
    scale: Array = 1 / np.sqrt(x.var(axis=1, keepdims=True) + eps)
    return (x - mean(x)) * scale, scale


def gradients(dx: Array, dout: Array, x_hat: Array) -> tuple[Array, Array, Array]:
    """dx as given, with the right dgamma and dbeta."""
    return dx, (dout * x_hat).sum(axis=0), dout.sum(axis=0)


def right_dx(dout: Array, x: Array, gamma: Array, eps: float) -> Array:
    x_hat, scale = normalised(x, eps)
    dx_hat = dout * gamma
    dx: Array = scale * (dx_hat - mean(dx_hat) - x_hat * mean(dx_hat * x_hat))
    return dx


def statistics_constant(dout: Array, x: Array, gamma: Array, beta: Array, eps: float) -> tuple[Array, Array, Array]:
    """dx is what it would be if the mean and the variance of each row were constants.

    Both are computed from the row: a nudge of one feature moves them, and through them all features of the sample.
    """
    x_hat, scale = normalised(x, eps)
    return gradients(dout * gamma * scale, dout, x_hat)


def variance_constant(dout: Array, x: Array, gamma: Array, beta: Array, eps: float) -> tuple[Array, Array, Array]:
    """dx has the term of the row's mean, but none of its variance.

    The row's variance depends on each of its features; the path through it brings a multiple of x̂.
    """
    x_hat, scale = normalised(x, eps)
    dx_hat = dout * gamma
    return gradients(scale * (dx_hat - mean(dx_hat)), dout, x_hat)


def mean_constant(dout: Array, x: Array, gamma: Array, beta: Array, eps: float) -> tuple[Array, Array, Array]:
    """dx has the term of the row's variance, but none of its mean.

    The row's mean depends on each of its features: what comes back through it is subtracted from all alike.
    """
    x_hat, scale = normalised(x, eps)
    dx_hat = dout * gamma
    return gradients(scale * (dx_hat - x_hat * mean(dx_hat * x_hat)), dout, x_hat)


def one_feature_less(dout: Array, x: Array, gamma: Array, beta: Array, eps: float) -> tuple[Array, Array, Array]:
    """The variance's term in dx has D − 1 below the line, where D belongs.

    The forward divides by D, the biased variance, so its derivative has D as well.
    """
    x_hat, scale = normalised(x, eps)
    dx_hat = dout * gamma
    count = x.shape[1]
    through_variance = x_hat * mean(dx_hat * x_hat) * count / (count - 1)
    return gradients(scale * (dx_hat - mean(dx_hat) - through_variance), dout, x_hat)


def gamma_missing(dout: Array, x: Array, gamma: Array, beta: Array, eps: float) -> tuple[Array, Array, Array]:
    """dx lacks the factor gamma.

    x̂ is multiplied by gamma on its way out: what comes back to it is dout times gamma.
    """
    return gradients(right_dx(dout, x, np.ones_like(gamma), eps), dout, normalised(x, eps)[0])


def gamma_outside(dout: Array, x: Array, gamma: Array, beta: Array, eps: float) -> tuple[Array, Array, Array]:
    """In dx gamma is a last factor, outside the means.

    gamma differs from feature to feature, and the means run over the features: it belongs inside them, with dout.
    """
    return gradients(right_dx(dout, x, np.ones_like(gamma), eps) * gamma, dout, normalised(x, eps)[0])


def means_over_batch(dout: Array, x: Array, gamma: Array, beta: Array, eps: float) -> tuple[Array, Array, Array]:
    """The means in dx run over the batch, as in batch normalisation.

    Here each sample is normalised by itself: the means run over its D features, axis 1.
    """
    x_hat, scale = normalised(x, eps)
    dx_hat = dout * gamma
    return gradients(scale * (dx_hat - dx_hat.mean(axis=0) - x_hat * (dx_hat * x_hat).mean(axis=0)), dout, x_hat)


def eps_forgotten(dout: Array, x: Array, gamma: Array, beta: Array, eps: float) -> tuple[Array, Array, Array]:
    """The deviation in {names} lacks the ε below its root.

    The forward divides by √(σ² + ε): the backward pass has to use the same number, above all where σ² is 0.
    """
    return gradients(right_dx(dout, x, gamma, 0.0), dout, normalised(x, 0.0)[0])


def summed_over_features(dout: Array, x: Array, gamma: Array, beta: Array, eps: float) -> tuple[Array, Array, Array]:
    """The sums in {names} run over the features, as those of the statistics do.

    gamma and beta have a value for each feature, and the samples share it: sum over the samples, axis 0.
    """
    x_hat, _ = normalised(x, eps)
    return right_dx(dout, x, gamma, eps), (dout * x_hat).sum(axis=1), dout.sum(axis=1)


def averaged(dout: Array, x: Array, gamma: Array, beta: Array, eps: float) -> tuple[Array, Array, Array]:
    """There is a mean over the samples in {names}, where the sum belongs.

    All samples share one gamma and one beta, and a shared value collects the sum of its gradients.
    """
    return right_dx(dout, x, gamma, eps), (dout * normalised(x, eps)[0]).mean(axis=0), dout.mean(axis=0)


def upstream_ignored(dout: Array, x: Array, gamma: Array, beta: Array, eps: float) -> tuple[Array, Array, Array]:
    """In {names} the upstream gradient counts as 1 everywhere.

    Each element of the output has a weight of its own in the loss, and that is its element of dout.
    """
    ones = np.ones_like(dout)
    return gradients(right_dx(ones, x, gamma, eps), ones, normalised(x, eps)[0])


exercise = Exercise(
    title="Layer normalisation",
    source="beyond the notes",
    statement=(
        "Each sample (row) of x (N, D) is normalised over its own D features, then scaled and shifted: "
        "x̂ = (x − μ) / √(σ² + ε) and out = gamma·x̂ + beta. "
        "μ and σ² are the row's mean and biased variance, which divides by D: in batch normalisation they ran down "
        "the columns, here along the rows. gamma and beta still hold one value for each feature. "
        "Return dx (N, D), dgamma (D,) and dbeta (D,)."
    ),
    formula=r"\hat x_{nd} = \frac{x_{nd} - \mu_n}{\sqrt{\sigma_n^2 + \varepsilon}}, \quad"
    r" \mu_n = \frac1D \sum_d x_{nd}, \quad \sigma_n^2 = \frac1D \sum_d (x_{nd} - \mu_n)^2, \quad"
    r" \mathrm{out}_{nd} = \gamma_d \hat x_{nd} + \beta_d",
    inputs=(
        Input("x", "N D"),
        Input("gamma", "D"),
        Input("beta", "D"),
        Input("eps", "", power_of_ten(-5, -2), constant=True),
    ),
    out=Output("out", "N D"),
    gradients=("dx", "dgamma", "dbeta"),
    forward=forward,
    minimum={"D": 2},
    accept=spread,
    examples=(
        Example(
            "beyond the notes",
            {"x": [[1, 3, 5], [6, 2, 4]], "gamma": [2, -1, 3], "beta": [0.5, 1, 0], "eps": 0.001},
            dout=[[1, -2, 3], [4, -5, 3]],
        ),
    ),
    edges=(
        Edge(
            "a sample whose features are all the same",
            {"x": [[2, 2, 2], [1, -3, 5]], "gamma": [3, -2, 1], "beta": [1, 0, -1], "eps": 0.01},
            dout=[[1, -2, 4], [5, -3, 6]],
            holds=lambda dout, x, *others: bool((np.ptp(x, axis=1) == 0).any()),
        ),
        Edge(
            "gamma at 0",
            {"x": [[1, 4, -2]], "gamma": [0, 0, 0], "beta": [3, 1, 2], "eps": 0.001},
            dout=[[2, -5, 4]],
            holds=lambda dout, x, gamma, *others: bool((gamma == 0).all()),
        ),
        Edge(
            "samples of very different size",
            {"x": [[1000, -2000, 4000], [0.5, 0.25, -1]], "gamma": [2, -3, 1], "beta": [1, 1, 1], "eps": 1e-5},
            dout=[[1, -2, 3], [4, -5, 6]],
            holds=lambda dout, x, *others: bool(x.std(axis=1).max() > 1000 * x.std(axis=1).min()),
        ),
    ),
    misconceptions=(
        statistics_constant,
        variance_constant,
        mean_constant,
        one_feature_less,
        gamma_missing,
        gamma_outside,
        means_over_batch,
        eps_forgotten,
        summed_over_features,
        averaged,
        upstream_ignored,
    ),
    hints=(
        "Only the statistics have changed their axis. gamma and beta still belong to the features: "
        "over which axis are they shared?",
        "Find the gradient at x̂ first, gamma included. From there x has three paths: directly, through its row's mean, "
        "through its row's variance.",
        "The three terms share the row's factor 1/√(σ² + ε). Inside stand the gradient at x̂, less its row mean, "
        "less x̂ times the mean over the row of (the gradient at x̂ times x̂).",
    ),
    points=4,
)
