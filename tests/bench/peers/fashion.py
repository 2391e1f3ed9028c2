"""What the peers in Python share: options, the data, and the lines that they print."""
import argparse
import gzip
import os
import statistics
import time

import numpy


def options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--data", default="/usr/share/datasets/fashion-mnist")
    parser.add_argument("--images", type=int, default=5120, help="of an epoch of a convolutional net; extrapolated")
    parser.add_argument("--seconds", type=float, default=0.5, help="for one figure, about")
    parser.add_argument("--runs", type=int, default=3, help="epochs of a training")
    parser.add_argument("--cpu", action="store_true", help="time of the processor, not of the wall")
    parser.add_argument("--models", help="folder for the nets as ONNX")
    parser.add_argument("task")
    global clock
    chosen = parser.parse_args()
    clock = time.process_time if chosen.cpu else time.perf_counter
    return chosen


clock = time.perf_counter


def seconds_of(work):
    start = clock()
    work()
    return clock() - start


def read(folder, name):
    """An idx file, packed or not."""
    path = os.path.join(folder, name)
    opener = open
    if not os.path.exists(path):
        path, opener = path + ".gz", gzip.open
    with opener(path, "rb") as file:
        content = file.read()
    rank = content[3]
    shape = [int.from_bytes(content[4 + 4 * i:8 + 4 * i], "big") for i in range(rank)]
    return numpy.frombuffer(content, numpy.uint8, offset=4 + 4 * rank).reshape(shape)


def train_split(folder):
    images = read(folder, "train-images-idx3-ubyte").reshape(-1, 784).astype(numpy.float32) / 255
    return images, read(folder, "train-labels-idx1-ubyte").astype(numpy.int64)


def tiny():
    """The noisy plane with a wave that nnbench trains on."""
    random = numpy.random.RandomState(7)
    x = random.randn(768, 8).astype(numpy.float32)
    y = x @ random.randn(8) + 0.5 * numpy.sin(3 * x[:, 0]) + 0.3 * random.randn(768) > 0
    return x, y.astype(numpy.float32)


def repeat(work, seconds, least=3):
    """Seconds of each of several calls, after two that warm up."""
    work(), work()
    times, end = [], time.perf_counter() + seconds
    while len(times) < least or time.perf_counter() < end:
        times.append(seconds_of(work))
    return times


def show(peer, task, threads, **figures):
    """One line; a list of times is given as its median and extremes."""
    words = []
    for key, value in figures.items():
        if isinstance(value, list):
            words += [f"{key}={statistics.median(value):.6g}", f"min={min(value):.6g}", f"max={max(value):.6g}"]
        else:
            words.append(f"{key}={value}")
    print(peer, task, f"threads={threads}", *words, flush=True)
