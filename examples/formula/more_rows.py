"""Do generated rows help? Logistic regression on 100 rows of the breast cancer data, with 100 rows added."""

import numpy as np
from sklearn.datasets import load_breast_cancer

import equipoise as eq

SPLITS, TRAIN = 5, 100


def log_loss(X, y, test):
    model = eq.LogisticRegression(standardize=True).fit(X, y)
    return float(np.mean(eq.losses.Logistic().value(test[:, -1], model.decision_function(test[:, :-1]))))


def added(frame, rows, seed):
    """What to add to the training rows, and what a model sees that is trained on it alone."""
    import pandas as pd

    train = frame.iloc[rows]
    makers = {
        "TableGAN": eq.TableGAN(seed=seed),
        "TableVAE": eq.TableVAE(seed=seed),
        "TableMarginals (columns independent: the floor)": eq.TableMarginals(seed=seed),
    }
    drawn = {name: maker.fit(train).sample(TRAIN, seed=seed) for name, maker in makers.items()}
    return {name: (pd.concat([train, new]).to_numpy(), new.to_numpy()) for name, new in drawn.items()}


def study():
    """`{rows added: (mean log loss with the real rows, paired difference, its SE, log loss without them)}`."""
    frame = load_breast_cancer(as_frame=True).frame
    random = np.random.default_rng(0)
    scores = {}
    for seed in range(SPLITS):
        order = random.permutation(len(frame))
        train, test = frame.iloc[order[:TRAIN]].to_numpy(), frame.iloc[order[TRAIN:]].to_numpy()
        sets = {"none": (train, train)} | added(frame, order[:TRAIN], seed)
        sets["other real rows (the ceiling)"] = frame.iloc[order[: 2 * TRAIN]].to_numpy(), test[:TRAIN]
        for name, pair in sets.items():
            # the ceiling's rows are taken out of the test part for all
            losses = [log_loss(x[:, :-1], x[:, -1], test[TRAIN:]) for x in pair]
            scores.setdefault(name, []).append(losses)
    together, alone = ({name: np.array(s)[:, k] for name, s in scores.items()} for k in (0, 1))
    share = 1.0 / SPLITS + (len(frame) - 2 * TRAIN) / TRAIN  # Nadeau and Bengio (2003)
    rows = {}
    for name, losses in together.items():
        worse = losses - together["none"]
        rows[name] = (losses.mean(), worse.mean(), np.sqrt(share * worse.var(ddof=1)), alone[name].mean())
    return rows
