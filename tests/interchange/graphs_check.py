#!/usr/bin/env python3
"""Graphs as scikit-learn's and TensorFlow's exporters write them (skl2onnx, keras2onnx, tf2onnx), built with python3-onnx:
their outputs beside numpy's, their classes, and no transposes left. TAP. NN_BUILD is the folder of the program.
"""
import json
import os
import subprocess
import sys
import tempfile

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

from tap import Tap, program

RANDOM = numpy.random.RandomState(3)


def array(*shape):
    return RANDOM.standard_normal(shape).astype("f4")


class Graph:
    """Nodes and initializers in the order of their making."""

    def __init__(self):
        self.nodes, self.weights = [], []

    def weight(self, value, name=None):
        name = name or f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(numpy.asarray(value), name))
        return name

    def add(self, op, *inputs, out=None, domain=None, outputs=1, **attributes):
        outs = [f"{op.lower()}{len(self.nodes)}_{i}" for i in range(outputs)]
        outs[-1] = out or outs[-1]
        names = [x if isinstance(x, str) else self.weight(x) for x in inputs]
        self.nodes.append(helper.make_node(op, names, outs, name=f"{op}_{len(self.nodes)}", domain=domain, **attributes))
        return outs[-1]

    def save(self, path, shape, outputs, check=True):
        ports = [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", *shape])]
        graph = helper.make_graph(self.nodes, "graph", ports, outputs, self.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13), helper.make_opsetid("ai.onnx.ml", 2)],
                                  ir_version=7)
        if check:
            onnx.checker.check_model(model)
        onnx.save(model, path)


def real(name):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", None])


def softmax(x):
    e = numpy.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


def sigmoid(x):
    return 1 / (1 + numpy.exp(-x))


def ask(folder, commands):
    """What each command says, as JSON, or the error as a text."""
    done = subprocess.run([program(), "--format=json", "-c", commands], cwd=folder, capture_output=True, text=True)
    return done.stderr.strip() if done.returncode else [json.loads(line) for line in done.stdout.splitlines()]


def wrong_outputs(folder, x, wanted):
    numpy.save(os.path.join(folder, "x.npy"), x)
    shape = "x".join(map(str, x.shape[1:]))
    said = ask(folder, f"open m.onnx; data load x.npy shape={shape}; predict sample=all out=y.npy")
    if isinstance(said, str):
        return said
    y = numpy.load(os.path.join(folder, "y.npy")).reshape(wanted.shape)
    error = abs(y - wanted).max() / abs(wanted).max()
    return None if error < 1e-5 else f"the outputs differ by {error:.2g}"


# ---- scikit-learn ----


def label_and_dictionary(graph, scores, classes, labels_are_text):
    """What skl2onnx puts behind the scores: labels, and a ZipMap of the probabilities."""
    best = graph.add("ArgMax", scores, axis=1)
    names = graph.weight(numpy.array(classes, object if labels_are_text else "i4"), "classes")
    label = graph.add("ArrayFeatureExtractor", names, best, domain="ai.onnx.ml")
    shape = graph.weight(numpy.array([-1], "i8"))
    if labels_are_text:
        graph.add("Reshape", label, shape, out="output_label")
    else:
        graph.add("Cast", graph.add("Reshape", label, shape), out="output_label", to=TensorProto.INT64)
    return dictionary(graph, scores, classes, labels_are_text)


def dictionary(graph, scores, classes, labels_are_text):
    named = {"classlabels_strings": classes} if labels_are_text else {"classlabels_int64s": classes}
    graph.add("ZipMap", scores, out="output_probability", domain="ai.onnx.ml", **named)
    key = TensorProto.STRING if labels_are_text else TensorProto.INT64
    probability = onnx.ValueInfoProto(name="output_probability")
    value = probability.type.sequence_type.elem_type.map_type
    value.key_type = key
    value.value_type.tensor_type.elem_type = TensorProto.FLOAT
    value.value_type.tensor_type.shape.dim.add()
    return [helper.make_tensor_value_info("output_label", key, ["N"]), probability]


def mlp(classes, activation, scaled):
    """MLPClassifier, behind a StandardScaler or alone: the graph's outputs, x, and the probabilities."""
    graph, x = Graph(), array(7, 6)
    texts = isinstance(classes[0], str)
    h, last = x, "x"
    if scaled:
        mean, scale = array(6), abs(array(6)) + 0.5
        last = graph.add("Scaler", last, domain="ai.onnx.ml", offset=mean.tolist(), scale=scale.tolist())
        h = (h - mean) * scale
    last = graph.add("Cast", last, to=TensorProto.FLOAT)
    sizes = [6, 8, 5, 1 if len(classes) == 2 else len(classes)]
    functions = {"Relu": lambda v: numpy.maximum(v, 0), "Tanh": numpy.tanh, "Sigmoid": sigmoid, "Identity": lambda v: v}
    for i in range(3):
        w, b = array(sizes[i], sizes[i + 1]), array(1, sizes[i + 1])
        last = graph.add("Add", graph.add("MatMul", last, w), b)
        h = h @ w + b
        if i < 2:
            last, h = graph.add(activation, last), functions[activation](h)
    if len(classes) == 2:
        p = graph.add("Sigmoid", last)
        scores = graph.add("Concat", graph.add("Sub", numpy.array([1], "f4"), p), p, out="probabilities", axis=1)
        wanted = numpy.concatenate([1 - sigmoid(h), sigmoid(h)], 1)
    else:
        scores = graph.add("Identity", graph.add("Softmax", last, axis=-1), out="probabilities")
        wanted = softmax(h)
    return graph, label_and_dictionary(graph, scores, classes, texts), x, wanted


