"""Principal components: the oldest generator, and the only one here that is solved and not trained.

An example x is a row of n numbers. Let m be the mean of the N rows of data, and C = 1/(N − 1) Σ (x − m)ᵀ (x − m) their
covariance (n, n), with eigenvectors u_1, u_2, … and variances λ_1 ≥ λ_2 ≥ … along them. The first q eigenvectors, as the
columns of U (n, q), give a code of q numbers and the way back:

    t = (x − m) U          x̂ = m + t Uᵀ

Of all linear codes of q numbers this one has the smallest squared error: what is lost is the variance of the other
directions. So a *linear autoencoder* (two linear layers, squared error) that is trained to the end finds the same subspace,
though not the same axes in it, since any invertible map of the code can be undone by the decoder (Baldi & Hornik 1989). A
test trains one and measures the angle.

**As a generator** (probabilistic PCA, Tipping & Bishop 1999): x = m + z Wᵀ + noise, z ~ N(0, I) of q numbers, noise
N(0, σ² I). Then x is Gaussian with covariance W Wᵀ + σ² I, and its likelihood is largest at

    σ² = mean of λ_{q+1} … λ_n          W = U (Λ − σ² I)^½

    log p(x) = −½ (n log 2π + Σ_{i≤q} log λ_i + (n − q) log σ² + Σ_{i≤q} t_i² / λ_i + (‖x − m‖² − ‖t‖²) / σ²)

(With the covariance divided by N. Here, as in scikit-learn, the λ are those of C, divided by N − 1, and σ² is the mean of the
min(N, n) − q that are left: N rows have no more than N directions.) It is exact, and a poor picture of images: one Gaussian
cloud, where they lie on something curved.

Two ways to U. The singular values of the centred data, s_i² = (N − 1) λ_i, with the right singular vectors. Or orthogonal
iteration: multiply a basis by C, make it orthonormal again, and repeat; each round the part outside the first q directions
shrinks by λ_{q+1}/λ_q. It needs only products with the data, and suits many features and few components.
"""

import math

import numpy as np

from minigan.arrays import INIT, SAMPLE, copy_of, dtype_name, generator, namespace, to, to_numpy
from minigan.check import choice, flag, number, whole
from minigan.models.check import check_like
from minigan.models.estimator import Estimator, back_to, in_row_blocks, seed_of
from minigan.nn.describe import describe

SOLVERS = ("svd", "iteration")


