"""A model with a generator in front: both are fitted in `fit`, on the same rows, and prediction meets real rows only.

Inside cross-validation or a grid search the generator is thereby fitted on the training part of each fold. Fitting it
once before the split instead lets test rows into the training set, and the score is then no longer one of new data.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import Any, Self, final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn import get_config
from sklearn.base import BaseEstimator, MetaEstimatorMixin, clone, is_classifier
from sklearn.metrics import log_loss, mean_squared_error
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping, process_routing
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import (
    _check_feature_names,
    _check_n_features,
    _check_sample_weight,
    check_is_fitted,
    column_or_1d,
    validate_data,
)

from equipoise.augment.generate import When, check_recipe
from equipoise.augment.rows import added_rows, check_target
from equipoise.data.encoding import is_frame
from equipoise.errors import FindingWarning, InputError

__all__ = ["Augmented"]

_FOLDS = 5
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class _Passed:
    """What `fit` passes on to the estimator."""

    weight: Floats | None
    rest: dict[str, Any]

    def take(self, rows: NDArray[np.intp]) -> _Passed:
        return replace(self, weight=None if self.weight is None else self.weight[rows])

    def options(self, kinds: NDArray[np.intp]) -> dict[str, Any]:
        """Options for real rows and the generated ones after them, which weigh what those of their kind do."""
        if self.weight is None:
            return self.rest
        n = len(self.weight)
        mean = np.bincount(kinds[:n], self.weight) / np.maximum(np.bincount(kinds[:n]), 1)
        return self.rest | {"sample_weight": np.concatenate([self.weight, mean[kinds[n:]]])}


def _inner_has(name: str) -> Any:
    def check(self: Any) -> bool:
        getattr(getattr(self, "estimator_", self.estimator), name)
        return True

    return check


@final
class Augmented(MetaEstimatorMixin, BaseEstimator):  # type: ignore[misc]
    """An estimator that is fitted on its training rows and on rows generated from them.

    Parameters
    ----------
    estimator : classifier or regressor
        Any of scikit-learn's make; it is cloned.
    synthesizer : synthesizer of tables, optional
        Fitted in `fit` on X and y together; `TableTrees()` if not given. It is copied, not changed.
    multiple : float, default 1.0
        With ``when="minority"`` the share of each class's gap to the largest that is filled: 1 balances the classes.
        With ``when="all"`` generated rows per real row.
    when : {"minority", "all"}, default "minority"
        Whether rows of the smaller classes are added, or of all in their real shares. Regression needs "all".
    only_if_helps : bool, default True
        Whether rows are added only where the loss (log loss where the estimator has probabilities, else the share of
        errors; squared error for numbers) falls by more than one standard error over five inner folds, at the cost of
        ten further fits. Where a class has one row it cannot be asked, and nothing is added.
    seed : int, default 0
        Decides the generated rows.

    Attributes
    ----------
    estimator_ : estimator
        Fitted on real and generated rows.
    n_added_ : int
        Generated rows.
    gain_ : float or None
        Mean fall of the loss over the inner folds; None where nobody asked, or it cannot be asked.
    classes_ : array
        Of a classifier.
    n_features_in_ : int

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.model_selection import cross_val_score
    >>> from equipoise.augment import Augmented
    >>> X, y = load_iris(return_X_y=True)
    >>> model = Augmented(LogisticRegression(max_iter=1000), when="all")
    >>> bool(cross_val_score(model, X, y, cv=3).mean() > 0.9)
    True
    >>> model.fit(X, y).n_added_  # generated rows do not lower the loss on iris
    0
    """

    def __init__(
        self,
        estimator: Any,
        synthesizer: Any = None,
        multiple: float = 1.0,
        when: When = "minority",
        only_if_helps: bool = True,
        seed: int = 0,
    ) -> None:
        self.estimator, self.synthesizer, self.multiple, self.when = estimator, synthesizer, multiple, when
        self.only_if_helps, self.seed = only_if_helps, seed

    def fit(self, X: Any, y: ArrayLike, **params: Any) -> Self:
        """Fit the synthesizer on the rows, and the estimator on these and on what it draws.

        Parameters
        ----------
        X : array or data frame of shape (n, p)
        y : array of shape (n,)
        **params : dict
            For the estimator's `fit`; with metadata routing what it requests. Rows of weight 0 are left out; generated
            rows get the mean ``sample_weight`` of the real ones of their class. Other values for each row have no
            meaning for generated ones, and are refused.

        Returns
        -------
        self

        Raises
        ------
        InputError
            If a setting is out of range, or a parameter cannot be passed on.
        """
        check_recipe(self.multiple, self.when)
        X, target = self._read(X, y)
        passed = self._passed(params, len(target))
        if passed.weight is not None and not np.all(passed.weight > 0):
            kept = np.flatnonzero(passed.weight > 0)
            X, target, passed = _rows(X, kept), target[kept], passed.take(kept)
        classes = None
        if is_classifier(self.estimator):
            check_classification_targets(target)
            classes, target = np.unique(target, return_inverse=True)
            if len(classes) < 2 and passed.weight is not None:
                raise InputError(
                    f"rows with a sample_weight above 0 have the one class {str(classes[0])!r}; two are needed"
                )
            self.classes_ = classes
        self.gain_, add = None, True
        if self.only_if_helps:
            self.gain_, add = self._gain(X, target, classes, passed)
        self.estimator_, self.n_added_ = self._fitted(X, target, classes, add, passed)
        return self

    def get_metadata_routing(self) -> MetadataRouter:
        """Return what is passed on to the estimator."""
        mapping = MethodMapping().add(caller="fit", callee="fit")
        return MetadataRouter(owner=type(self).__name__).add(estimator=self.estimator, method_mapping=mapping)

    def predict(self, X: Any) -> NDArray[Any]:
        """Predict with the fitted estimator."""
        return np.asarray(self._call("predict", X))

    @available_if(_inner_has("predict_proba"))  # type: ignore[untyped-decorator]
    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Probabilities of the classes, of shape (n, K)."""
        return np.asarray(self._call("predict_proba", X))

    @available_if(_inner_has("decision_function"))  # type: ignore[untyped-decorator]
    def decision_function(self, X: Any) -> NDArray[np.float64]:
        """Scores of the classes."""
        return np.asarray(self._call("decision_function", X))

    @available_if(_inner_has("score"))  # type: ignore[untyped-decorator]
    def score(self, X: Any, y: ArrayLike) -> float:
        """Score of the fitted estimator: accuracy or R2, for most."""
        return float(self._call("score", X, y))

    def _read(self, X: Any, y: ArrayLike) -> tuple[Any, NDArray[Any]]:
        if is_frame(X):
            _check_feature_names(self, X, reset=True)
            _check_n_features(self, X, reset=True)
            return X, check_target(np.asarray(column_or_1d(y)))
        numeric = not is_classifier(self.estimator)
        X, y = validate_data(self, X, y, **self._demands(), y_numeric=numeric, ensure_min_samples=2)
        return X, np.asarray(y)

    def _call(self, name: str, X: Any, *more: Any) -> Any:
        check_is_fitted(self)
        return getattr(self.estimator_, name)(self._features(X), *more)

    def _features(self, X: Any) -> Any:
        if is_frame(X):
            _check_feature_names(self, X, reset=False)
            _check_n_features(self, X, reset=False)
            return X
        return validate_data(self, X, **self._demands(), reset=False)

    def _demands(self) -> dict[str, Any]:
        """What an array has to be: the estimator's own demands."""
        tags = self.__sklearn_tags__().input_tags
        return {
            "dtype": None if tags.string else "numeric",
            "ensure_all_finite": "allow-nan" if tags.allow_nan else True,
        }

    def _passed(self, params: dict[str, Any], n: int) -> _Passed:
        if get_config()["enable_metadata_routing"]:
            params = process_routing(self, "fit", **params).estimator.fit
        params = {name: value for name, value in params.items() if value is not None}
        weight = params.pop("sample_weight", None)
        for name, value in params.items():
            if np.ndim(value) and len(value) == n:
                raise InputError(f"{name} has a value for each row, and generated rows have none; leave it out")
        if weight is None:
            return _Passed(None, params)
        if not np.any(weight):
            raise InputError("sample_weight is 0 for all rows; give one row at least a weight")
        weight = _check_sample_weight(weight, np.empty((n, 1)), ensure_non_negative=True)
        return _Passed(weight, params)

    def _fitted(
        self, X: Any, target: NDArray[Any], classes: NDArray[Any] | None, add: bool, passed: _Passed
    ) -> tuple[Any, int]:
        longer_X, longer, count = X, target, 0
        if add:
            longer_X, longer, count = added_rows(
                X, target, classes, self.synthesizer, self.multiple, self.when, self.seed
            )
        options = passed.options(np.zeros(len(longer), np.intp) if classes is None else longer)
        return clone(self.estimator).fit(longer_X, longer if classes is None else classes[longer], **options), count

    def _gain(
        self, X: Any, target: NDArray[Any], classes: NDArray[Any] | None, passed: _Passed
    ) -> tuple[float | None, bool]:
        """Mean fall of the loss over inner folds, and whether it is above its standard error."""
        if classes is None:
            splitter: Any = KFold(min(_FOLDS, len(target)), shuffle=True, random_state=self.seed)
        else:
            counts = np.bincount(target)
            if counts.min() < 2:
                warnings.warn(
                    f"class {str(classes[counts.argmin()])!r} has one row, so that no inner fold can tell whether "
                    "generated rows help: none are added; drop the class, or set only_if_helps=False",
                    FindingWarning,
                    stacklevel=3,
                )
                return None, False
            splitter = StratifiedKFold(min(_FOLDS, int(counts.min())), shuffle=True, random_state=self.seed)
        falls = []
        for train, test in splitter.split(target, target):
            part, rest = _rows(X, train), _rows(X, test)
            weight, inner = passed.take(test).weight, passed.take(train)
            models = [self._fitted(part, target[train], classes, add, inner)[0] for add in (False, True)]
            plain, fuller = (_loss(model, rest, target[test], classes, weight) for model in models)
            falls.append(plain - fuller)
        mean = float(np.mean(falls))
        return mean, mean > float(np.std(falls, ddof=1)) / np.sqrt(len(falls))

    def __sklearn_tags__(self) -> Any:
        """Those of the estimator, without sparse matrices."""
        from sklearn.utils import get_tags

        tags, inner = super().__sklearn_tags__(), get_tags(self.estimator)
        tags.estimator_type = inner.estimator_type
        tags.classifier_tags, tags.regressor_tags = inner.classifier_tags, inner.regressor_tags
        tags.target_tags.required = True
        tags.input_tags.allow_nan, tags.input_tags.string = inner.input_tags.allow_nan, inner.input_tags.string
        return tags


def _rows(X: Any, rows: NDArray[np.intp]) -> Any:
    from sklearn.utils import _safe_indexing

    return _safe_indexing(X, rows)


def _loss(model: Any, X: Any, target: NDArray[Any], classes: NDArray[Any] | None, weight: Floats | None) -> float:
    if classes is None:
        return float(mean_squared_error(target, model.predict(X), sample_weight=weight))
    if hasattr(model, "predict_proba"):
        return float(log_loss(classes[target], model.predict_proba(X), labels=classes, sample_weight=weight))
    return float(np.average(model.predict(X) != classes[target], weights=weight))
