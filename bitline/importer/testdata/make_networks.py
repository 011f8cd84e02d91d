#!/usr/bin/python3
"""Makes the networks of network_files_test.cc: small ones with random weights, each beside the
logits that the NumPy code below computes for four images. Needs python3-onnx and python3-numpy.

    bitline/importer/testdata/make_networks.py

writes mobile.onnx, dense.onnx, transformer.onnx, attention.onnx and channels_last.onnx, and for each a .safetensors with "images" and
"logits".
"""

import json
import pathlib
import struct

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

FOLDER = pathlib.Path(__file__).parent
random = np.random.default_rng(1)


def draw(*shape):
    return (random.standard_normal(shape) / np.sqrt(np.prod(shape[1:]) or 1)).astype(np.float32)


def conv(x, w, stride=1, pad=0, groups=1):
    """[n, c, h, w] with [o, c / groups, k, k], straight from the definition."""
    n, c, height, width = x.shape
    o, per_group, k, _ = w.shape
    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    rows = (height + 2 * pad - k) // stride + 1
    columns = (width + 2 * pad - k) // stride + 1
    y = np.zeros((n, o, rows, columns))
    for out in range(o):
        first = out // (o // groups) * per_group
        for dy in range(k):
            for dx in range(k):
                part = x[:, first : first + per_group, dy : dy + stride * rows : stride,
                         dx : dx + stride * columns : stride]
                y[:, out] += np.einsum("nchw,c->nhw", part, w[out, :, dy, dx])
    return y


class Model:
    """Appends ONNX nodes; every method returns the name of the value that it adds."""

    def __init__(self):
        self.nodes, self.initializers, self.count = [], [], 0

    def constant(self, array):
        self.count += 1
        self.initializers.append(numpy_helper.from_array(np.asarray(array), f"c{self.count}"))
        return f"c{self.count}"

    def add(self, op, *inputs, name=None, **attributes):
        self.count += 1
        output = f"v{self.count}"
        self.nodes.append(
            helper.make_node(op, list(inputs), [output], name=name or f"{op}_{self.count}",
                             **attributes))
        return output

    def norm(self, x, scale, shift, mean, variance):
        parameters = [self.constant(p) for p in (scale, shift, mean, variance)]
        return self.add("BatchNormalization", x, *parameters, epsilon=1e-3)

    def write(self, name, output, images, logits, input_shape=None):
        """The input's shape in the file is that of the images, of any number, or `input_shape`."""
        self.nodes[-1].output[0] = "logits"
        assert output == f"v{self.count}"
        input_shape = input_shape or ["batch", *images.shape[1:]]
        batch = helper.make_tensor_value_info("images", TensorProto.FLOAT, input_shape)
        result = helper.make_tensor_value_info("logits", TensorProto.FLOAT, [input_shape[0], 10])
        graph = helper.make_graph(self.nodes, name, [batch], [result], self.initializers)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)],
                                  producer_name="make_networks.py")
        model.ir_version = 8
        onnx.checker.check_model(model)
        onnx.save(model, FOLDER / f"{name}.onnx")
        write_tensors(FOLDER / f"{name}.safetensors",
                      {"images": images, "logits": logits.astype(np.float32)})