def logistic_regression(classes, transform, normalized, zipmap=True):
    graph, x = Graph(), array(7, 4)
    texts = isinstance(classes[0], str)
    w, b = array(4, len(classes)), array(len(classes))
    if len(classes) == 2:
        w[:, 0], b[0] = -w[:, 1], -b[1]
    scores = graph.add("LinearClassifier", "x", domain="ai.onnx.ml", outputs=2,
                       out="scores" if zipmap or normalized else "probabilities",
                       coefficients=w.T.ravel().tolist(), intercepts=b.tolist(), post_transform=transform,
                       multi_class=int(len(classes) > 2),
                       **({"classlabels_strings": classes} if texts else {"classlabels_ints": classes}))
    graph.nodes[-1].output[0] = "output_label"
    h = x @ w + b
    h = {"SOFTMAX": softmax, "LOGISTIC": sigmoid, "NONE": lambda v: v}[transform](h)
    if normalized:
        scores = graph.add("Normalizer", scores, domain="ai.onnx.ml", norm="L1", out=None if zipmap else "probabilities")
        h = h / abs(h).sum(1, keepdims=True)
    outputs = dictionary(graph, scores, classes, texts)
    if not zipmap:
        graph.nodes.pop()
        outputs[1] = real("probabilities")
    return graph, outputs, x, h


def linear_regression():
    graph, x = Graph(), array(7, 4)
    w, b = array(4, 2), array(2)
    graph.add("LinearRegressor", "x", out="variable", domain="ai.onnx.ml", coefficients=w.T.ravel().tolist(),
              intercepts=b.tolist(), targets=2)
    return graph, [real("variable")], x, x @ w + b


def check_learn(tap, folder):
    three, two, numbers = ["setosa", "versicolor", "virginica"], ["no", "yes"], [3, 5, 9]
    cases = [(f"MLPClassifier, {len(classes)} {'names' if isinstance(classes[0], str) else 'numbers'}, {activation}",
              mlp(classes, activation, scaled), classes)
             for classes, activation, scaled in ((three, "Relu", False), (two, "Tanh", True), (numbers, "Sigmoid", True),
                                                 ([0, 1], "Identity", False))]
    cases += [("LogisticRegression, softmax", logistic_regression(three, "SOFTMAX", True), three),
              ("LogisticRegression, binary", logistic_regression([0, 1], "LOGISTIC", False), [0, 1]),
              ("LogisticRegression, one against the rest", logistic_regression(numbers, "LOGISTIC", True), numbers),
              ("LogisticRegression, zipmap=False", logistic_regression(two, "LOGISTIC", False, False), two),
              ("LinearRegression", linear_regression(), None)]
    for name, (graph, outputs, x, wanted), classes in cases:
        graph.save(os.path.join(folder, "m.onnx"), x.shape[1:], outputs)
        wrong = wrong_outputs(folder, x, wanted)
        if not wrong and classes:
            said = ask(folder, "data load x.npy; open m.onnx; predict sample=0")[-1]
            named = [row[0] for row in said["rows"]]
            if sorted(named) != sorted(str(c) for c in classes):
                wrong = f"the classes are {named}"
        tap.line(name, wrong)


# ---- channels last ----


def conv(x, w, stride=1, pad=0, groups=1):
    """N x C x H x W by loops."""
    x = numpy.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out, per, k = w.shape[0], w.shape[1], w.shape[2]
    size = (x.shape[2] - k) // stride + 1
    y = numpy.zeros((x.shape[0], out, size, size), "f4")
    for i in range(size):
        for j in range(size):
            part = x[:, :, i * stride:i * stride + k, j * stride:j * stride + k]
            for o in range(out):
                g = o // (out // groups)
                y[:, o, i, j] = (part[:, g * per:(g + 1) * per] * w[o]).sum((1, 2, 3))
    return y


