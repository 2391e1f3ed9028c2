"""safetensors, for PyTorch without that package."""
import json
import os
import sys

import numpy

sys.path.append(os.path.join(os.environ.get("NN_SOURCE", "."), "data"))
from to_onnx import KINDS, write_safetensors as write


def read(path):
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = file.read()
    header.pop("__metadata__", None)
    types = {kind: numpy.dtype(name).newbyteorder("<") for name, kind in KINDS.items()}
    return {name: numpy.frombuffer(data[slice(*told["data_offsets"])], types[told["dtype"]]).reshape(told["shape"])
            for name, told in header.items()}
