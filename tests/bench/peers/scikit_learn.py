#!/usr/bin/python3
"""scikit-learn's MLPClassifier on the tasks of nnbench that it has (Debian: python3-sklearn)."""
import sys
import warnings

import fashion

try:
    from sklearn.neural_network import MLPClassifier
except ImportError:
    sys.exit(77)

options = fashion.options()
warnings.filterwarnings("ignore")


def show(task, **figures):
    fashion.show("scikit-learn", task, options.threads, **figures)


def fit_time(net, x, y):
    return fashion.seconds_of(lambda: net.fit(x, y))


def train_tiny():
    x, y = fashion.tiny()
    make = lambda: MLPClassifier((16,), batch_size=32, max_iter=150, tol=0, n_iter_no_change=10**6, alpha=0)
    show("train-tiny", opt="adam", wall_s=[fit_time(make(), x, y) for _ in range(options.runs)])


def train_mlp():
    x, y = fashion.train_split(options.data)
    for kind, settings in ("sgd", {"learning_rate_init": 0.1, "momentum": 0}), ("adam", {"learning_rate_init": 1e-3}):
        net = MLPClassifier((128,), solver=kind, batch_size=64, max_iter=1, alpha=0, warm_start=True, **settings)
        show("train-mlp", opt=kind, batch=64, epoch_s=[fit_time(net, x, y) for _ in range(options.runs)])


{"train-tiny": train_tiny, "train-mlp": train_mlp, "startup": lambda: None}.get(options.task, lambda: sys.exit(78))()
