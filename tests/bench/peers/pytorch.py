#!/usr/bin/python3
"""PyTorch on the tasks of nnbench (Debian: python3-torch)."""
import sys

import fashion

try:
    import torch
except ImportError:
    sys.exit(77)
from torch import nn
from torch.nn import functional

options = fashion.options()
torch.set_num_threads(options.threads)
torch.manual_seed(1)


def mlp():
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))


def cnn():
    return nn.Sequential(nn.Conv2d(1, 32, 3), nn.ReLU(), nn.Conv2d(32, 64, 3), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Flatten(), nn.Linear(9216, 128), nn.ReLU(), nn.Linear(128, 10))


def lenet():
    return nn.Sequential(nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Flatten(), nn.Linear(400, 120), nn.ReLU(), nn.Linear(120, 84), nn.ReLU(),
                         nn.Linear(84, 10))


NETS = {"mlp": mlp, "cnn": cnn, "lenet": lenet}


def show(task, **figures):
    fashion.show("pytorch", task, options.threads, **figures)


def images():
    x, y = fashion.train_split(options.data)
    return torch.from_numpy(x).view(-1, 1, 28, 28), torch.from_numpy(y)


def epoch(net, optimizer, loss, x, y, batch):
    """Shuffled by one gather of the whole set, which is cheaper than a DataLoader."""
    order = torch.randperm(len(x))
    x, y = x[order], y[order]
    for i in range(0, len(x), batch):
        optimizer.zero_grad(set_to_none=True)
        loss(net(x[i:i + batch]), y[i:i + batch]).backward()
        optimizer.step()


def train_tiny():
    x, y = map(torch.from_numpy, fashion.tiny())
    times = []
    for run in range(options.runs + 1):
        net = nn.Sequential(nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 1), nn.Flatten(0))
        optimizer = torch.optim.Adam(net.parameters(), lr=1e-3)
        loss = functional.binary_cross_entropy_with_logits
        times.append(fashion.seconds_of(lambda: [epoch(net, optimizer, loss, x, y, 32) for _ in range(150)]))
    show("train-tiny", opt="adam", wall_s=times[1:])


def train(name, kind, lr, count):
    x, y = images()
    net = NETS[name]()
    if name != "mlp":
        net = net.to(memory_format=torch.channels_last)
    optimizer = (torch.optim.SGD if kind == "sgd" else torch.optim.Adam)(net.parameters(), lr=lr)
    count = min(count, len(x))
    run = lambda n: epoch(net, optimizer, functional.cross_entropy, x[:n], y[:n], 64)
    run(1280)
    times = [fashion.seconds_of(lambda: run(count)) * len(x) / count for _ in range(options.runs)]
    show("train-" + name, opt=kind, batch=64, epoch_s=times, images_timed=count)


def variants(net, example):
    """As it is, and compiled with oneDNN's layouts."""
    yield "eager", net
    with torch.no_grad():
        yield "jit", torch.jit.optimize_for_inference(torch.jit.trace(net, example))


class Block(nn.Module):
    """He et al. 2016, with option B."""

    def __init__(self, before, channels, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(before, channels, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.shortcut = nn.Identity()
        if stride != 1 or before != channels:
            self.shortcut = nn.Sequential(nn.Conv2d(before, channels, 1, stride, bias=False),
                                          nn.BatchNorm2d(channels))

    def forward(self, x):
        y = self.bn2(self.conv2(functional.relu(self.bn1(self.conv1(x)))))
        return functional.relu(y + self.shortcut(x))


def train_resnet20():
    layers, before = [nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU()], 16
    for channels in 16, 32, 64:
        for i in range(3):
            layers.append(Block(before, channels, 2 if i == 0 and channels > 16 else 1))
            before = channels
    net = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))
    net = net.to(memory_format=torch.channels_last)
    x = torch.randn(64, 3, 32, 32).contiguous(memory_format=torch.channels_last)
    y = torch.arange(64) % 10
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)

    def step():
        optimizer.zero_grad(set_to_none=True)
        functional.cross_entropy(net(x), y).backward()
        optimizer.step()

    show("train-resnet20", opt="sgd", batch=64, ms=[1e3 * t for t in fashion.repeat(step, options.seconds)])