class PCA(Estimator):
    """Principal component analysis, with scikit-learn's interface.

    n_components: int, q, the size of the code; min(N, n) of the data if None.
    solver: "svd", or "iteration" (orthogonal iteration).
    max_iter: int, rounds of the iteration at most. tol: it ends when no basis vector turns by more than this (sine of the
        angle), or than ten roundings of the data's dtype.
    backend: "numpy" or "cupy". random_state: int, None or a numpy RandomState, for the iteration's start.

    After fitting: components_ (q, n), mean_ (n,), explained_variance_ (q,), explained_variance_ratio_ (q,), noise_variance_,
    σ².
    """

    range = None
    free = ("backend", "random_state")

    def __init__(self, n_components=None, *, solver="svd", max_iter=500, tol=1e-7, backend="numpy", random_state=None):
        self.n_components, self.solver, self.max_iter, self.tol = n_components, solver, max_iter, tol
        self.backend, self.random_state = backend, random_state

    def fit(self, X, y=None):
        """Find the components of X (N, n). y is not looked at."""
        choice("solver", self.solver, SOLVERS)
        source, X = X, self.validated(X, fitting=True)
        xp, (N, n) = namespace(X), X.shape
        q = min(N, n) if self.n_components is None else whole("n_components", self.n_components)
        if q > min(N, n):
            raise ValueError(f"n_components is {q}, X is {(N, n)}: want {min(N, n)} at most, the smaller of rows and features")
        number("tol", self.tol, least=0)
        if N < 2:
            raise ValueError("X has 1 sample: a variance needs 2 at least")
        mean = xp.mean(X, axis=0)
        mean = mean + xp.mean(X - mean, axis=0)  # in float32 a sum of many rows is rounded far off; what is left is small
        centred = X - mean
        total = float(xp.sum(centred * centred)) / (N - 1)
        if self.solver == "svd":
            _, s, Vt = np.linalg.svd(to_numpy(centred), full_matrices=False)  # on the host, by LAPACK
            components, variance = to([Vt[:q, :].copy(), s[:q] ** 2 / (N - 1)], self.backend)
            rounds = 1
        else:
            components, variance, rounds = self._iterate(centred, q)
        self._remember_names(source)
        self.n_iter_, self.n_features_in_, self.n_components_, self.dtype_ = rounds, n, q, dtype_name(X)
        self.mean_, self.components_, self.explained_variance_ = mean, components, variance
        self.explained_variance_ratio_ = variance / total if total else variance * 0.0
        rest = min(N, n) - q
        self.noise_variance_ = 0.0
        if rest:
            left = centred - (centred @ components.T) @ components  # not total − Σ λ, the difference of large numbers
            self.noise_variance_ = float(xp.sum(left * left)) / ((N - 1) * rest)
        return self

    def _iterate(self, centred, q):
        """(Uᵀ (q, n), λ (q,), rounds) by orthogonal iteration; in the end the eigenvectors of C within the subspace."""
        xp, N = namespace(centred), centred.shape[0]
        rng = generator(seed_of(self.random_state), self.backend, INIT)
        U = orthonormal(rng.standard_normal(size=(centred.shape[1], q), dtype=dtype_name(centred)))
        # C + shift·I has the eigenvectors of C, and no column becomes 0 where the data have no variance
        eps = float(np.finfo(dtype_name(centred)).eps)
        shift, tol = eps * float(xp.sum(centred * centred)) or 1.0, max(self.tol, 10 * eps)  # a basis is rounded that far
        for rounds in range(1, whole("max_iter", self.max_iter) + 1):  # noqa: B007
            new = orthonormal(centred.T @ (centred @ U) + shift * U)
            outside = new - U @ (U.T @ new)  # what of the new basis lies outside the old subspace
            U = new
            if float(xp.max(xp.sum(outside * outside, axis=0))) < tol**2:
                break
        t = centred @ U
        variance, axes = np.linalg.eigh(to_numpy(t.T @ t / (N - 1)))  # of q numbers: small, on the host
        variance, axes = to([np.maximum(variance[::-1], 0.0), axes[:, ::-1].copy()], self.backend)
        return (U @ axes).T, variance, rounds

    def transform(self, X):
        """t = (x − m) U, (N, q)."""
        return self._as_output(X, self._codes(X))

    @in_row_blocks
    def _codes(self, X):
        return back_to(X, (self.validated(X) - self.mean_) @ self.components_.T)

    def fit_transform(self, X, y=None):
        """fit, then transform."""
        return self.fit(X, y).transform(X)

    def inverse_transform(self, T):
        """x̂ = m + t Uᵀ, (N, n), of codes t (N, q)."""
        self.check_fitted()
        return back_to(T, self.mean_ + self.validated(T, width=self.n_components_) @ self.components_)

    def log_likelihood(self, X):
        """log p(x) of each row under probabilistic PCA, (N,), in nats: exact."""
        source, X = X, self.validated(X)
        xp, n, q = namespace(X), self.n_features_in_, self.n_components_
        least = float(xp.min(self.explained_variance_))
        rounding = max(1e-6, n * float(np.finfo(self.dtype_).eps)) ** 2  # of a variance, as a share of the largest
        nothing = rounding * float(xp.max(self.explained_variance_))
        if least <= nothing or (q < n and self.noise_variance_ <= nothing):
            raise ValueError(f"the data have no variance in some directions: with {q} components of {n} this Gaussian has no "
                             "density. Use fewer components, or more data")
        centred = X - self.mean_
        t = centred @ self.components_.T
        log_p = n * math.log(2 * math.pi) + float(xp.sum(xp.log(self.explained_variance_)))
        log_p = log_p + xp.sum(t * t / self.explained_variance_, axis=1)
        if q < n:
            left = centred - t @ self.components_  # ‖x − m‖² − ‖t‖² is its square, and no difference of large numbers
            log_p = log_p + (n - q) * math.log(self.noise_variance_) + xp.sum(left * left, axis=1) / self.noise_variance_
        return back_to(source, -0.5 * log_p)

    def score_samples(self, X):
        """As log_likelihood: scikit-learn's name for it."""
        return self.log_likelihood(X)

    def score(self, X, y=None):
        """The mean of log p(x)."""
        return float(namespace(self.mean_).mean(self.log_likelihood(X)))

    def sample(self, n, seed=None, *, mean=True):
        """n samples (n, features): m + W z for codes z from the prior; with mean=False plus the noise, as the model has it."""
        self.check_fitted()
        xp, rng = namespace(self.mean_), generator(seed, self.backend, SAMPLE)
        z = rng.standard_normal(size=(whole("n", n), self.n_components_), dtype=self.dtype_)
        scale = xp.sqrt(xp.maximum(self.explained_variance_ - self.noise_variance_, 0.0))
        x = self.mean_ + (z * scale) @ self.components_
        if flag("mean", mean):
            return x
        return x + math.sqrt(self.noise_variance_) * rng.standard_normal(size=x.shape, dtype=self.dtype_)

    def state(self):
        """What was found, as a dict of copies."""
        self.check_fitted()
        found = ("mean_", "components_", "explained_variance_", "explained_variance_ratio_")
        return {name: copy_of(getattr(self, name)) for name in found} | {"noise_variance_": self.noise_variance_}

    def load_state(self, state):
        """Take over what `state()` gave."""
        components = state.get("components_") if isinstance(state, dict) else None
        if getattr(components, "ndim", None) != 2 or 0 in components.shape:
            raise ValueError(f"got {type(state).__name__} for a state, with {type(components).__name__} for components_: want "
                             "a dict as `state()` gives it, with an array (q, n) there")
        if dtype_name(components) not in ("float32", "float64"):
            raise ValueError(f"the state's components_ are {components.dtype}: want float32 or float64")
        q, n = components.shape
        if self.n_components not in (None, q):
            raise ValueError(f"the state has {q} components, and this PCA n_components={self.n_components}: want the same")
        like = {"mean_": components[0, :], "components_": components, "explained_variance_": components[:, 0],
                "explained_variance_ratio_": components[:, 0], "noise_variance_": 0.0}  # fmt: skip
        check_like(state, like)
        self.n_components_, self.n_features_in_, self.dtype_ = q, n, dtype_name(components)
        vars(self).pop("feature_names_in_", None)  # of an earlier fit
        for name in like:
            setattr(self, name, state[name] if name == "noise_variance_" else copy_of(state[name]))

    def config(self):
        """The class and its arguments, as plain values; no random state, which only `fit` uses."""
        name, arguments = describe(self)
        return {"class": name, **arguments, "random_state": None}


def orthonormal(U):
    """The columns of U (n, q) made orthonormal, one after the other (Gram–Schmidt): from each, its part along earlier ones is
    taken away. Three times, since each time rounding leaves a little of it, which is much where most was taken away.
    """
    xp, columns = namespace(U), []
    for j in range(U.shape[1]):
        u = U[:, j]
        for _ in range(3 if columns else 0):
            earlier = xp.stack(columns, axis=1)
            u = u - earlier @ (earlier.T @ u)
        columns.append(u / xp.sqrt(xp.sum(u * u)))
    return xp.stack(columns, axis=1)


def subspace_angle(A, B):
    """The largest angle, in radians, between the row spaces of A and B, (q, n) each: 0 where they are the same."""
    first, second = (np.linalg.qr(to_numpy(M).T)[0] for M in (A, B))
    outside = second - first @ (first.T @ second)  # the sines are the singular values of what lies outside
    return float(np.arcsin(min(1.0, np.linalg.norm(outside, 2))))
