#!/usr/bin/python3
"""nnscope beside scikit-learn's MLPClassifier: the same samples, net, optimizer, batches and epochs.

usage: compare_sklearn.py NNSCOPE [SEEDS]      (Debian: python3-sklearn)

Prints for each bundled set the mean accuracy on a fifth of the samples, over SEEDS splits (default 10), and the median
processor time, on one thread, of a whole run with start and reading, and of scikit-learn's fit alone. scikit-learn
draws each split and scales it; both programs get the same numbers. Both draw initial weights as Glorot and Bengio.
"""
import csv
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "data")
SETS = {  # name: hidden units, epochs, batch, learning rate, output layer
    "iris": (16, 30, 16, 0.01, "3 softmax"),
    "wine": (16, 40, 16, 0.01, "3 softmax"),
    "breast-cancer": (16, 30, 32, 0.002, "1 sigmoid"),
    "digits": (64, 30, 32, 0.002, "10 softmax"),
}


def split(name, seed):
    """Writes train.csv and test.csv."""
    from sklearn.model_selection import train_test_split
    from sklearn.preprocessing import StandardScaler

    with open(os.path.join(DATA, name + ".csv")) as file:
        rows = list(csv.reader(file))[1:]
    x, y = [[float(cell) for cell in row[:-1]] for row in rows], [row[-1] for row in rows]
    x, x_test, y, y_test = train_test_split(x, y, test_size=0.2, stratify=y, random_state=seed)
    scaler = StandardScaler().fit(x)
    for part, values, labels in ("train", x, y), ("test", x_test, y_test):
        with open(part + ".csv", "w") as file:
            out = csv.writer(file)
            out.writerow([f"x{i}" for i in range(len(values[0]))] + ["class"])
            out.writerows([*row, label] for row, label in zip(scaler.transform(values).tolist(), labels))


def fit(name, seed):
    """One run of scikit-learn; prints accuracy and seconds of the fit."""
    import warnings
    from sklearn.neural_network import MLPClassifier

    def read(path):
        with open(path) as file:
            rows = list(csv.reader(file))[1:]
        return [[float(cell) for cell in row[:-1]] for row in rows], [row[-1] for row in rows]

    warnings.filterwarnings("ignore")
    units, epochs, batch, lr, _ = SETS[name]
    (x, y), (x_test, y_test) = read("train.csv"), read("test.csv")
    net = MLPClassifier((units,), batch_size=batch, max_iter=epochs, learning_rate_init=lr, alpha=0, tol=0,
                        n_iter_no_change=10**6, random_state=seed)
    start = time.process_time()
    net.fit(x, y)
    print(net.score(x_test, y_test), time.process_time() - start)


def script(name):
    units, epochs, batch, lr, last = SETS[name]
    loss = "binary_crossentropy" if last == "1 sigmoid" else "categorical_crossentropy"
    return (f"data load train.csv task=classification; net new; add dense {units} relu; add dense {last}; "
            f"net init method=glorot_uniform; compile loss={loss} optimizer=adam lr={lr}; "
            f"train {epochs} batch={batch}; data load test.csv task=classification split=test; evaluate")


def processor_time():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def timed(*command):
    start = processor_time()
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return output, processor_time() - start


def main(program, seeds):
    for variable in "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS":
        os.environ[variable] = "1"
    this, program = os.path.abspath(__file__), os.path.abspath(program)
    print(f"{'set':14} {'accuracy':>19} {'whole run, s':>19} {'fit, s':>9}")
    print(f"{'':14} {'nnscope':>9} {'sklearn':>9} {'nnscope':>9} {'sklearn':>9} {'sklearn':>9}")
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for name in SETS:
            results = []
            for seed in range(1, seeds + 1):
                subprocess.run([sys.executable, this, "--split", name, str(seed)], check=True)
                ours, our_time = timed(program, "--threads=1", "--format=json", f"--seed={seed}", "-c", script(name))
                theirs, their_time = timed(sys.executable, this, "--fit", name, str(seed))
                accuracy, fit_time = map(float, theirs.split())
                results.append((json.loads(ours.splitlines()[-1])["rows"][0][-1], accuracy,
                                our_time, their_time, fit_time))
            columns = list(zip(*results))
            print(f"{name:14}", *(f"{statistics.mean(c):9.4f}" for c in columns[:2]),
                  *(f"{statistics.median(c):9.3f}" for c in columns[2:]), flush=True)
        os.chdir("/")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--split"]:
        split(sys.argv[2], int(sys.argv[3]))
    elif sys.argv[1:2] == ["--fit"]:
        fit(sys.argv[2], int(sys.argv[3]))
    elif len(sys.argv) in (2, 3):
        main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) == 3 else 10)
    else:
        sys.exit(__doc__)