def vision():
    try:
        from torchvision import models
    except ImportError:
        sys.exit(78)
    x = torch.randn(1, 3, 224, 224)
    for task, make in ("latency-resnet18", models.resnet18), ("latency-mobilenetv2", models.mobilenet_v2):
        for name, net in variants(make(weights=None).eval(), x):
            with torch.inference_mode():
                times = fashion.repeat(lambda: net(x), options.seconds, 5)
            show(task, variant=name, batch=1, ms=[1e3 * t for t in times])


def infer(batch, task, figure, scale):
    x, _ = images()
    x = x[:batch].contiguous()
    for name, make in NETS.items():
        best = None
        for variant, net in variants(make().eval(), x):
            with torch.inference_mode():
                times = fashion.repeat(lambda: net(x), options.seconds, 20 if batch == 1 else 5)
            times = [scale(t) for t in times]
            show(f"{task}-{name}", variant=variant, batch=batch, **{figure: times})


def explain():
    x = images()[0][:1].contiguous()
    net, target = cnn().eval(), 9
    for parameter in net.parameters():  # no gradients of weights
        parameter.requires_grad_(False)
    features, head = net[:4], net[4:]

    def gradient(inputs):
        inputs = inputs.detach().requires_grad_()
        return torch.autograd.grad(net(inputs)[:, target].sum(), inputs)[0]

    def integrated():
        places = ((torch.arange(50) + 0.5) / 50).view(-1, 1, 1, 1)
        return gradient(x * places).mean(0, keepdim=True) * x

    def gradcam():
        maps = features(x).requires_grad_()
        slope = torch.autograd.grad(head(maps)[0, target], maps)[0]
        return functional.relu((slope.mean((2, 3), keepdim=True) * maps.detach()).sum(1))

    places = [(i, j) for i in range(0, 25, 2) for j in range(0, 25, 2)]
    masks = torch.ones(len(places), 1, 28, 28)
    for mask, (i, j) in zip(masks, places):
        mask[0, i:i + 4, j:j + 4] = 0
    covered = 1 - masks

    def occlusion():
        with torch.inference_mode():
            drop = net(x)[0, target] - net(x * masks)[:, target]
            return (drop.view(-1, 1, 1, 1) * covered).sum(0) / covered.sum(0)

    methods = {"saliency": lambda: gradient(x).abs(), "gradcam": gradcam, "ig50": integrated,
               "smoothgrad50": lambda: gradient(x + 0.15 * torch.randn(50, 1, 28, 28)).mean(0),
               "occlusion4s2": occlusion}
    for name, method in methods.items():
        show("explain", net="cnn", method=name, ms=[1e3 * t for t in fashion.repeat(method, options.seconds)])


def export():
    for name, make in NETS.items():
        example = torch.zeros((1, 784) if name == "mlp" else (1, 1, 28, 28))
        torch.onnx.export(make().eval(), example, f"{options.models}/{name}.onnx", input_names=["x"],
                          dynamic_axes={"x": {0: "n"}})


{"train-tiny": train_tiny,
 "train-mlp": lambda: (train("mlp", "sgd", 0.1, 60000), train("mlp", "adam", 1e-3, 60000)),
 "train-cnn": lambda: train("cnn", "adam", 1e-3, options.images),
 "train-lenet": lambda: train("lenet", "adam", 1e-3, options.images),
 "train-resnet20": train_resnet20,
 "vision": vision,
 "infer": lambda: infer(256, "infer", "images_s", lambda t: 256 / t),
 "latency": lambda: infer(1, "latency", "p50_us", lambda t: 1e6 * t),
 "explain": explain,
 "export": export,
 "startup": lambda: None}.get(options.task, lambda: sys.exit(78))()
