#!/bin/sh
# run-graphs.sh: graphs as scikit-learn's and TensorFlow's exporters write them, by python3-onnx. TAP.
python=
for candidate in python3 /usr/bin/python3; do
    $candidate -c 'import onnx, numpy' 2>/dev/null && python=$candidate && break
done
[ -n "$python" ] || { echo '1..0 # SKIP there is no python3-onnx'; exit 0; }
PYTHONDONTWRITEBYTECODE=1 exec "$python" "$NN_SOURCE/tests/interchange/graphs_check.py"
