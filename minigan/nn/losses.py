"""Losses: one number that says how wrong an output is, and its gradient with respect to that output.

Each returns (loss, gradient). The loss is a mean: over all M elements, or for cross-entropy over the N rows. The gradient has
that 1/M or 1/N in it.

**Binary cross-entropy** asks how surprised somebody is who said "1 with probability p" and then sees t in [0, 1]:

    −t log p − (1 − t) log(1 − p)

With p = σ(l), l being the *logit*, log p and log(1 − p) become softplus functions, softplus(l) = log(1 + eˡ), and the
whole is softplus(l) − t l. Its derivative is σ(l) − t: what was said minus what was right. It stays right and finite for
any l (the gradient to within one rounding of 1), where a p rounded to 1 would have lost everything: that is why a
discriminator should end in a logit. Of a probability, the derivative is −t/p + (1 − t)/(1 − p).

    softplus(l) = max(l, 0) + log(1 + e^−|l|)        (the exponent is never positive: no overflow)

**Cross-entropy** is the same for C classes, with p_c = e^{l_c} / Σ e^l (the softmax): −log p_label = log Σ e^l − l_label.
Its gradient is p minus the one-hot vector of the label, 1 at the label and 0 elsewhere.
**Mean squared error**: (y − t)², with gradient 2 (y − t).
"""

from minigan.arrays import namespace
from minigan.nn.activations import sigmoid


def _check_target(name, values, target):
    """A target is a number or has the values' shape: (N,) against (N, 1) would broadcast to (N, N) without a word."""
    if isinstance(target, (int, float)):
        return float(target)
    namespace(values, target)
    if target.shape != values.shape or target.dtype != values.dtype:
        raise ValueError(f"{name} got values {values.shape} of {values.dtype} and a target {target.shape} of "
                         f"{target.dtype}: want a Python number, or an array of the same shape and dtype")
    return target


def softplus(x):
    """log(1 + eˣ), with no overflow and with small relative error for any x."""
    return namespace(x).maximum(x, 0.0) + _tail(x)


def _tail(x):
    """log(1 + e^−|x|), by which softplus is above max(x, 0)."""
    xp = namespace(x)
    e = xp.exp(-xp.abs(x))
    u = 1.0 + e
    return xp.log(u) + (e - (u - 1.0)) / u  # of u, and of what rounding took from e: NumPy's log1p takes twice as long


def bce_with_logits(logits, target):
    """Binary cross-entropy of σ(logits) against target, and its gradient: (loss, dlogits), right for any logits.

    logits: an array of M elements. target: a number in [0, 1], or an array of the logits' shape. That it lies in [0, 1] is not
    looked at: that would wait for the device.
    """
    target = _check_target("bce_with_logits", logits, target)
    xp = namespace(logits)
    # softplus(l) − t l, the large terms first: they cancel exactly before the small one is added
    loss = xp.maximum(logits, 0.0) - target * logits + _tail(logits)
    return xp.mean(loss), (sigmoid(logits) - target) / logits.size


def bce(p, target):
    """Binary cross-entropy of probabilities, and its gradient: (mean of −t log p − (1 − t) log(1 − p), dp).

    p: an array of M elements in [0, 1]. target: a number in [0, 1], or an array of p's shape. Where p is 0 or 1 and the
    target is not, loss and gradient are infinite, as in the formula; `bce_with_logits` knows no such place.
    """
    target = _check_target("bce", p, target)
    xp = namespace(p)
    t = target + xp.zeros_like(p)
    # 0 · log 0 is 0, its limit: where a term's weight is 0, its logarithm is taken of 1
    if_one = xp.where(t > 0, p, xp.ones_like(p))
    if_zero = xp.where(t < 1, 1.0 - p, xp.ones_like(p))
    loss = xp.mean(-t * xp.log(if_one) - (1.0 - t) * xp.log(if_zero))
    return loss, ((1.0 - t) / if_zero - t / if_one) / p.size


def mse(y, target):
    """Mean squared error: (mean of (y − t)², 2 (y − t) / M). target: a number, or an array of y's shape."""
    target = _check_target("mse", y, target)
    difference = y - target
    return namespace(y).mean(difference * difference), difference * (2.0 / y.size)


def log_softmax(logits):
    """log of softmax over the last axis: l − log Σ e^l, computed from l − max l, so that no exponent is positive."""
    xp = namespace(logits)
    shifted = logits - xp.max(logits, axis=-1, keepdims=True)
    return shifted - xp.log(xp.sum(xp.exp(shifted), axis=-1, keepdims=True))


def cross_entropy(logits, labels):
    """Cross-entropy of softmax(logits) (N, C) against labels (N,), whole numbers 0 … C − 1: the mean over N, gradient.

    Another number is no class, and nobody looks: its row adds nothing to the loss. Models check the labels that they are given.
    """
    if logits.ndim != 2 or labels.shape != logits.shape[:1]:
        raise ValueError(f"cross_entropy got logits {logits.shape} and labels {labels.shape}: want (N, C) and (N,)")
    xp = namespace(logits, labels)
    log_p = log_softmax(logits)
    classes = xp.arange(logits.shape[1], dtype=xp.int64)  # of labels' own dtype, uint8 for instance, they could wrap around
    onehot = xp.astype(labels[:, None] == classes[None, :], logits.dtype)
    N = logits.shape[0]
    return -xp.sum(onehot * log_p) / N, (xp.exp(log_p) - onehot) / N
