#!/bin/sh
# run-torch.sh [OPTION...]: models between PyTorch (package python3-torch) and nnscope; the small ones by default. TAP.
python=
for candidate in python3 /usr/bin/python3; do
    $candidate -c 'import torch, numpy' 2>/dev/null && python=$candidate && break
done
[ -n "$python" ] || { echo '1..0 # SKIP there is no python3-torch'; exit 0; }
[ $# -gt 0 ] || set -- --quick
PYTHONDONTWRITEBYTECODE=1 exec "$python" "$NN_SOURCE/tests/interchange/torch_check.py" "$@"
