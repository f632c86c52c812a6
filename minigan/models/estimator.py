"""What scikit-learn asks of an estimator, without scikit-learn.

Its conventions are few: the arguments of `__init__` are stored under their own names and nothing else is done there;
`get_params` and `set_params` read and write them, which is all that `clone` and `GridSearchCV` need; what is learned ends in
an underscore; input is anything that can become a finite 2-D array of the width seen in `fit`: a list, a sparse matrix (made
dense, a block of rows at a time where it is only asked about), a DataFrame, whose columns must then always come with the same
names in the same order. scikit-learn is imported only in `__sklearn_tags__`, which only scikit-learn calls.
Source: scikit-learn, "Developing scikit-learn estimators".
"""

import functools
import inspect

import numpy as np

from minigan.arrays import dtype_name, namespace, to
from minigan.check import choice, whole

BLOCK = 1000  # rows of a sparse matrix that are made dense at a time


class NotFitted(ValueError, AttributeError):
    """The estimator was asked for something that it has yet to learn."""


def learned(name, default=None):
    """A property that reads and writes the attribute `name`; before there is one it is `default`.

    scikit-learn wants what is learned to end in an underscore, the other models have it under plain names.
    """
    return property(lambda self: vars(self).get(name, default), lambda self, value: setattr(self, name, value))


class Estimator:
    """get_params, set_params, tags, and the validation of input. Needs self.backend and self.range."""

    def get_params(self, deep=True):
        """The arguments of __init__ as they are now, by name."""
        return {name: getattr(self, name) for name in inspect.signature(type(self).__init__).parameters if name != "self"}

    def set_params(self, **params):
        """Set arguments by name; an unknown one is refused before any is set."""
        unknown = sorted(set(params) - set(self.get_params()))
        if unknown:
            raise ValueError(f"{type(self).__name__} has no parameter {', '.join(unknown)}; it has "
                             f"{', '.join(self.get_params())}")
        for name, value in params.items():
            setattr(self, name, value)
        return self

    def __repr__(self):
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.get_params().items())})"

    def __sklearn_tags__(self):
        from sklearn.utils import InputTags, Tags, TargetTags, TransformerTags

        kinds = TransformerTags(preserves_dtype=["float64", "float32"])
        inputs = InputTags(sparse=True, positive_only=self.range is not None and self.range[0] >= 0)
        return Tags(estimator_type="transformer", target_tags=TargetTags(required=False), transformer_tags=kinds,
                    input_tags=inputs)

    def get_feature_names_out(self, input_features=None):
        """Names of the columns of `transform`: the class in small letters and a number. input_features: not looked at."""
        self.check_fitted()
        name, width = type(self).__name__.lower(), self.components_.shape[0]
        return np.asarray([f"{name}{i}" for i in range(width)], dtype=object)

    def set_output(self, *, transform=None):
        """What `transform` returns: "pandas", a DataFrame with the names above; "default", arrays. None changes nothing."""
        if transform is not None:
            # under scikit-learn's name: its `clone` copies it
            self._sklearn_output_config = {"transform": choice("transform", transform, ("default", "pandas"))}
        return self

    def _as_output(self, X, features):
        """The features of X in the form that `set_output` asked for."""
        if getattr(self, "_sklearn_output_config", {"transform": "default"})["transform"] == "default":
            return features
        import pandas

        index = X.index if hasattr(X, "columns") else None  # a list has an index too, which is a method
        return pandas.DataFrame(to(features, "numpy"), columns=self.get_feature_names_out(), index=index)

    def _remember_names(self, X):
        """Keep the column names of a DataFrame that was fitted."""
        vars(self).pop("feature_names_in_", None)
        if (names := _names(X)) is not None:
            self.feature_names_in_ = names

    def _check_names(self, X):
        """Raise unless a DataFrame has the columns that were fitted, in the same order."""
        known, names = getattr(self, "feature_names_in_", None), _names(X)
        if known is not None and names is not None and list(known) != list(names):
            raise ValueError("The feature names should match those that were passed during fit. It was fitted with "
                             f"{', '.join(known[:5])}{' …' if len(known) > 5 else ''}, and gets {', '.join(names[:5])}"
                             f"{' …' if len(names) > 5 else ''}: give the same columns in the same order")

    def validated(self, X, *, fitting=False, width=None):
        """X as a 2-D float array on this backend: float32 or float64 as it comes; whole numbers become float64.

        Outside of fitting it takes the dtype of what was learned, and must have its width, or the one given.
        """
        source, X = X, _array(X)
        if X.ndim != 2:
            raise ValueError(f"Expected 2D array, got {X.ndim}D array instead: shape {tuple(X.shape)}. Reshape your data, "
                             "X.reshape(1, -1) if it is a single sample")
        if 0 in X.shape:
            name = "sample" if X.shape[0] == 0 else "feature"
            raise ValueError(f"Found array with 0 {name}(s) (shape={tuple(X.shape)}) while a minimum of 1 is required.")
        xp = namespace(X)
        if fitting:
            dtype = "float32" if dtype_name(X) in ("float32", "float16", "bool") else "float64"
        else:
            self.check_fitted()
            dtype, wanted = self.dtype_, width or self.n_features_in_
            if X.shape[1] != wanted:
                raise ValueError(f"X has {X.shape[1]} features, but {type(self).__name__} is expecting "
                                 f"{wanted} features as input.")
        X = to(xp.astype(X, getattr(xp, dtype), copy=False), self.backend)
        if not bool(namespace(X).all(namespace(X).isfinite(X))):
            raise ValueError("Input X contains NaN or infinity: clean the data, for instance with numpy.nan_to_num")
        if width is None and not fitting:
            self._check_names(source)
        return X

    def check_fitted(self):
        """Raise NotFitted unless something has been learned."""
        if "n_features_in_" not in vars(self):
            raise NotFitted(f"This {type(self).__name__} instance is not fitted yet. Call 'fit' with data first.")


