"""Reads a model file by nnscope-model(5) alone, as another program would. Uses the safetensors
package with PyTorch too when they are there."""
import json
import struct
import sys
import zlib

path = sys.argv[1]
with open(path, "rb") as stream:
    content = stream.read()
(size,) = struct.unpack("<Q", content[:8])
assert (8 + size) % 64 == 0, "data starts at a multiple of 64 bytes"
header = json.loads(content[8 : 8 + size])
data = content[8 + size :]
metadata = header.pop("__metadata__")
assert metadata["format"] == "pt"
assert all(isinstance(value, str) for value in metadata.values())

width = {"F32": 4, "F64": 8}
end = 0
for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
    begin, finish = entry["data_offsets"]
    count = 1
    for dimension in entry["shape"]:
        count *= dimension
    assert begin == end, name
    assert finish - begin == count * width[entry["dtype"]], name
    assert begin % width[entry["dtype"]] == 0, name + " is not aligned"
    end = finish
assert end == len(data)

crc = zlib.crc32(metadata["nnscope"].encode())
for name in sorted(header, key=str.encode):
    begin, finish = header[name]["data_offsets"]
    crc = zlib.crc32(name.encode() + b"\0", crc)
    crc = zlib.crc32(data[begin:finish], crc)
assert metadata["nnscope.crc32"] == "%08x" % crc

description = json.loads(metadata["nnscope"])
assert description["version"] == 1
net = description["net"]
assert net["input"] == [1, 6, 6]
assert [node["layer"] for node in net["nodes"]] == [
    "conv2d", "relu", "maxpool2d", "flatten", "dense", "softmax"]
assert header["conv.weight"]["shape"] == [2, 1, 3, 3]
assert header["conv.bias"]["shape"] == [2]
assert header["out.weight"]["shape"] == [3, 8]
assert header["optimizer/conv.weight/exp_avg"]["shape"] == [2, 1, 3, 3]
assert header["history/epochs"] == dict(header["history/epochs"], dtype="F64", shape=[5, 3])
assert description["data"]["classes"][1] == "d\u00f6g"

try:
    from safetensors.torch import load_file
    from torch import nn
except ImportError:
    sys.exit(0)
weights = load_file(path)
module = nn.ModuleDict({"conv": nn.Conv2d(1, 2, 3), "out": nn.Linear(8, 3)})
missing = module.load_state_dict(weights, strict=False).missing_keys
assert missing == [], missing
