#!/usr/bin/env python3
"""Writes tests/reference/torch: small nets exported by PyTorch at each opset, and what they answer (answers.safetensors:
NAME.x and NAME.y, for NAME-OPSET-free.onnx and NAME-OPSET-fixed.onnx), for machines without PyTorch.

    torch_reference.py DIR
"""
import os
import sys

import torch
from torch import nn

import tensors
import torch_models


def lenet(flat):
    return nn.Sequential(nn.Conv2d(1, 3, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(3, 4, 3), nn.Tanh(),
                         nn.AvgPool2d(2), flat, nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 5))


class Shuffle(nn.Module):
    """ShuffleNet's channels: split, reshaped and transposed, and a mean over the maps."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(2, 4, 3, padding=1, groups=2)
        self.norm = nn.BatchNorm2d(4)
        self.end = nn.Linear(8, 3)

    def forward(self, x):
        x = self.norm(self.conv(x))
        left, right = x[:, :2], x[:, 2:]
        x = torch.cat([left, torch.relu(right), x], 1)
        n, c, h, w = x.size()
        x = x.view(n, 2, c // 2, h, w).transpose(1, 2).contiguous().view(n, -1, h, w)
        return torch.log_softmax(self.end(x.mean([2, 3])), 1)


class Dense(nn.Module):
    """DenseNet's order: normalization, activation, convolution, and all that came before beside it."""

    def __init__(self):
        super().__init__()
        self.norm, self.other = nn.BatchNorm2d(3), nn.BatchNorm2d(5)
        self.conv, self.cut = nn.Conv2d(3, 2, 3, padding=1, bias=False), nn.Conv2d(5, 4, 1)
        self.end = nn.Linear(4, 2)

    def forward(self, x):
        x = torch.cat([x, self.conv(torch.relu(self.norm(x)))], 1)
        x = nn.functional.avg_pool2d(self.cut(nn.functional.hardswish(self.other(x))), 2)
        return self.end(torch.flatten(nn.functional.adaptive_avg_pool2d(nn.functional.relu6(x), 1), 1))


NETS = {
    "mlp": (lambda: nn.Sequential(nn.Linear(6, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.3),
                                  nn.Linear(8, 5, bias=False), nn.Sigmoid(), nn.Linear(5, 3), nn.Softmax(1)), (6,), True),
    "lenet-flatten": (lambda: lenet(nn.Flatten()), (1, 8, 8), True),
    "lenet-view": (lambda: lenet(torch_models.View()), (1, 8, 8), True),
    "norm": (lambda: nn.Sequential(nn.Linear(6, 8), nn.LayerNorm(8), nn.GELU(), nn.Linear(8, 3)), (6,), True),
    "shuffle": (Shuffle, (2, 4, 4), True),
    "dense": (Dense, (3, 6, 6), True),
}


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    torch_models.NETS = NETS
    answers = {}
    for name in NETS:
        net, shape = torch_models.make(name)
        x = torch.randn(3, *shape)
        with torch.no_grad():
            answers[name + ".x"], answers[name + ".y"] = x.numpy(), net(x).numpy()
        for opset in torch_models.OPSETS:
            for free in (False, True):
                path = os.path.join(folder, f"{name}-{opset}-{'free' if free else 'fixed'}.onnx")
                torch_models.export(net, x[:2], path, opset, free, torch.onnx.TrainingMode.PRESERVE)
    tensors.write(os.path.join(folder, "answers.safetensors"), answers)


if __name__ == "__main__":
    main()
