// ONNX Runtime on inference, of the nets that nnscope exported: DIR/mlp.onnx, cnn.onnx, lenet.onnx.
//
//   node onnxruntime.mjs --threads=N --models=DIR [--seconds=S] [--...] infer|latency|startup
//
// The package is found as Node finds packages; NODE_PATH is looked into as well (npm: onnxruntime-node).
import { createRequire } from 'node:module';
import { performance } from 'node:perf_hooks';

let runtime;
try {
  runtime = createRequire(import.meta.url)('onnxruntime-node');
} catch {
  process.exit(77);
}

const options = { threads: 1, seconds: 0.5, models: '.', cpu: process.argv.includes('--cpu') };
let task = '';
for (const word of process.argv.slice(2)) {
  const found = word.match(/^--(\w+)=(.*)$/);
  if (!found && word !== '--cpu') task = word;
  if (!found) continue;
  options[found[1]] = typeof options[found[1]] === 'number' ? Number(found[2]) : found[2];
}

// Seconds; of the processor with --cpu, else of the wall.
function clock() {
  const { user, system } = process.cpuUsage();
  return options.cpu ? (user + system) / 1e6 : performance.now() / 1e3;
}

async function measure(name, batch) {
  const session = await runtime.InferenceSession.create(`${options.models}/${name}.onnx`, {
    intraOpNumThreads: options.threads, interOpNumThreads: 1, executionMode: 'sequential',
  });
  const shape = name === 'mlp' ? [batch, 784] : [batch, 1, 28, 28];
  const values = Float32Array.from({ length: batch * 784 }, (_, i) => (i * 7919 % 256) / 255);
  const feeds = { [session.inputNames[0]]: new runtime.Tensor('float32', values, shape) };
  const times = [];
  for (let i = 0; i < 10; i++) await session.run(feeds);
  for (const end = performance.now() + 1e3 * options.seconds; performance.now() < end || times.length < 5;) {
    const start = clock();
    await session.run(feeds);
    times.push(clock() - start);
  }
  return times.sort((a, b) => a - b);
}

function show(name, figure, values) {
  const sorted = values.sort((a, b) => a - b);
  const [median, least, most] = [sorted[sorted.length >> 1], sorted[0], sorted[sorted.length - 1]];
  console.log(`onnxruntime ${name} threads=${options.threads} ${figure}=${median} min=${least} max=${most}`);
}

if (!['infer', 'latency', 'startup'].includes(task)) process.exit(78);
for (const name of task === 'startup' ? [] : ['mlp', 'cnn', 'lenet'])
  if (task === 'infer') show(`infer-${name}`, 'images_s', (await measure(name, 256)).map((t) => 256 / t));
  else show(`latency-${name}`, 'p50_us', (await measure(name, 1)).map((t) => 1e6 * t));
process.exit(0);