def write_tensors(path, tensors):
    header, data = {}, b""
    for key, array in tensors.items():
        raw = np.ascontiguousarray(array, "<f4").tobytes()
        header[key] = {"dtype": "F32", "shape": list(array.shape),
                       "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def norm_parameters(channels):
    return (1 + draw(channels) / 4, draw(channels), draw(channels), 1 + draw(channels) ** 2)


def norm(x, scale, shift, mean, variance):
    shape = (1, -1) + (1,) * (x.ndim - 2)
    scale, shift, mean, variance = (p.reshape(shape) for p in (scale, shift, mean, variance))
    return (x - mean) / np.sqrt(variance + 1e-3) * scale + shift


def mobile():
    """Inverted bottlenecks: depthwise convolutions, Clip as ReLU6, a hard swish, a residual sum."""
    images = random.standard_normal((4, 3, 16, 16)).astype(np.float32)
    m, x, v = Model(), images.astype(np.float64), "images"

    def block(x, v, out, kernel, stride, groups, active=True):
        w, p = draw(out, x.shape[1] // groups, kernel, kernel), norm_parameters(out)
        x = norm(conv(x, w, stride, kernel // 2, groups), *p)
        v = m.add("Conv", v, m.constant(w), strides=[stride] * 2, pads=[kernel // 2] * 4,
                  group=groups, kernel_shape=[kernel] * 2)
        v = m.norm(v, *p)
        if active:
            x = np.clip(x, 0, 6)
            v = m.add("Clip", v, m.constant(np.float32(0)), m.constant(np.float32(6)))
        return x, v

    x, v = block(x, v, 8, 3, 2, 1)
    shortcut = (x, v)
    x, v = block(x, v, 24, 1, 1, 1)
    x, v = block(x, v, 24, 3, 1, 24)
    x, v = block(x, v, 8, 1, 1, 1, active=False)
    x, v = x + shortcut[0], m.add("Add", v, shortcut[1])
    x, v = x * np.clip(x / 6 + 0.5, 0, 1), m.add("HardSwish", v)
    x, v = block(x, v, 16, 3, 2, 8)
    x, v = x.mean((2, 3)), m.add("Flatten", m.add("GlobalAveragePool", v))
    w, b = draw(10, 16), draw(10)
    m.write("mobile", m.add("Gemm", v, m.constant(w), m.constant(b), transB=1), images, x @ w.T + b)


def dense():
    """Dense blocks: batch-norm before the convolution, Concat, average pooling; the batch's extent is
    looked up for the last reshape."""
    images = random.standard_normal((4, 3, 12, 12)).astype(np.float32)
    m, x, v = Model(), images.astype(np.float64), "images"

    def layer(x, v, out, kernel):
        p, w = norm_parameters(x.shape[1]), draw(out, x.shape[1], kernel, kernel)
        y = conv(np.maximum(norm(x, *p), 0), w, 1, kernel // 2)
        u = m.add("Relu", m.norm(v, *p))
        return y, m.add("Conv", u, m.constant(w), pads=[kernel // 2] * 4)

    w = draw(8, 3, 3, 3)
    x, v = conv(x, w, 1, 1), m.add("Conv", v, m.constant(w), auto_pad="SAME_UPPER")
    for _ in range(3):
        y, u = layer(x, v, 4, 3)
        x, v = np.concatenate([x, y], 1), m.add("Concat", v, u, axis=1)
    x, v = layer(x, v, 10, 1)
    x = x.reshape(4, 10, 6, 2, 6, 2).mean((3, 5))
    v = m.add("AveragePool", v, kernel_shape=[2, 2], strides=[2, 2])
    x, v = x.mean((2, 3)), m.add("ReduceMean", v, axes=[2, 3], keepdims=0)
    x, v = np.tanh(x), m.add("Tanh", v)
    size = m.add("Gather", m.add("Shape", v), m.constant(np.int64(0)), axis=0)
    size = m.add("Unsqueeze", size, m.constant(np.array([0])))
    shape = m.add("Concat", size, m.constant(np.array([-1])), axis=0)
    m.write("dense", m.add("Reshape", v, shape), images, x)


def transformer():
    """One block of a vision transformer: patches, a decomposed layer normalization, attention with
    queries, keys and values of one product, a GELU."""
    images = random.standard_normal((4, 3, 8, 8)).astype(np.float32)
    m, v, width, heads = Model(), "images", 16, 2
    tokens, each = 16, width // heads

    def layer_norm(x, v):
        scale, shift = 1 + draw(width) / 4, draw(width)
        mean = x.mean(-1, keepdims=True)
        deviation = x - mean
        x = deviation / np.sqrt((deviation**2).mean(-1, keepdims=True) + 1e-5) * scale + shift
        d = m.add("Sub", v, m.add("ReduceMean", v, axes=[-1]))
        squares = m.add("Pow", d, m.constant(np.float32(2)))
        variance = m.add("ReduceMean", squares, axes=[-1])
        root = m.add("Sqrt", m.add("Add", variance, m.constant(np.float32(1e-5))))
        v = m.add("Mul", m.add("Div", d, root), m.constant(scale))
        return x, m.add("Add", v, m.constant(shift))

    def linear(x, v, out, name):
        w, b = draw(x.shape[-1], out) / 2, draw(out)
        return x @ w + b, m.add("Add", m.constant(b), m.add("MatMul", v, m.constant(w), name=name))

    w = draw(width, 3, 2, 2)
    x = conv(images.astype(np.float64), w, 2).reshape(4, width, tokens).transpose(0, 2, 1)
    v = m.add("Conv", v, m.constant(w), strides=[2, 2], name="patches")
    v = m.add("Transpose", m.add("Reshape", v, m.constant(np.array([0, width, -1]))), perm=[0, 2, 1])
    place = draw(1, tokens, width)
    x, v = x + place, m.add("Add", v, m.constant(place))
    y, u = layer_norm(x, v)
    y, u = linear(y, u, 3 * width, "queries_keys_values")
    y = y.reshape(4, tokens, 3, heads, each).transpose(2, 0, 3, 1, 4)
    u = m.add("Reshape", u, m.constant(np.array([-1, tokens, 3, heads, each])))
    u = m.add("Transpose", u, perm=[2, 0, 3, 1, 4])  # images are the second axis now
    q, k, values = (m.add("Gather", u, m.constant(np.int64(i)), axis=0) for i in range(3))
    scores = y[0] @ y[1].transpose(0, 1, 3, 2) / np.sqrt(each)
    k = m.add("Transpose", k, perm=[0, 1, 3, 2])
    s = m.add("Div", m.add("MatMul", q, k), m.constant(np.float32(np.sqrt(each))))
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    y = (weights / weights.sum(-1, keepdims=True)) @ y[2]
    u = m.add("MatMul", m.add("Softmax", s, axis=-1), values)
    y = y.transpose(0, 2, 1, 3).reshape(4, tokens, width)
    u = m.add("Reshape", m.add("Transpose", u, perm=[0, 2, 1, 3]),
              m.constant(np.array([0, tokens, width])))
    y, u = linear(y, u, width, "projection")
    x, v = x + y, m.add("Add", v, u)
    y, u = layer_norm(x, v)
    y, u = linear(y, u, 2 * width, "expansion")
    erf = np.vectorize(__import__("math").erf)
    y = y * 0.5 * (1 + erf(y / np.sqrt(2)))
    g = m.add("Erf", m.add("Div", u, m.constant(np.float32(np.sqrt(2)))))
    g = m.add("Mul", u, m.add("Add", g, m.constant(np.float32(1))))
    u = m.add("Mul", g, m.constant(np.float32(0.5)))
    y, u = linear(y, u, width, "contraction")
    x, v = x + y, m.add("Add", v, u)
    x, v = x.mean(1), m.add("ReduceMean", v, axes=[1], keepdims=0)
    w, b = draw(width, 10), draw(10)
    m.write("transformer", m.add("Gemm", v, m.constant(w), m.constant(b), name="classifier"),
            images, x @ w + b)


def attention():
    """Multi-head attention as PyTorch exports nn.MultiheadAttention with a batch of 1: tokens come
    first, images second, and reshapes merge the images with the heads or drop them."""
    images = random.standard_normal((4, 3, 4, 8)).astype(np.float32)
    m, width, heads = Model(), 8, 2
    tokens, each = 12, width // heads
    x = images.reshape(4, tokens, width).astype(np.float64)
    v = m.add("Reshape", "images", m.constant(np.array([1, tokens, width])))
    v = m.add("Transpose", v, perm=[1, 0, 2])  # [tokens, 1, width]

    w, b = draw(width, 3 * width), draw(3 * width)
    y = (x @ w + b).reshape(4, tokens, 3, heads, each).transpose(2, 0, 3, 1, 4)
    u = m.add("Add", m.add("MatMul", v, m.constant(w), name="in_projection"), m.constant(b))
    u = m.add("Reshape", u, m.constant(np.array([tokens, 1, 3, width])))
    u = m.add("Unsqueeze", u, m.constant(np.array([0])))
    u = m.add("Squeeze", m.add("Transpose", u, perm=[3, 1, 2, 0, 4]), m.constant(np.array([3])))
    parts = [m.add("Gather", u, m.constant(np.int64(i)), axis=0) for i in range(3)]
    parts = [m.add("Reshape", p, m.constant(np.array([tokens, heads, each]))) for p in parts]
    q, k, values = (m.add("Transpose", p, perm=[1, 0, 2]) for p in parts)  # [heads, tokens, each]
    scores = y[0] @ y[1].transpose(0, 1, 3, 2) / np.sqrt(each)
    s = m.add("MatMul", m.add("Div", q, m.constant(np.float32(np.sqrt(each)))),
              m.add("Transpose", k, perm=[0, 2, 1]))
    weights = np.exp(scores - scores.max(-1, keepdims=True))
    y = (weights / weights.sum(-1, keepdims=True)) @ y[2]
    u = m.add("MatMul", m.add("Softmax", s, axis=-1), values)
    y = y.transpose(0, 2, 1, 3).reshape(4, tokens, width)
    u = m.add("Reshape", m.add("Transpose", u, perm=[1, 0, 2]),
              m.constant(np.array([tokens, width])))
    w, b = draw(width, width), draw(width)
    x = x + y @ w.T + b
    u = m.add("Gemm", u, m.constant(w), m.constant(b), transB=1, name="out_projection")
    v = m.add("Add", v, m.add("Reshape", u, m.constant(np.array([tokens, 1, width]))))
    x, v = x.mean(1), m.add("ReduceMean", v, axes=[0], keepdims=0)
    w, b = draw(width, 10), draw(10)
    m.write("attention", m.add("Gemm", v, m.constant(w), m.constant(b), name="classifier"), images,
            x @ w + b, [1, 3, 4, 8])


def channels_last():
    """As TensorFlow's exporter leaves a network: images with their channels last, which a Transpose
    puts first, and another one puts last again in front of the classifier."""
    images = random.standard_normal((4, 3, 6, 8)).astype(np.float32)
    m, w, b = Model(), draw(5, 3, 3, 3), draw(5)
    x = np.maximum(conv(images.astype(np.float64), w, 1, 1) + b.reshape(1, 5, 1, 1), 0)
    v = m.add("Transpose", "images", perm=[0, 3, 1, 2])
    v = m.add("Relu", m.add("Conv", v, m.constant(w), m.constant(b), auto_pad="SAME_UPPER"))
    x = x.transpose(0, 2, 3, 1).reshape(4, -1)
    v = m.add("Reshape", m.add("Transpose", v, perm=[0, 2, 3, 1]),
              m.constant(np.array([-1, 6 * 8 * 5])))
    w, b = draw(6 * 8 * 5, 10) / 4, draw(10)
    v = m.add("Add", m.add("MatMul", v, m.constant(w)), m.constant(b))
    m.write("channels_last", v, images, x @ w + b, ["batch", 6, 8, 3])


mobile()
dense()
transformer()
attention()
channels_last()
