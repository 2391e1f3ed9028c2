#!/usr/bin/env python3
"""Turns a model of PyTorch or Keras into ONNX or safetensors, which nnscope opens.

    to_onnx.py model.pt model.onnx 1x3x224x224     a whole model (torch.save(model, ...) or TorchScript)
    to_onnx.py weights.pt weights.safetensors      a state_dict: `net load weights.safetensors` then
    to_onnx.py model.keras model.onnx              Keras 3 (.keras, .h5)

Run it where the model was made: it needs that framework (Keras also tf2onnx), and reading a .pt file can run code of
whoever wrote it.
"""
import json
import pickle
import sys

# Types of safetensors by numpy's names.
KINDS = {"float64": "F64", "float32": "F32", "float16": "F16", "int64": "I64", "int32": "I32", "int16": "I16",
         "int8": "I8", "uint8": "U8", "bool": "BOOL"}


def write_safetensors(path, arrays):
    """Arrays of numpy by name, https://github.com/huggingface/safetensors#format"""
    header, parts, offset = {}, [], 0
    for name, array in arrays.items():
        data = array.astype(array.dtype.newbyteorder("<")).tobytes()
        header[name] = {"dtype": KINDS[array.dtype.name], "shape": list(array.shape),
                        "data_offsets": [offset, offset + len(data)]}
        parts.append(data)
        offset += len(data)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little"))
        file.write(text)
        file.writelines(parts)


def state_of(weights):
    """The arrays of a state_dict, or of what holds one."""
    import torch

    for key in ("state_dict", "model_state_dict", "model"):
        if isinstance(weights.get(key), dict):
            weights = weights[key]
    wrong = [name for name, value in weights.items() if not isinstance(value, torch.Tensor)]
    if wrong:
        sys.exit(f"no state_dict: {wrong[0]} is no tensor")
    return {name: (value.float() if value.dtype == torch.bfloat16 else value).cpu().numpy()
            for name, value in weights.items()}


def from_torch(source, target, shape):
    import torch

    if target.endswith(".safetensors"):
        try:
            weights = torch.load(source, map_location="cpu", weights_only=True)
        except (pickle.UnpicklingError, RuntimeError):
            sys.exit(f"{source} holds more than weights: write a .onnx file of it")
        write_safetensors(target, state_of(weights))
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