def _names(X):
    """The column names of a DataFrame, where all are texts; else None."""
    names = np.asarray(getattr(X, "columns", ()), dtype=object)
    return names if len(names) and all(isinstance(name, str) for name in names) else None


def _array(X):
    """Whatever scikit-learn's users call a matrix, as an array; arrays of any module stay what they are."""
    if hasattr(X, "toarray"):
        X = X.toarray()
    try:
        namespace(X)
        array = X
    except TypeError:
        if isinstance(X, np.ndarray):
            raise  # a matrix or a masked array
        array = np.asarray(X)
    if isinstance(array, np.ndarray):
        if array.dtype.kind == "c":
            raise ValueError("Complex data not supported: want real numbers")
        if array.dtype.kind in "OUS":
            array = array.astype(np.float64)
    return array


def seed_of(random_state):
    """The whole number of an int, None (a new one) or a numpy RandomState or Generator."""
    if random_state is None:
        return int(np.random.SeedSequence().generate_state(1)[0])
    if isinstance(random_state, np.random.RandomState):
        return int(random_state.randint(2**31))
    if isinstance(random_state, np.random.Generator):
        return int(random_state.integers(2**31))
    return whole("random_state", random_state, 0)


def in_row_blocks(method):
    """A method of X that answers row by row, asked a block of rows at a time where X is sparse, which bounds what is dense."""

    @functools.wraps(method)
    def ask(self, *one, **named):
        X, *_ = (*one, *named.values(), None)
        if not hasattr(X, "tocsr") or X.shape[0] <= BLOCK:
            return method(self, *one, **named)
        rows = X.tocsr()
        answers = [method(self, rows[start : start + BLOCK]) for start in range(0, X.shape[0], BLOCK)]
        return namespace(answers[0]).concat(answers, axis=0)

    return ask


def back_to(source, result):
    """A result, on the backend that the input came from; what was no array came from the host."""
    try:
        return to(result, namespace(source).__name__)
    except TypeError:
        return to(result, "numpy")
