"""A penalty on the slope of a network, exactly, without a second autograd.

A critic that is too steep lets the generator tumble. So one adds to its loss a penalty P on the input gradients

    g_i = ∂D(x_i)/∂x_i        i = 1 … N, (N, n) in all: one backward pass, started with dy = 1

    gradient penalty   P = λ mean (‖g_i‖ − 1)²      slope 1 everywhere: the Wasserstein critic (Gulrajani et al. 2017)
                       ∂P/∂g_i = 2λ/N (‖g_i‖ − 1) g_i / ‖g_i‖
    R1                 P = γ/2 mean ‖g_i‖²          no slope at the real data (Mescheder et al. 2018)
                       ∂P/∂g_i = γ/N g_i

and then needs ∂P/∂θ: the derivative of a gradient. With v = ∂P/∂g, held fixed,

    ∂P/∂θ = ∂/∂θ Σ_i v_i · g_i(θ)

and v_i · g_i is how D(x_i) changes when x_i moves along v_i: the *tangent* of D. For a D of linear maps and ReLUs that is the
same network run on v, with the masks that x has set and without biases (`Net.tangent`); and its derivative with respect to
θ is the ordinary backward pass of that run. Four passes in all, and no second derivative anywhere: a ReLU's is 0.
"""

from minigan.arrays import namespace


def unit_slope(g, weight=10.0):
    """P = λ mean (‖g_i‖ − 1)² and v = ∂P/∂g, (N, n), which is 0 where g_i is. g: (N, n)."""
    xp, N = namespace(g), g.shape[0]
    norm = xp.sqrt(xp.sum(g * g, axis=1, keepdims=True))
    v = g * ((2.0 * weight / N) * (norm - 1.0) / xp.maximum(norm, 1e-12))  # where g is 0 the norm has no direction: v = 0
    return weight * xp.mean((norm - 1.0) ** 2), v


def zero_slope(g, weight=1.0):
    """P = γ/2 mean ‖g_i‖² and v = ∂P/∂g, (N, n). g: (N, n)."""
    N = g.shape[0]
    return (0.5 * weight / N) * namespace(g).sum(g * g), g * (weight / N)


def penalty_grad(D, theta, x, penalty, weight):
    """P and ∂P/∂θ for the slopes of D at the rows of x (N, D.n_in). penalty: unit_slope or zero_slope.

    Raises ValueError for a D with layers for which this is not exact.
    """
    y, tape = D.forward(theta, x)
    ones = namespace(y).ones_like(y)
    g, _ = D.backward(theta, tape, ones, want_dtheta=False)
    value, v = penalty(g, weight)
    _, tangent_tape = D.tangent(theta, tape, v)
    _, dtheta = D.backward(theta, tangent_tape, ones, want_dx=False)
    return value, dtheta