def pool(x, k, reduce):
    n, c, h, w = x.shape
    return reduce(x.reshape(n, c, h // k, k, w // k, k), axis=(3, 5))


TO_FIRST, TO_LAST = [0, 3, 1, 2], [0, 2, 3, 1]


def tf2onnx_net():
    """One Transpose at the head, one before Flatten; dense layers as MatMul and Add."""
    graph, x = Graph(), array(3, 8, 8, 3)
    k1, b1, k2, d1, c1 = array(6, 3, 3, 3), array(6), array(6, 1, 3, 3), array(96, 10), array(10)
    last = graph.add("Transpose", "x", perm=TO_FIRST)
    last = graph.add("Relu", graph.add("Conv", last, k1, b1, pads=[1] * 4, kernel_shape=[3, 3], strides=[1, 1]))
    last = graph.add("Conv", last, k2, group=6, pads=[1] * 4)
    last = graph.add("LeakyRelu", last, alpha=0.3)
    last = graph.add("Transpose", graph.add("MaxPool", last, kernel_shape=[2, 2], strides=[2, 2]), perm=TO_LAST)
    last = graph.add("Reshape", last, numpy.array([-1, 96], "i8"))
    graph.add("Softmax", graph.add("Add", graph.add("MatMul", last, d1), c1), out="y", axis=-1)
    h = numpy.maximum(conv(x.transpose(TO_FIRST), k1, pad=1) + b1[:, None, None], 0)
    h = conv(h, k2, pad=1, groups=6)
    h = pool(numpy.where(h > 0, h, 0.3 * h), 2, numpy.max).transpose(TO_LAST).reshape(3, 96)
    return graph, x, softmax(h @ d1 + c1)


def keras2onnx_net():
    """Each layer in transposes of its own; residual and concatenated with channels last; a mean over the maps."""
    graph, x = Graph(), array(3, 8, 8, 4)
    k1, k2, d, scale, shift = array(4, 4, 3, 3), array(4, 8, 1, 1), array(4, 5), array(4), array(4)

    def first(op, value, *more, **attributes):
        value = graph.add("Transpose", value, perm=TO_FIRST)
        return graph.add("Transpose", graph.add(op, value, *more, **attributes), perm=TO_LAST)

    a = graph.add("Relu", first("Conv", "x", k1, pads=[1] * 4))
    s = graph.add("Add", graph.add("Mul", a, scale), shift)
    r = graph.add("Add", s, "x")
    c = graph.add("Concat", r, graph.add("Tanh", a), axis=3)
    p = first("AveragePool", c, kernel_shape=[2, 2], strides=[2, 2])
    q = first("Conv", p, k2)
    m = graph.add("ReduceMean", q, axes=[1, 2], keepdims=0)
    graph.add("MatMul", m, d, out="y")
    h = numpy.maximum(conv(x.transpose(TO_FIRST), k1, pad=1).transpose(TO_LAST), 0)
    h = numpy.concatenate([h * scale + shift + x, numpy.tanh(h)], 3).transpose(TO_FIRST)
    return graph, x, conv(pool(h, 2, numpy.mean), k2).mean((2, 3)) @ d


def padded_net():
    """ZeroPadding2D, a stride, GlobalAveragePool and Squeeze, and a batch that is asked for by Shape."""
    graph, x = Graph(), array(3, 7, 7, 2)
    k, d = array(5, 2, 3, 3), array(5, 3)
    last = graph.add("Pad", "x", numpy.array([0, 1, 1, 0, 0, 1, 1, 0], "i8"))
    last = graph.add("Conv", graph.add("Transpose", last, perm=TO_FIRST), k, strides=[2, 2])
    last = graph.add("GlobalAveragePool", graph.add("Clip", last, numpy.float32(0), numpy.float32(6)))
    last = graph.add("Squeeze", last, numpy.array([2, 3], "i8"))
    n = graph.add("Slice", graph.add("Shape", "x"), numpy.array([0], "i8"), numpy.array([1], "i8"))
    shape = graph.add("Concat", n, numpy.array([5], "i8"), axis=0)
    graph.add("MatMul", graph.add("Reshape", last, shape), d, out="y")
    h = conv(x.transpose(TO_FIRST), k, stride=2, pad=1)
    return graph, x, numpy.clip(h, 0, 6).mean((2, 3)) @ d


def check_last(tap, folder):
    for name, (graph, x, wanted) in (("tf2onnx", tf2onnx_net()), ("keras2onnx", keras2onnx_net()),
                                     ("tf2onnx, padded", padded_net())):
        graph.save(os.path.join(folder, "m.onnx"), x.shape[1:], [real("y")])
        wrong = wrong_outputs(folder, x.transpose(TO_FIRST), wanted)
        if not wrong:
            layers = [row[2] for row in ask(folder, "open m.onnx; net show")[-1]["rows"]]
            left = [layer for layer in layers if layer in ("permute", "reshape")]
            if left:
                wrong = f"{left} in {layers}"
        tap.line(f"channels last of {name}", wrong)


def main():
    tap = Tap()
    with tempfile.TemporaryDirectory() as folder:
        check_learn(tap, folder)
        check_last(tap, folder)
    return tap.end()


if __name__ == "__main__":
    sys.exit(main())
