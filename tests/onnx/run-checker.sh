#!/bin/sh
# run-checker.sh: exports nets and shows them to ONNX's own checker and shape inference (package python3-onnx). TAP.
python=
for candidate in python3 /usr/bin/python3; do
    $candidate -c 'import onnx' 2>/dev/null && python=$candidate && break
done
[ -n "$python" ] || { echo '1..0 # SKIP there is no python3-onnx'; exit 0; }
dir=$(mktemp -d) || exit 99
trap 'rm -rf "$dir"' EXIT
number=0 status=0

check() { # check NAME COMMANDS
    number=$((number + 1))
    if "$NN_BUILD/nnscope" -c "$2; export $dir/net.onnx" >"$dir/said" 2>&1 &&
        $python - "$dir/net.onnx" >>"$dir/said" 2>&1 <<'P'
import sys, onnx
from onnx import shape_inference
model = onnx.load(sys.argv[1])
onnx.checker.check_model(model, full_check=True)
inferred = shape_inference.infer_shapes(model, strict_mode=True, check_type=True)
assert model.ir_version == 7 and model.opset_import[0].version == 13
told = [d.dim_value for d in model.graph.output[0].type.tensor_type.shape.dim][1:]
found = [d.dim_value for d in inferred.graph.output[0].type.tensor_type.shape.dim][1:]
assert told == found, (told, found)
P
    then
        echo "ok $number - $1"
    else
        echo "not ok $number - $1"
        sed 's/^/# /' "$dir/said"
        status=1
    fi
}

check 'dense layers' 'net new input=8; add dense 16 relu; add dropout 0.3; add dense 4 softmax'
check 'convolutions' 'net new input=3x16x16; add conv2d 8 3 relu padding=same; add batchnorm; add maxpool2d 3 stride=2 ceil_mode=yes;
    add conv2d 8 3 padding=1 groups=2 stride=2; add gelu; add avgpool2d 2; add globalavgpool2d; add flatten; add dense 5 logsoftmax'
check 'residual nets' 'net new input=2x8x8; add conv2d 4 3 padding=1 name=a; add conv2d 4 3 padding=1 name=b; add add from=a,b;
    add concat from=add1,input; add multiply from=a,b; add flatten; add dense 3'
check 'series' 'net new input=4x20; add conv1d 8 3 padding=causal; add prelu num_parameters=8; add maxpool1d 2; add layernorm;
    add upsample 2 mode=bilinear; add permute 2x1; add flatten; add dense 2 sigmoid'
check 'volumes' 'net new input=1x6x6x6; add conv3d 4 3 relu; add maxpool3d 2; add convtranspose3d 2 2; add flatten; add dense 2'
check 'the rest' 'net new input=6x4x4; add groupnorm 3; add lrn 3; add take 1 0 4; add reduce mean 2; add mish; add silu; add hardswish;
    add zeropadding 1; add function erf; add softplus 2; add constant 4x3x6 name=k; add arithmetic modulo from=softplus1,k;
    add where from=k,softplus1,arithmetic1; add clip -1 1; add flatten; add dense 3 selu'
check 'embeddings' 'net new input=5; add embedding 20 8; add reduce argmax 2; add flatten; add dense 2'
check 'single values' 'net new input=4x9; add relu; add tanh; add sigmoid; add elu 0.5; add selu; add leaky_relu 0.2; add relu6; add softsign;
    add hardsigmoid; add gaussiannoise 0.1; add spatialdropout 0.2; add softmax; add reshape 2x18'
check 'upwards and all over' 'net new input=4x9; add convtranspose1d 6 3 stride=2; add avgpool1d 2; add globalmaxpool1d; add flatten; add dense 2'
check 'images upwards' 'net new input=2x5x6; add convtranspose2d 4 3 stride=2 padding=1; add globalmaxpool2d; add flatten; add dense 2'
check 'means' 'net new input=2x4x4x4; add avgpool3d 2; add reshape 4x4x1; add reshape 4x4; add matmul name=m from=reshape2,reshape2; add globalavgpool1d'
echo "1..$number"
exit $status
