"""Nets of PyTorch through ONNX: exported with random weights, opened in nnscope, and its outputs beside PyTorch's."""
import os
import subprocess
import tempfile
import time
import warnings

import numpy
import torch
from torch import nn

try:
    import torchvision
except ImportError:
    torchvision = None

from tap import nnscope, program

OPSETS = (9, 11, 13, 14, 16)
LARGEST = 1e-4  # relative to the largest magnitude of PyTorch's outputs
MEMORY = 1.2  # of an open program, relative to the file


class View(nn.Module):
    """x.view(x.size(0), -1), which is arithmetic of shapes where the batch is free."""

    def forward(self, x):
        return x.view(x.size(0), -1)


def mlp():
    return nn.Sequential(nn.Flatten(), nn.Linear(30, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Dropout(0.3),
                         nn.Linear(64, 32, bias=False), nn.LayerNorm(32), nn.Tanh(), nn.Linear(32, 5), nn.Softmax(1))


def lenet(flat):
    return nn.Sequential(nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.Tanh(),
                         nn.AvgPool2d(2), flat, nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(),
                         nn.Linear(84, 10))


class Residual(nn.Module):
    """A small ResNet whose batch normalizations stand before and after the convolutions."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU6())
        self.one = nn.Sequential(nn.Conv2d(8, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU(),
                                 nn.Conv2d(8, 8, 3, padding=1, groups=8), nn.BatchNorm2d(8))
        self.two = nn.Sequential(nn.BatchNorm2d(8), nn.SiLU(), nn.Conv2d(8, 16, 3, stride=2, padding=1))
        self.short = nn.Conv2d(8, 16, 1, stride=2)
        self.end = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 4))

    def forward(self, x):
        x = self.stem(x)
        x = torch.relu(x + self.one(x))
        return self.end(torch.cat([self.two(x), self.short(x)], 1)[:, 8:24])


def vision(name, **more):
    return lambda: getattr(torchvision.models, name)(weights=None, **more)


# name: how it is made, the shape of a sample, --quick
NETS = {
    "mlp": (mlp, (30,), True),
    "lenet_flatten": (lambda: lenet(nn.Flatten()), (1, 28, 28), True),
    "lenet_view": (lambda: lenet(View()), (1, 28, 28), True),
    "small_resnet": (Residual, (3, 16, 16), True),
    "resnet18": (vision("resnet18"), (3, 224, 224), False),
    "resnet50": (vision("resnet50"), (3, 224, 224), False),
    "mobilenet_v2": (vision("mobilenet_v2"), (3, 224, 224), False),
    "squeezenet1_1": (vision("squeezenet1_1"), (3, 224, 224), False),
    "densenet121": (vision("densenet121"), (3, 224, 224), False),
    "vgg11": (vision("vgg11"), (3, 224, 224), False),
    "shufflenet_v2_x1_0": (vision("shufflenet_v2_x1_0"), (3, 224, 224), False),
}
OWN = ("mlp", "lenet_flatten", "lenet_view", "small_resnet")  # need no torchvision


def make(name):
    """The net in eval mode; its batch normalizations have statistics of data, and scales that are not 1."""
    make_net, shape, _ = NETS[name]
    torch.manual_seed(1)
    net = make_net().train()
    side = tuple(min(n, 64) for n in shape)
    norms = [m for m in net.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm)]
    with torch.no_grad():
        for norm in norms:
            norm.momentum = None  # the mean of all batches
            norm.weight.uniform_(0.5, 1.5)
            norm.bias.uniform_(-0.5, 0.5)
        for _ in range(2 if norms else 0):
            net(torch.randn(4, *side) * 1.5 + 0.25)
    return net.eval(), shape


def export(net, x, path, opset, free, training):
    axes = {"input": {0: "N"}, "output": {0: "N"}} if free else None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(net, x, path, opset_version=opset, input_names=["input"], output_names=["output"],
                          dynamic_axes=axes, training=training)


def compare(tap, name, net, shape, opset, free, folder, training=torch.onnx.TrainingMode.EVAL):
    """A line of whether nnscope's outputs are PyTorch's."""
    torch.manual_seed(7)
    x = torch.randn(3 if free else 2, *shape)
    path = os.path.join(folder, "net.onnx")
    try:
        export(net, x[:2], path, opset, free, training)
    except RuntimeError as error:  # SymbolicValueError
        return tap.line(name, skip="PyTorch does not export it: " + str(error).split("\n", maxsplit=1)[0][:100])
    with torch.no_grad():
        wanted = net(x).numpy()
    numpy.save(os.path.join(folder, "x.npy"), x.numpy())
    wrong = nnscope(folder, "open net.onnx; data load x.npy; predict sample=all out=y.npy")
    os.remove(path)
    if wrong:
        return tap.line(name, wrong)
    y = numpy.load(os.path.join(folder, "y.npy"))
    if y.size != wanted.size:
        return tap.line(name, f"{y.shape} outputs, not {wanted.shape}")
    error = float(abs(y.reshape(wanted.shape) - wanted).max() / abs(wanted).max())
    return tap.line(name, None if error <= LARGEST else f"they differ by {error:.2g}", f"{error:.1e}")


def open_once(folder):
    """Seconds, seconds of the processor, and bytes of memory at most until the model is open; None if it does not open."""
    began = time.monotonic()
    with subprocess.Popen([program()], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        child.stdin.write("open net.onnx\n")
        child.stdin.flush()
        said = child.stdout.readline()
        seconds = time.monotonic() - began
        with open(f"/proc/{child.pid}/status", encoding="ascii") as file:
            peak = next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM"))
        with open(f"/proc/{child.pid}/stat", encoding="ascii") as file:
            ticks = sum(map(int, file.read().rsplit(")", 1)[1].split()[11:13]))
        child.communicate()
    return (seconds, ticks / os.sysconf("SC_CLK_TCK"), peak) if "layers" in said else None


def open_cost(tap, name, folder):
    net, shape = make(name)
    path = os.path.join(folder, "net.onnx")
    export(net, torch.zeros(1, *shape), path, 13, True, torch.onnx.TrainingMode.EVAL)
    costs = [open_once(folder) for _ in range(7)]
    size = os.path.getsize(path)
    os.remove(path)
    if None in costs:
        return tap.line(f"{name} opens", "it does not open")
    seconds, work, memory = (min(values) for values in zip(*costs))
    wrong = f"more than {MEMORY} times its size" if memory > MEMORY * size else None
    return tap.line(f"{name} opens", wrong, f"{seconds:.2f} s, {work:.2f} s of the processor, {memory / 1e6:.0f} MB for "
                                            f"{size / 1e6:.0f} MB")


def check(tap, quick, names=None, opsets=None):
    torch.set_num_threads(2)
    opsets = opsets or ((9, 16) if quick else OPSETS)
    names = names or [name for name in NETS if NETS[name][2] or not quick]
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            if torchvision is None and name not in OWN:
                tap.line(name, skip="there is no torchvision")
                continue
            net, shape = make(name)
            for opset in opsets:
                for free in (False, True):
                    title = f"{name}, opset {opset}, {'free' if free else 'fixed'} batch"
                    compare(tap, title, net, shape, opset, free, folder)
            # PRESERVE: the exporter does not fold batch normalizations into convolutions
            if any(isinstance(m, nn.modules.batchnorm._BatchNorm) for m in net.modules()):
                title = f"{name}, batch normalizations kept"
                compare(tap, title, net, shape, 13, True, folder, torch.onnx.TrainingMode.PRESERVE)
            if name == "resnet50":
                open_cost(tap, name, folder)
