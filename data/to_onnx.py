#!/usr/bin/env python3
"""Turns a model of PyTorch or Keras into ONNX or safetensors, which nnscope opens.

    to_onnx.py model.pt model.onnx 1x3x224x224     a whole model (torch.save(model, ...) or TorchScript)
    to_onnx.py weights.pt weights.safetensors      a state_dict: `net load weights.safetensors` then
    to_onnx.py model.keras model.onnx              Keras 3 (.keras, .h5)

Run it where the model was made: it needs that framework (and safetensors, or tf2onnx), and reading a .pt file can run
code of whoever wrote it.
"""
import sys


def from_torch(source, target, shape):
    import torch

    if target.endswith(".safetensors"):
        from safetensors.torch import save_file

        weights = torch.load(source, map_location="cpu", weights_only=True)
        weights = weights.get("state_dict", weights)
        save_file({name: value.contiguous().clone() for name, value in weights.items()}, target)
        return
    try:
        model = torch.jit.load(source, map_location="cpu")
    except RuntimeError:
        model = torch.load(source, map_location="cpu", weights_only=False)
    if not hasattr(model, "eval"):
        sys.exit(f"{source} holds weights alone: write a .safetensors file of them")
    if not shape:
        sys.exit("the shape of the input is needed: 1x3x224x224")
    example = torch.zeros([int(n) for n in shape.split("x")])
    torch.onnx.export(model.eval(), example, target, opset_version=13, input_names=["input"],
                      output_names=["output"], dynamic_axes={"input": {0: "N"}, "output": {0: "N"}})


def from_keras(source, target):
    import keras

    keras.models.load_model(source).export(target, format="onnx")


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    source, target = sys.argv[1:3]
    if source.endswith((".pt", ".pth")):
        from_torch(source, target, sys.argv[3] if len(sys.argv) > 3 else None)
    else:
        from_keras(source, target)


if __name__ == "__main__":
    main()
