"""Batch normalisation in training (beyond the notes)."""

import numpy as np

from grader.exercise import Array, Edge, Example, Exercise, Input, Output, Tensor, power_of_ten


def forward(x: Tensor, gamma: Tensor, beta: Tensor, eps: float) -> Tensor:
    mean = x.mean(dim=0)
    variance = x.var(dim=0, correction=0)
    deviation = (variance + eps).sqrt()
    inverse_deviation = 1 / deviation
    x_hat = (x - mean) * inverse_deviation
    return gamma * x_hat + beta


def spread(x: Array, gamma: Array, beta: Array, eps: float) -> bool:
    """Whether no feature is nearly constant: dividing by its deviation would magnify rounding errors."""
    return bool(np.all(x.var(axis=0) > 0.02))


exercise = Exercise(
    title="Batch normalisation",
    source="beyond the notes",
    statement=(
        "Each feature (column) of x (N, D) is normalised over the N samples of the batch, then scaled and shifted: "
        "x̂ = (x − μ) / √(σ² + ε) and out = gamma·x̂ + beta. "
        "μ and σ² are the batch's own mean and variance, the biased one, which divides by N; both depend on x. "
        "Return dx (N, D), dgamma (D,) and dbeta (D,)."
    ),
    formula=r"\hat x_{nd} = \frac{x_{nd} - \mu_d}{\sqrt{\sigma_d^2 + \varepsilon}}, \quad"
    r" \mu_d = \frac1N \sum_n x_{nd}, \quad \sigma_d^2 = \frac1N \sum_n (x_{nd} - \mu_d)^2, \quad"
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
    minimum={"N": 2},
    accept=spread,
    examples=(
        Example(
            "beyond the notes",
            {"x": [[1, 6], [3, 2], [5, 4]], "gamma": [2, -1], "beta": [0.5, 1], "eps": 0.001},
            dout=[[1, -2], [3, 4], [-5, 3]],
        ),
    ),
    edges=(
        Edge(
            "a feature that is the same in all samples",
            {"x": [[2, 1], [2, -3], [2, 5]], "gamma": [3, -2], "beta": [1, 0], "eps": 0.01},
            dout=[[1, -2], [4, 5], [-3, 6]],
            holds=lambda dout, x, *others: bool((np.ptp(x, axis=0) == 0).any()),
        ),
        Edge(
            "gamma at 0",
            {"x": [[1], [4], [-2]], "gamma": [0], "beta": [3], "eps": 0.001},
            dout=[[2], [-5], [4]],
            holds=lambda dout, x, gamma, *others: bool((gamma == 0).all()),
        ),
        Edge(
            "features of very different size",
            {"x": [[1000, 0.5], [-2000, 0.25], [4000, -1]], "gamma": [2, -3], "beta": [1, 1], "eps": 1e-5},
            dout=[[1, -2], [3, 4], [-5, 6]],
            holds=lambda dout, x, *others: bool(x.std(axis=0).max() > 1000 * x.std(axis=0).min()),
        ),
    ),
    textbook="""
        inverse_deviation = 1 / sqrt(x.var(axis=0) + eps)
        x_hat = (x - x.mean(axis=0)) * inverse_deviation
        out = gamma * x_hat + beta
        dbeta = dout.sum(axis=0)
        dgamma = (dout * x_hat).sum(axis=0)
        dx_hat = dout * gamma
        through_mean = dx_hat.mean(axis=0, keepdims=True)
        through_variance = x_hat * (dx_hat * x_hat).mean(axis=0, keepdims=True)
        dx = (dx_hat - through_mean - through_variance) * inverse_deviation

        inverse_deviation = 1 / sqrt(x.var(axis=0) + eps)
        x_hat = (x - x.mean(axis=0)) * inverse_deviation
        dbeta = dout.sum(axis=0)
        dgamma = (dout * x_hat).sum(axis=0)
        dx_hat = dout * gamma
        dx = inverse_deviation / N * (N * dx_hat - dx_hat.sum(axis=0) - x_hat * (dx_hat * x_hat).sum(axis=0))

        _centred = x - x.mean(axis=0)
        variance = x.var(axis=0)
        inverse_deviation = 1 / sqrt(variance + eps)
        dbeta = dout.sum(axis=0)
        dgamma = (dout * _centred * inverse_deviation).sum(axis=0)
        dx_hat = dout * gamma
        dvariance = (dx_hat * _centred * -0.5 * (variance + eps) ** -1.5).sum(axis=0)
        dmean = -(dx_hat * inverse_deviation).sum(axis=0) + dvariance * -2 * _centred.mean(axis=0)
        dx = dx_hat * inverse_deviation + dvariance * 2 * _centred / N + dmean / N
    """,
    mistakes="""
        statistics-constant: dx = dx_hat * inverse_deviation
            dx is what it would be if the mean and the variance were constants.
            Both are computed from x: a nudge of one sample moves them, and through them every sample in the batch.
        variance-constant: dx = (dx_hat - through_mean) * inverse_deviation
            dx takes the path through the mean into account, but not the one through the variance.
            The variance depends on every sample too; the path through it brings one more term, a multiple of x̂.
        mean-constant: dx = (dx_hat - through_variance) * inverse_deviation
            dx takes the path through the variance into account, but not the one through the mean.
            The mean is taken from every sample: what all of them pass back through it is subtracted, evenly.
        one-sample-less: through_variance = x_hat * (dx_hat * x_hat).sum(axis=0, keepdims=True) / (N - 1)
            The variance's term in dx has N − 1 below the line, where N belongs.
            The forward divides by N, the biased variance, so its derivative has N as well.
        gamma-missing: dx_hat = dout
            dx lacks the factor gamma.
            x̂ is multiplied by gamma on its way out: what comes back to it is dout times gamma.
        eps-forgotten: eps = 0.0
            The deviation in {names} lacks the ε below its root.
            The forward divides by √(σ² + ε): the backward pass has to use the same number, above all where σ² is 0.
        means-over-features: through_mean = dx_hat.mean(axis=1, keepdims=True);
                through_variance = x_hat * (dx_hat * x_hat).mean(axis=1, keepdims=True)
            The means in dx run over the features of a sample.
            Each feature is normalised by itself, over the batch: the means run over the N samples, axis 0.
        x-for-x-hat: dgamma = (dout * x).sum(axis=0)
            dgamma has x as it came in, where x̂ belongs.
            gamma multiplies the normalised x̂, so its slope is x̂.
        averaged: dgamma = (dout * x_hat).mean(axis=0); dbeta = dout.mean(axis=0)
            There is a mean over the batch in {names}, where the sum belongs.
            All samples share one gamma and one beta, and a shared value collects the sum of its gradients.
        not-summed: dgamma = dout * x_hat; dbeta = dout
            There is a row for each sample in {names}.
            gamma and beta have one value for each feature, repeated down the batch: sum over the samples.
        upstream-ignored: dout = ones_like(dout)
            In {names} the upstream gradient counts as 1 everywhere.
            Each element of the output has a weight of its own in the loss, and that is its element of dout.
    """,
    hints=(
        "Begin at the end: out = gamma·x̂ + beta is a multiplication and an addition, both broadcast over the batch. "
        "That settles dbeta, dgamma and the gradient at x̂.",
        "x reaches x̂ on three paths: directly, through the mean, through the variance. Each brings one term to dx.",
        "The three terms share the factor 1/√(σ² + ε). Inside stand the gradient at x̂, less its mean over the batch, "
        "less x̂ times the mean over the batch of (the gradient at x̂ times x̂).",
    ),
    points=4,
)
