"""Layer normalisation (beyond the notes)."""

import numpy as np

from grader.exercise import Array, Edge, Example, Exercise, Input, Output, Tensor, power_of_ten


def forward(x: Tensor, gamma: Tensor, beta: Tensor, eps: float) -> Tensor:
    mean = x.mean(dim=1, keepdim=True)
    variance = x.var(dim=1, correction=0, keepdim=True)
    deviation = (variance + eps).sqrt()
    inverse_deviation = 1 / deviation
    x_hat = (x - mean) * inverse_deviation
    return gamma * x_hat + beta


def spread(x: Array, gamma: Array, beta: Array, eps: float) -> bool:
    """Whether no sample is nearly constant: dividing by its deviation would magnify rounding errors."""
    return bool(np.all(x.var(axis=1) > 0.02))


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
    textbook="""
        inverse_deviation = 1 / sqrt(x.var(axis=1, keepdims=True) + eps)
        x_hat = (x - x.mean(axis=1, keepdims=True)) * inverse_deviation
        out = gamma * x_hat + beta
        dbeta = dout.sum(axis=0)
        dgamma = (dout * x_hat).sum(axis=0)
        dx_hat = dout * gamma
        through_mean = dx_hat.mean(axis=1, keepdims=True)
        through_variance = x_hat * (dx_hat * x_hat).mean(axis=1, keepdims=True)
        dx = (dx_hat - through_mean - through_variance) * inverse_deviation

        inverse_deviation = 1 / sqrt(x.var(axis=1, keepdims=True) + eps)
        x_hat = (x - x.mean(axis=1, keepdims=True)) * inverse_deviation
        dbeta = dout.sum(axis=0)
        dgamma = (dout * x_hat).sum(axis=0)
        dx_hat = dout * gamma
        dx = inverse_deviation / D * (
        D * dx_hat - dx_hat.sum(axis=1, keepdims=True) - x_hat * (dx_hat * x_hat).sum(axis=1, keepdims=True)
        )

        _centred = x - x.mean(axis=1, keepdims=True)
        variance = x.var(axis=1, keepdims=True)
        inverse_deviation = 1 / sqrt(variance + eps)
        dbeta = dout.sum(axis=0)
        dgamma = (dout * _centred * inverse_deviation).sum(axis=0)
        dx_hat = dout * gamma
        dvariance = (dx_hat * _centred * -0.5 * (variance + eps) ** -1.5).sum(axis=1, keepdims=True)
        dmean = (
        -(dx_hat * inverse_deviation).sum(axis=1, keepdims=True)
        + dvariance * -2 * _centred.mean(axis=1, keepdims=True)
        )
        dx = dx_hat * inverse_deviation + dvariance * 2 * _centred / D + dmean / D
    """,
    mistakes="""
        statistics-constant: dx = dx_hat * inverse_deviation
            dx is what it would be if the mean and the variance of each row were constants.
            Both are computed from the row: a nudge of one feature moves them, and through them all features of the
                sample.
        variance-constant: dx = (dx_hat - through_mean) * inverse_deviation
            dx has the term of the row's mean, but none of its variance.
            The row's variance depends on each of its features; the path through it brings a multiple of x̂.
        mean-constant: dx = (dx_hat - through_variance) * inverse_deviation
            dx has the term of the row's variance, but none of its mean.
            The row's mean depends on each of its features: what comes back through it is subtracted from all alike.
        one-feature-less: through_variance = x_hat * (dx_hat * x_hat).sum(axis=1, keepdims=True) / (D - 1)
            The variance's term in dx has D − 1 below the line, where D belongs.
            The forward divides by D, the biased variance, so its derivative has D as well.
        gamma-missing: dx_hat = dout
            dx lacks the factor gamma.
            x̂ is multiplied by gamma on its way out: what comes back to it is dout times gamma.
        gamma-outside: dx_hat = dout; dx = (dx_hat - through_mean - through_variance) * inverse_deviation * gamma
            In dx gamma is a last factor, outside the means.
            gamma differs from feature to feature, and the means run over the features: it belongs inside them, with
                dout.
        means-over-batch: through_mean = dx_hat.mean(axis=0, keepdims=True);
                through_variance = x_hat * (dx_hat * x_hat).mean(axis=0, keepdims=True)
            The means in dx run over the batch, as in batch normalisation.
            Here each sample is normalised by itself: the means run over its D features, axis 1.
        eps-forgotten: eps = 0.0
            The deviation in {names} lacks the ε below its root.
            The forward divides by √(σ² + ε): the backward pass has to use the same number, above all where σ² is 0.
        summed-over-features: dgamma = (dout * x_hat).sum(axis=1); dbeta = dout.sum(axis=1)
            The sums in {names} run over the features, as those of the statistics do.
            gamma and beta have a value for each feature, and the samples share it: sum over the samples, axis 0.
        averaged: dgamma = (dout * x_hat).mean(axis=0); dbeta = dout.mean(axis=0)
            There is a mean over the samples in {names}, where the sum belongs.
            All samples share one gamma and one beta, and a shared value collects the sum of its gradients.
        upstream-ignored: dout = ones_like(dout)
            In {names} the upstream gradient counts as 1 everywhere.
            Each element of the output has a weight of its own in the loss, and that is its element of dout.
    """,
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
