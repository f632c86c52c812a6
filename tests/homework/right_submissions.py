"""Right answers, written differently: none of them may lose a point, whatever the numbers that are drawn.

(sheet, file, old, new): a change of text in the library's own file. To add one, add a line.
"""

from wrong_submissions import (
    ACTIVATIONS,
    ADVERSARIAL,
    AUTOREGRESSIVE,
    BATCHNORM,
    BIPARTITE,
    COMPLETION,
    GAMES,
    GAN,
    LIKELIHOODS,
    LINEAR,
    LOSSES,
    LSTM,
    OPTIM,
    PENALTY,
    VAE,
    WGAN,
)

RIGHT = [
    # sheet 1
    (1, LINEAR, "        y = as_rows(x) @ W + b\n", "        import numpy as np\n\n        y = np.einsum(\"ij,jk->ik\", as_rows(x), W) + b\n"),
    (1, LINEAR, "        y = as_rows(x) @ W + b\n", "        y = namespace(x).concat([namespace(x).sum(as_rows(x)[:, :, None] * W[None, :, j : j + 1], axis=1) for j in range(W.shape[1])], axis=1) + b\n"),
    (1, LINEAR, "dx = xp.reshape(dy @ W.T, x.shape)", "dx = xp.reshape((W @ dy.T).T, x.shape)"),
    (1, ACTIVATIONS, "    e = xp.exp(-xp.abs(x))  # in [0, 1]", "    return 1 / (1 + xp.exp(-xp.clip(x, -500, 500)))\n    e = x"),
    (1, ACTIVATIONS, "    e = xp.exp(-xp.abs(x))  # in [0, 1]", "    e = xp.exp(-xp.abs(x))\n    return xp.where(x >= 0, 1 / (1 + e), e / (1 + e))"),
    (1, ACTIVATIONS, "        return dy * y * (1.0 - y), []", "        return dy * (y - y**2), []"),
    (1, ACTIVATIONS, "return namespace(x).maximum(x, x * self.slope), x", "return namespace(x).where(x > 0, x, self.slope * x), x"),
    (1, LOSSES, "    loss = xp.maximum(logits, 0.0) - target * logits + _tail(logits)\n", "    loss = target * softplus(-logits) + (1.0 - target) * softplus(logits)\n"),
    (1, LOSSES, "return xp.mean(loss), (sigmoid(logits) - target) / logits.size", "n = 1\n    for length in logits.shape:\n        n *= length\n    return xp.sum(loss) / n, (sigmoid(logits) - target) * (1.0 / n)"),
    (1, BATCHNORM, "variance = xp.mean(centred * centred, axis=0)", "variance = xp.var(rows, axis=0)"),
    (1, BATCHNORM, "variance = xp.mean(centred * centred, axis=0)", "variance = xp.mean(rows * rows, axis=0) - mean**2"),
    (1, BATCHNORM, "dx = gamma * r * (dy - dbeta / N - x_hat * (dgamma / N))", "dx_hat = gamma * dy\n            dx = r / N * (N * dx_hat - xp.sum(dx_hat, axis=0) - x_hat * xp.sum(dx_hat * x_hat, axis=0))"),
    # sheet 2
    (2, ADVERSARIAL, "    loss, dlogits = bce_with_logits(logits, 0.0)\n    return -loss, -dlogits\n", "    xp = namespace(logits)\n    p = 1.0 / (1.0 + xp.exp(-xp.clip(logits, -500, 500)))\n    loss = -xp.maximum(logits, 0.0) - xp.log1p(xp.exp(-xp.abs(logits)))\n    return xp.mean(loss), -p / logits.shape[0]\n"),
    (2, ADVERSARIAL, "    loss, dlogits = bce_with_logits(logits, 0.0)\n    return -loss, -dlogits\n", "    xp = namespace(logits)\n    e = xp.exp(-xp.abs(logits))\n    p = xp.where(logits >= 0, 1.0 / (1.0 + e), e / (1.0 + e))\n    return -xp.mean(xp.maximum(logits, 0.0) + xp.log1p(e)), -p / logits.size\n"),
    (2, ADVERSARIAL, "    return bce_with_logits(logits, 1.0)\n", "    xp = namespace(logits)\n    p = 1.0 / (1.0 + xp.exp(-xp.clip(logits, -500, 500)))\n    return xp.mean(xp.maximum(-logits, 0.0) + xp.log1p(xp.exp(-xp.abs(logits)))), (p - 1.0) / logits.size\n"),
    (2, ADVERSARIAL, "    batches = [real, fake] if D.min_batch > 1 else [xp.concat([real, fake], axis=0)]\n", "    if D.min_batch == 1:\n        (s, tape_r), (t, tape_f) = D.forward(theta_d, real), D.forward(theta_d, fake)\n        (a, ds), (b, dt) = losses.real(s), losses.fake(t)\n        return a + b, D.backward(theta_d, tape_r, ds)[1] + D.backward(theta_d, tape_f, dt)[1], (tape_r, tape_f)\n    batches = [real, fake]\n"),
    (2, OPTIM, "        below = namespace(v).sqrt(v)\n        below += self.eps * root\n        change = m / below\n        change *= rate * root / (1.0 - self.beta1**self.t)\n        return change\n", "        m_hat, v_hat = m / (1.0 - self.beta1**self.t), v / (1.0 - self.beta2**self.t)\n        return rate * m_hat / (namespace(v).sqrt(v_hat) + self.eps)\n"),
    (2, GAN, "        loss, dtheta = self.g_grad(self.noise(rng, n))\n", "        z = self.noise(rng, n)\n        loss, dtheta = self.g_grad(z)\n"),
    # sheet 3
    (3, BIPARTITE, "    a = v @ W\n    a += c\n    return sigmoid(a)\n", "    import numpy as np\n\n    return sigmoid(np.einsum(\"ni,ij->nj\", v, W) + c[None, :])\n"),
    (3, BIPARTITE, "    return units.energy(v, b) - namespace(v).sum(softplus(v @ W + c), axis=1)\n", "    xp, a = namespace(v), v @ W + c\n    top = xp.maximum(a, 0.0)\n    return units.energy(v, b) - xp.sum(top + xp.log(xp.exp(-top) + xp.exp(a - top)), axis=1)\n"),
    (3, BIPARTITE, "    return units.energy(v, b) - h @ c - namespace(v).sum((v @ W) * h, axis=1)\n", "    import numpy as np\n\n    return units.energy(v, b) - h @ c - np.diag(v @ W @ h.T)\n"),
    (3, COMPLETION, "    return total / (rounds - rounds // 2)\n", "    return total * (1.0 / (rounds - rounds // 2))\n"),
    # sheet 4
    (4, GAMES, "    dx, dy = game.slopes(*simultaneous(game, x, y, eta))\n", "    dx, dy = game.slopes(x, y)\n    dx, dy = game.slopes(x - eta * dx, y + eta * dy)\n"),
    (4, WGAN, "    return -xp.mean(scores), xp.full_like(scores, -1.0 / scores.shape[0])\n", "    return xp.mean(-scores), -xp.ones_like(scores) / scores.shape[0]\n"),
    (4, PENALTY, "    norm = xp.sqrt(xp.sum(g * g, axis=1, keepdims=True))\n", "    import numpy as np\n\n    norm = np.linalg.norm(g, axis=1, keepdims=True)\n"),
    # sheets 5 to 7
    (5, LSTM, "    dc = dc + dh * o * (1.0 - said * said)\n", "    dc = dc + o * dh * (1.0 - said**2)\n"),
    (5, LSTM, "    gates, g = sigmoid(a[..., : 3 * n]), xp.tanh(a[..., 3 * n :])\n", "    gates, g = 0.5 * (1.0 + xp.tanh(0.5 * a[..., : 3 * n])), 2.0 * sigmoid(2.0 * a[..., 3 * n :]) - 1.0\n"),
    (6, VAE, "    return mean + namespace(mean).exp(0.5 * logvar) * noise\n", "    xp = namespace(mean)\n    return mean + xp.sqrt(xp.exp(logvar)) * noise\n"),
    (6, VAE, "    variance = xp.exp(logvar)\n", "    sigma = xp.exp(0.5 * logvar)\n    variance = sigma * sigma\n"),
    (6, LIKELIHOODS, "        return namespace(y).sum(x * y - softplus(y), axis=-1), x - sigmoid(y)\n", "        xp = namespace(y)\n        return -xp.sum(x * softplus(-y) + (1.0 - x) * softplus(y), axis=-1), x - sigmoid(y)\n"),
    (7, AUTOREGRESSIVE, "        return xp.sum(x * logits - softplus(logits), axis=1), x - sigmoid(logits)\n", "        return -xp.sum(x * softplus(-logits) + (1.0 - x) * softplus(logits), axis=1), x - sigmoid(logits)\n"),
]  # fmt: skip
