"""A sampler after imbalanced-learn's interface: `fit_resample(X, y)` returns the rows with generated ones added.

It needs no imbalanced-learn. Inside that library's `Pipeline` it acts in `fit` only, so that rows to be predicted stay
as they are.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, Self, final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, OneToOneFeatureMixin
from sklearn.utils import InputTags, Tags
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import _check_feature_names, _check_n_features, check_X_y, column_or_1d

from equipoise.augment.generate import When, check_recipe
from equipoise.augment.rows import added_rows, check_target
from equipoise.data.encoding import is_frame
from equipoise.errors import InputError

__all__ = ["Augmenter"]


@dataclass
class _InputTags(InputTags):  # type: ignore[misc]
    dataframe: bool = True


@dataclass
class _SamplerTags:
    sample_indices: bool = False


@dataclass
class _Tags(Tags):  # type: ignore[misc]
    """Those of scikit-learn, and what imbalanced-learn asks of a sampler besides."""

    sampler_tags: _SamplerTags = field(default_factory=_SamplerTags)


@final
class Augmenter(OneToOneFeatureMixin, BaseEstimator):  # type: ignore[misc]
    """Add generated rows to a training set.

    Parameters
    ----------
    synthesizer : synthesizer of tables, optional
        Fitted on X and y together; `TableTrees()` if not given. It is copied, not changed.
    multiple : float, default 1.0
        With ``when="minority"`` the share of each class's gap to the largest that is filled: 1 balances the classes.
        With ``when="all"`` generated rows per real row.
    when : {"minority", "all"}, default "minority"
        Whether rows of the smaller classes are added, or of all in their real shares. A number as target needs "all".
    seed : int, default 0
        Decides the generated rows.

    Attributes
    ----------
    n_added_ : int
        Generated rows of the last call; they come after the real ones.
    sampling_strategy_ : dict
        Generated rows of each class; empty for a number.

    Examples
    --------
    >>> import numpy as np
    >>> from equipoise.augment import Augmenter
    >>> X, y = np.random.default_rng(0).normal(size=(100, 2)), np.repeat([0, 1], [80, 20])
    >>> more, labels = Augmenter().fit_resample(X, y)
    >>> more.shape, np.bincount(labels).tolist()
    ((160, 2), [80, 80])
    """

    _sampling_type = "over-sampling"
    _estimator_type = "sampler"

    def __init__(
        self, synthesizer: Any = None, *, multiple: float = 1.0, when: When = "minority", seed: int = 0
    ) -> None:
        self.synthesizer, self.multiple, self.when, self.seed = synthesizer, multiple, when, seed

    def fit(self, X: Any, y: ArrayLike, **params: Any) -> Self:
        """Check X and y, which is all that imbalanced-learn's samplers do here."""
        self._read(X, np.argmax(y, axis=1) if _is_one_hot(y) else y)
        return self

    def fit_resample(self, X: Any, y: ArrayLike, **params: Any) -> tuple[Any, NDArray[Any]]:
        """Fit the synthesizer on these rows and add what it draws.

        Parameters
        ----------
        X : array or data frame of shape (n, p)
        y : array of shape (n,)
            Classes or numbers; or of shape (n, K) with a 1 for the class of each row.

        Returns
        -------
        X, y : of the types of the arguments
            The n real rows, then the generated ones.

        Raises
        ------
        InputError
            If a setting is out of range, or X and y cannot be learned from.
        """
        as_list, one_hot = isinstance(X, list), _is_one_hot(y)
        y = np.argmax(y, axis=1) if one_hot else y
        X, target, classes = self._read(X, y)
        if classes is not None and len(classes) < 2 and self.when == "minority":
            raise InputError(
                f"y has the one class {str(classes[0])!r}, and there is nothing to balance; set when='all'"
            )
        labels = target if classes is None else np.unique(target, return_inverse=True)[1]
        X, longer, self.n_added_ = added_rows(X, labels, classes, self.synthesizer, self.multiple, self.when, self.seed)
        X = X.tolist() if as_list else X
        if classes is None:
            self.sampling_strategy_: dict[Any, int] = {}
            return X, _like(longer, y)
        counts = np.bincount(longer[len(labels) :], minlength=len(classes))
        self.sampling_strategy_ = {label: int(count) for label, count in zip(classes, counts, strict=True) if count}
        return X, np.eye(len(classes), dtype=int)[longer] if one_hot else _like(classes[longer], y)

    def __sklearn_tags__(self) -> _Tags:
        """Missing values, labels and data frames are taken."""
        plain = super().__sklearn_tags__()
        given = {each.name: getattr(plain, each.name) for each in fields(plain)}
        given["input_tags"] = _InputTags(allow_nan=True, string=True, categorical=True)
        return _Tags(**given | {"estimator_type": "sampler"})

    def _read(self, X: Any, y: ArrayLike) -> tuple[Any, NDArray[Any], NDArray[Any] | None]:
        check_recipe(self.multiple, self.when)
        _check_feature_names(self, X, reset=True)
        if is_frame(X):
            target = check_target(np.asarray(column_or_1d(y)))
            _check_n_features(self, X, reset=True)
        else:
            X, target = check_X_y(X, y, dtype=None, ensure_all_finite="allow-nan", estimator=self)
            self.n_features_in_ = X.shape[1]
        if type_of_target(target).startswith("continuous"):
            return X, target, None
        check_classification_targets(target)
        return X, target, np.unique(target)


def _is_one_hot(y: Any) -> bool:
    """Whether each row marks one of several classes, as for one classifier a class."""
    if not (isinstance(y, np.ndarray) and y.ndim == 2):
        return False
    return bool(type_of_target(y) == "multilabel-indicator" and np.all(y.sum(axis=1) == 1))


def _like(values: NDArray[Any], y: Any) -> Any:
    """Labels as a pandas series or one-column frame, of the same name and type, where `y` was one."""
    if hasattr(y, "iloc") and hasattr(y, "name"):
        return type(y)(values, name=y.name, dtype=y.dtype)
    if hasattr(y, "iloc"):
        return type(y)(values[:, None], columns=y.columns).astype(y.dtypes.to_dict())
    return values.tolist() if isinstance(y, list) else values
