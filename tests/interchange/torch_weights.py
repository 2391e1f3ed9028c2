"""Weights by name: a state_dict of PyTorch into nnscope and back, and the script data/to_onnx.py."""
import os
import sys
import tempfile
import warnings
from unittest.mock import patch

import numpy
import torch
from torch import nn

import tensors
import to_onnx
from tap import nnscope

# A net of PyTorch, its modules named as the layers of nnscope, and the commands that build it.
NETS = {
    "dense layers": (
        (12,),
        lambda: [("fc1", nn.Linear(12, 16)), ("act", nn.PReLU(16)), ("ln", nn.LayerNorm(16)),
                 ("fc2", nn.Linear(16, 4, bias=False))],
        "net new input=12; add dense 16 name=fc1; add prelu num_parameters=16 name=act; add layernorm name=ln; "
        "add dense 4 name=fc2 bias=no"),
    "convolutions": (
        (3, 8, 8),
        lambda: [("conv1", nn.Conv2d(3, 8, 3, padding=1)), ("bn1", nn.BatchNorm2d(8)), ("relu1", nn.ReLU()),
                 ("conv2", nn.Conv2d(8, 8, 3, stride=2, groups=4)), ("gn", nn.GroupNorm(2, 8)),
                 ("up", nn.ConvTranspose2d(8, 4, 2, 2)), ("flat", nn.Flatten()), ("fc", nn.Linear(144, 5))],
        "net new input=3x8x8; add conv2d 8 3 padding=1 name=conv1; add batchnorm name=bn1; add relu; "
        "add conv2d 8 3 stride=2 groups=4 name=conv2; add groupnorm 2 name=gn; add convtranspose2d 4 2 stride=2 name=up; "
        "add flatten; add dense 5 name=fc"),
    "series": (
        (4, 20),
        lambda: [("conv1", nn.Conv1d(4, 6, 5, dilation=2)), ("bn1", nn.BatchNorm1d(6)), ("tanh", nn.Tanh()),
                 ("flat", nn.Flatten()), ("fc", nn.Linear(72, 3))],
        "net new input=4x20; add conv1d 6 5 dilation=2 name=conv1; add batchnorm name=bn1; add tanh; add flatten; "
        "add dense 3 name=fc"),
}


def make(modules):
    net = nn.Sequential()
    for name, module in modules:
        net.add_module(name, module)
    with torch.no_grad():
        for name, value in net.state_dict().items():
            if value.is_floating_point():
                value.uniform_(0.5, 1.5) if name.endswith("running_var") else value.normal_()
    return net.eval()


def different(found, wanted):
    """Names whose bits or shapes are not the wanted ones; PyTorch's counters aside."""
    names = {name for name in wanted if not name.endswith("num_batches_tracked")}
    wrong = sorted(names ^ set(found))
    return wrong + [name for name in names & set(found) if found[name].shape != wanted[name].shape or
                    found[name].tobytes() != wanted[name].tobytes()]


def state_of(net):
    return {name: value.numpy() for name, value in net.state_dict().items()}


def outputs_differ(folder, net, x, commands):
    """Opens a model by the commands and compares its outputs with PyTorch's."""
    numpy.save(os.path.join(folder, "x.npy"), x.numpy())
    size = "x".join(map(str, x.shape[1:]))
    wrong = nnscope(folder, f"{commands}; data load x.npy shape={size}; predict sample=all out=y.npy")
    if wrong:
        return wrong
    with torch.no_grad():
        wanted = net(x).numpy()
    error = abs(numpy.load(os.path.join(folder, "y.npy")).reshape(wanted.shape) - wanted).max() / abs(wanted).max()
    return None if error <= 1e-5 else f"the outputs differ by {error:.2g}"


