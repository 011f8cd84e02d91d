// What ONNX Runtime makes of exported networks. Run by .ci/onnxruntime:
//   node onnxruntime_test.mjs FOLDER NETWORK...
// FOLDER has ONNX Runtime, and for each network NETWORK.onnx, its export to qdq, and NETWORK.npy,
// Bitline's logits of that file for the images of assets/cifar10-search.safetensors.
// ONNX Runtime computes in float32 what Bitline computes in integers, and puts a value that lies
// between two integers on the other one now and then. Answers therefore are equal, or the two
// largest logits are no further apart than one integer of the last layer's input can move one.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {resolve} from 'node:path';
import {test} from 'node:test';

const [folder, ...networks] = process.argv.slice(2);
const ort = createRequire(resolve(folder) + '/')('onnxruntime-node');
const kMean = [0.485, 0.456, 0.406];  // of examples/quickstart.toml
const kDeviation = [0.229, 0.224, 0.225];

function readSafetensors(file) {
  const bytes = readFileSync(file);
  const start = 8 + Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, start));
  const tensor = (name) => {
    const [begin, end] = header[name].data_offsets;
    return bytes.subarray(start + begin, start + end);
  };
  return {header, tensor, number: (name) => tensor(name).readFloatLE(0)};
}

function readNpy(file) {
  const bytes = readFileSync(file);
  const values = bytes.subarray(10 + bytes.readUInt16LE(8));
  return Float32Array.from({length: values.length / 4}, (_, i) => values.readFloatLE(4 * i));
}

function images() {
  const {header, tensor} = readSafetensors('assets/cifar10-search.safetensors');
  const {shape} = header.images;
  const area = shape[2] * shape[3];
  const f = Math.fround;
  const pixels = Float32Array.from(tensor('images'), (pixel, i) => {
    const channel = Math.floor(i / area) % shape[1];
    return f(f(f(pixel / 255) - f(kMean[channel])) / f(kDeviation[channel]));
  });
  return new ort.Tensor('float32', pixels, shape);
}

/// How far one integer of the last layer's input moves a logit at most.
function stepOfLogits(file) {
  const network = readSafetensors(file);
  const {nodes, quant} = JSON.parse(network.header.__metadata__.bitline_network);
  const last = nodes.at(-1);
  const weight = `${last.name}.weight`;
  const largest = 2 ** (quant[weight].bits - 1) - 1;
  return network.number(`${last.inputs[0]}.quant_scale`) * largest *
    network.number(`${weight}.quant_scale`);
}

const answer = (logits) => logits.indexOf(Math.max(...logits));
const margin = (logits) => {
  const [first, second] = [...logits].sort((a, b) => b - a);
  return first - second;
};

const input = images();
for (const network of networks)
  test(`${network}: answers as Bitline's`, async () => {
    const session = await ort.InferenceSession.create(`${folder}/${network}.onnx`);
    const results = await session.run({[session.inputNames[0]]: input});
    const theirs = results[session.outputNames[0]].data;
    const ours = readNpy(`${folder}/${network}.npy`);
    const step = stepOfLogits(`assets/${network}.safetensors`);
    const count = input.dims[0];
    assert.equal(count, 500);
    assert.equal(theirs.length, ours.length);
    const classes = ours.length / count;
    let equal = 0;
    let close = 0;
    for (let i = 0; i < count; ++i) {
      const [a, b] = [ours, theirs].map((all) => [...all.slice(i * classes, (i + 1) * classes)]);
      if (answer(a) === answer(b)) ++equal;
      else if (margin(a) <= step) ++close;
    }
    console.log(`${network}: ${equal} of ${count} answers equal, ${close} within one step ` +
      `(${step.toPrecision(3)})`);
    assert.equal(equal + close, count);
  });