def there_and_back(folder, net, shape, build):
    """PyTorch -> nnscope -> PyTorch."""
    state = state_of(net)
    tensors.write(os.path.join(folder, "torch.safetensors"), state)
    wrong = nnscope(folder, f"{build}; net load torch.safetensors; save ours.safetensors")
    if wrong:
        return wrong
    found = tensors.read(os.path.join(folder, "ours.safetensors"))
    wrong = different(found, state)
    if wrong:
        return "not equal to the bit: " + ", ".join(wrong)
    return outputs_differ(folder, net, torch.randn(5, *shape), "open ours.safetensors")


def back_and_there(folder, net, shape, build):
    """New weights of nnscope -> PyTorch's load_state_dict -> nnscope."""
    wrong = nnscope(folder, f"{build}; net init seed=5; save ours.safetensors")
    if wrong:
        return wrong
    found = tensors.read(os.path.join(folder, "ours.safetensors"))
    missing, unknown = net.load_state_dict({name: torch.tensor(value) for name, value in found.items()}, strict=False)
    missing = [name for name in missing if not name.endswith("num_batches_tracked")]
    if missing or unknown:
        return f"missing {missing}, unknown {unknown}"
    wrong = different(found, state_of(net))
    if wrong:
        return "not equal to the bit: " + ", ".join(wrong)
    return outputs_differ(folder, net, torch.randn(5, *shape), "open ours.safetensors")


def convert(folder, *args):
    """None, or what data/to_onnx.py says; in this process, since PyTorch takes seconds to start."""
    with warnings.catch_warnings(), patch.object(sys, "argv", ["to_onnx.py", *args]):
        warnings.simplefilter("ignore")
        here = os.getcwd()
        os.chdir(folder)
        try:
            to_onnx.main()
        except SystemExit as end:
            return str(end.code)
        finally:
            os.chdir(here)


def check_convert(tap, folder, net, shape, build):
    """data/to_onnx.py for a whole model, TorchScript, and weights alone."""
    x = torch.randn(3, *shape)
    size = "x".join(map(str, (1, *shape)))
    path = os.path.join(folder, "model.pt")
    torch.save(net, path)
    wrong = convert(folder, "model.pt", "model.onnx", size) or outputs_differ(folder, net, x, "open model.onnx")
    tap.line("to_onnx.py: a whole model", wrong)
    wrong = convert(folder, "model.pt", "model.onnx")
    tap.line("to_onnx.py: without a shape", None if wrong and "1x3x224x224" in wrong else f"it said {wrong}")
    wrong = convert(folder, "model.pt", "model.safetensors")
    tap.line("to_onnx.py: a model is no weights", None if wrong and "more than weights" in wrong else f"it said {wrong}")
    torch.jit.trace(net, x).save(path)
    wrong = convert(folder, "model.pt", "model.onnx", size) or outputs_differ(folder, net, x, "open model.onnx")
    tap.line("to_onnx.py: TorchScript", wrong)
    for title, saved in (("a state_dict", net.state_dict()), ("a checkpoint", {"epoch": 3, "state_dict": net.state_dict()})):
        torch.save(saved, os.path.join(folder, "weights.pth"))
        wrong = convert(folder, "weights.pth", "weights.safetensors") or outputs_differ(
            folder, net, x, f"{build}; net load weights.safetensors")
        tap.line(f"to_onnx.py: {title}", wrong)
    wrong = convert(folder, "weights.pth", "weights.onnx", size)
    tap.line("to_onnx.py: weights alone are no model",
             None if wrong and "safetensors" in wrong else f"it said {wrong}")


def check(tap):
    torch.manual_seed(3)
    with tempfile.TemporaryDirectory() as folder:
        for name, (shape, modules, build) in NETS.items():
            tap.line(f"state_dict to nnscope and back, {name}", there_and_back(folder, make(modules()), shape, build))
            tap.line(f"nnscope to a state_dict, {name}", back_and_there(folder, make(modules()), shape, build))
        shape, modules, build = NETS["convolutions"]
        check_convert(tap, folder, make(modules()), shape, build)
