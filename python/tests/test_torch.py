"""Modules of PyTorch that learn on the array."""

import copy
import pathlib
import subprocess
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import torch.nn.functional as functional
from torch import nn

import bitline
import bitline.torch

_RANDOM = np.random.default_rng(0)
IMAGES = _RANDOM.normal(size=(60, 2, 8, 8)) + _RANDOM.choice([-0.7, 0.7], size=(60, 2, 1, 1))
IMAGES = IMAGES.astype(np.float32)
# which channels are bright on the whole, so that there is something to learn
LABELS = (IMAGES.mean(axis=(2, 3)) > 0) @ np.array([2, 1])


class Small(nn.Module):
    """Batch-norm, a residual sum, both poolings, a stride, a layer with a bias."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(2, 6, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(6)
        self.conv2 = nn.Conv2d(6, 6, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(6)
        self.conv3 = nn.Conv2d(6, 8, 3, stride=2, padding=1)
        self.shortcut = nn.Conv2d(6, 8, 1, stride=2, bias=False)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(8, 4)

    def forward(self, x):
        x = functional.relu(self.bn1(self.conv1(x)))
        x = functional.relu(x + self.bn2(self.conv2(x)))
        x = functional.max_pool2d(x, 2)
        x = functional.relu(self.conv3(x) + self.shortcut(x))
        return self.fc(torch.flatten(self.pool(x), 1))


class Plain(nn.Module):
    """Two linear layers, one of them on the array."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(3, 2)
        self.middle = nn.Linear(2, 2, bias=False)
        self.last = nn.Linear(2, 2)

    def forward(self, x):
        return self.last(torch.relu(self.middle(torch.relu(self.first(x)))))


def dataset(images=IMAGES, labels=LABELS):
    return bitline.Dataset(images, labels)


def study_of(network, data, **options):
    shape = data.images.shape[1]
    return bitline.Study(
        network,
        data,
        data,
        data={"images_per_class": 5, "mean": [0.0] * shape, "deviation": [1.0] * shape},
        array={"rows": 32, **options},
        progress=None,
    )


def trained(module):
    """The module with batch-norm statistics that are not the first ones."""
    torch.manual_seed(0)
    for part in module.modules():
        if isinstance(part, nn.BatchNorm2d):
            nn.init.uniform_(part.weight, 0.5, 1.5)
            nn.init.normal_(part.bias, 0, 0.1)
    module.train()
    with torch.no_grad():
        module(torch.from_numpy(IMAGES))
    return module.eval()


@pytest.fixture(scope="module")
def module():
    torch.manual_seed(0)
    return trained(Small())


def quantized(module, data, **options):
    example = torch.from_numpy(data.images[:1].copy())
    network = bitline.Network.from_torch(module, example)
    return study_of(study_of(network, data).quantize(**options), data)


@pytest.fixture(scope="module")
def study(module):
    return quantized(module, dataset())


@pytest.fixture(scope="module")
def plan(study):
    return study.search(3, "csnr").plan


def logits_of(model, images=IMAGES):
    model.eval()
    with torch.no_grad():
        return model(torch.from_numpy(images)).numpy()


@pytest.mark.parametrize("engine", ["fused", "composed"])
@pytest.mark.parametrize(
    "array",
    [
        {},
        {"encoding": "offset"},
        {"encoding": "offset", "offset_removal": "digital"},
        {"encoding": "bipolar"},
        {"encoding": "twos-complement", "column_flip": "complement"},
        {"column_flip": "sign", "dac_bits": 2, "cell_bits": 2},
        {"subtract": "digital"},
    ],
)
def test_in_eval_it_gives_the_logits_of_the_engine(module, study, engine, array):
    on = study_of(study.network, dataset(), **array)
    plan = on.search(4, "csnr").plan
    model = bitline.torch.convert(module, on, plan, engine=engine)
    np.testing.assert_array_equal(logits_of(model), on.logits(plan))


def test_without_a_plan_layers_are_exact_integers(module, study):
    model = bitline.torch.convert(module, study)
    np.testing.assert_array_equal(logits_of(model), study.logits(mode="lossless"))


def test_steps_by_channel_and_signed_values_are_those_of_the_engine(module):
    class Signed(Small):
        def forward(self, x):
            x = self.bn1(self.conv1(x))
            x = functional.max_pool2d(self.bn2(self.conv2(x)), 2)
            return self.fc(self.pool(self.conv3(x) + self.shortcut(x)).flatten(1))

    torch.manual_seed(1)
    signed = trained(Signed())
    study = quantized(signed, dataset(), weight_scale="channel", activation_bits=5)
    plan = study.search(5, "csnr").plan
    model = bitline.torch.convert(signed, study, plan)
    np.testing.assert_array_equal(logits_of(model), study.logits(plan))


def test_the_state_dict_is_that_of_the_float_model(module, study, plan):
    model = bitline.torch.convert(module, study, plan)
    assert set(model.state_dict()) == set(module.state_dict())
    module.load_state_dict(model.state_dict())
    learning = bitline.torch.convert(module, study, plan, learn_steps=True)
    more = set(learning.state_dict()) - set(module.state_dict())
    # one for each of the five layers
    assert len([name for name in more if name.endswith("weight_grid.step")]) == 5
    assert all(name.endswith(".step") for name in more)


def test_a_loop_learns_with_three_levels_and_its_network_answers_alike(module, study, plan):
    model = bitline.torch.convert(module, study, plan, learn_steps=True).train()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9)
    images, labels = torch.from_numpy(IMAGES), torch.from_numpy(LABELS)
    losses = []
    for _ in range(60):
        optimizer.zero_grad()
        loss = functional.cross_entropy(model(images), labels)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert np.mean(losses[-5:]) < 0.6 * np.mean(losses[:5])
    network = bitline.torch.to_network(model, study)
    np.testing.assert_array_equal(logits_of(model), study.logits(plan, network=network))
    copied = copy.deepcopy(model)
    np.testing.assert_array_equal(logits_of(copied), logits_of(model))


def plain_layer(plan_levels=None, gradient="identity"):
    """The middle layer of a network of numbers that can be followed by hand."""
    torch.manual_seed(0)
    plain = Plain().eval()
    with torch.no_grad():
        plain.middle.weight.copy_(torch.tensor([[1.0, -2.0], [3.0, 7.0]]))
    rng = np.random.default_rng(1)
    images = rng.uniform(0, 1, size=(40, 3)).astype(np.float32)
    study = quantized(plain, dataset(images, np.arange(40) % 2), rounding="nearest",
                      range="min-max", bias_correction=False)
    plan = study.search(plan_levels, "csnr").plan if plan_levels else None
    model = bitline.torch.convert(plain, study, plan, gradient=gradient)
    return model, model.get_submodule("middle")


def test_gradients_of_a_layer_without_rounding_are_those_by_hand():
    _, layer = plain_layer()
    layer.train()
    # Four bits reach 7 at the largest weight, so that one step is 1.
    assert layer.weight_grid.step.tolist() == [1.0]
    step = layer.input_grid.step.item()
    value = (torch.tensor([[2.0, 5.0]]) * step).requires_grad_()
    output = layer(value)
    # 2 - 10 and 6 + 35
    np.testing.assert_allclose(output.detach().numpy(), [[-8 * step, 41 * step]], rtol=1e-6)
    output.backward(torch.tensor([[1.0, 10.0]]))
    # of the values 1 * (1, -2) + 10 * (3, 7); of the weights what the values are, each above's times
    np.testing.assert_allclose(value.grad.numpy(), [[31.0, 68.0]], rtol=1e-6)
    expected = [[2 * step, 5 * step], [20 * step, 50 * step]]
    np.testing.assert_allclose(layer.weight.grad.numpy(), expected, rtol=1e-6)


def test_adcs_change_the_outputs_and_not_the_identity_gradient():
    _, layer = plain_layer(plan_levels=2)
    layer.train()
    assert layer.trained.on_array
    step = layer.input_grid.step.item()
    value = (torch.tensor([[15.0, 15.0]]) * step).requires_grad_()
    output = layer(value)
    assert output.detach().numpy().tolist() != [[-15 * step, 150 * step]]
    output.backward(torch.tensor([[1.0, 10.0]]))
    np.testing.assert_allclose(value.grad.numpy(), [[31.0, 68.0]], rtol=1e-6)


def test_the_scaled_gradient_is_that_times_the_slope_of_the_outputs():
    _, layer = plain_layer(plan_levels=2, gradient="scaled")
    layer.train()
    step = layer.input_grid.step.item()
    integers = np.array([[0, 0], [3, 1], [15, 2], [7, 15], [9, 9]], np.float32)
    value = torch.from_numpy(integers * np.float32(step)).requires_grad_()
    output = layer(value)
    exact = integers @ np.array([[1.0, -2.0], [3.0, 7.0]]).T * step
    slopes = [np.polyfit(exact[:, o], output.detach().numpy()[:, o], 1)[0] for o in range(2)]
    above = np.zeros((5, 2), np.float32)
    above[0] = [1, 10]
    output.backward(torch.from_numpy(above))
    scaled = np.array([1, 10]) * slopes
    np.testing.assert_allclose(value.grad.numpy()[0], scaled @ np.array([[1, -2], [3, 7]]), rtol=1e-4)


def test_a_convolution_has_the_gradients_of_an_ordinary_one(module, study, plan):
    layer = bitline.torch.convert(module, study, plan).get_submodule("conv3").train()
    step = layer.input_grid.step
    value = (torch.randint(0, 16, (3, 6, 4, 4)) * step).requires_grad_()
    above = torch.randn(3, 8, 2, 2)
    layer(value).backward(above)
    weight = (layer.weight_grid.levels(layer.weight) * layer.weight_grid.step).requires_grad_()
    twin = value.detach().clone().requires_grad_()
    functional.conv2d(twin, weight, None, stride=2, padding=1).backward(above)
    torch.testing.assert_close(value.grad, twin.grad)
    # straight through the grid: least squares leaves no weight outside it
    torch.testing.assert_close(layer.weight.grad, weight.grad)
    torch.testing.assert_close(layer.bias.grad, above.sum((0, 2, 3)))


def test_the_gradient_of_a_step_is_that_of_equation_11():
    from bitline.torch.quantizer import Quantizer

    model, layer = plain_layer()
    grid = Quantizer(layer.trained.input_grid, ["x"], learn=True, is_weight=False)
    with torch.no_grad():
        grid.step.fill_(0.5)
    # 0.6 is step 1 (1.2), -1 below, 9 above 15 steps of a half
    value = torch.tensor([[0.6, -1.0, 9.0]], requires_grad=True)
    grid(value).backward(torch.tensor([[2.0, 3.0, 4.0]]))
    assert value.grad.tolist() == [[2.0, 0.0, 0.0]]
    # f = 1 / sqrt(3 · 15); inside 1 - 1.2, below 0, above 15
    expected = (2 * (1 - 1.2) + 3 * 0 + 4 * 15) / np.sqrt(45)
    np.testing.assert_allclose(grid.step.grad.item(), expected, rtol=1e-5)


def test_gradients_go_through_a_model_in_eval_too(module, study, plan):
    model = bitline.torch.convert(module, study, plan).eval()
    images = torch.from_numpy(IMAGES[:5]).requires_grad_()
    outputs = model(images)
    np.testing.assert_array_equal(outputs.detach().numpy(), logits_of(model)[:5])
    outputs.sum().backward()
    assert images.grad.abs().sum() > 0 and model.get_submodule("bn2").weight.grad is not None


class Edited(Small):
    """A Small with something else in place of one part."""

    def __init__(self, **parts):
        super().__init__()
        for name, part in parts.items():
            setattr(self, name, part)


class Twice(Small):
    def forward(self, x):
        return super().forward(self.conv1(x)[:, :2])


class Depends(Small):
    def forward(self, x):
        return super().forward(x) if x.sum() > 0 else x


class Functional(Small):
    def forward(self, x):
        return super().forward(functional.conv2d(x, torch.ones(2, 2, 1, 1)))


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (Edited(conv2=nn.Conv1d(6, 6, 3)), "layer 'conv2' is a Conv1d.*write it with Conv2d"),
        (Edited(conv2=nn.Conv2d(6, 6, 3, padding=1, padding_mode="reflect")), "conv2' pads with"),
        (Edited(conv2=nn.Conv2d(6, 6, 5, padding=2)), "layer 'conv2' has a weight of shape"),
        (Edited(conv3=nn.Conv2d(6, 8, 3, padding=1)), "layer 'conv3' has stride, padding"),
        (Edited(bn2=nn.Identity()), "behind layer 'conv2' the module has none"),
        (Edited(fc=nn.Sequential(nn.Linear(8, 8), nn.Linear(8, 4))), "the module has 6 layers"),
        (Twice(), "layer 'conv1' is called twice"),
        (Depends(), "torch.fx cannot trace the module"),
        (Functional(), "calls conv2d, which cannot be converted"),
    ],
)
def test_modules_that_do_not_fit_are_refused_by_name(study, plan, other, message):
    with pytest.raises(ValueError, match=message) as raised:
        bitline.torch.convert(other, study, plan)
    assert "\n" not in str(raised.value)


def test_a_bias_that_only_bias_correction_gave_the_network_is_taken(study, plan):
    bitline.torch.convert(Edited(conv2=nn.Conv2d(6, 6, 3, padding=1)), study, plan)


def test_layers_may_be_matched_by_name(module, study, plan):
    own = [node.name for node in study.network.nodes if node.operator in ("conv", "linear")]
    names = dict(zip(["conv1", "conv2", "conv3", "shortcut", "fc"], own))
    model = bitline.torch.convert(module, study, plan, layers=names)
    np.testing.assert_array_equal(logits_of(model), study.logits(plan))
    swapped = {**names, "conv1": names["conv2"], "conv2": names["conv1"]}
    with pytest.raises(ValueError, match="reads .* in the module"):
        bitline.torch.convert(module, study, plan, layers=swapped)
    with pytest.raises(ValueError, match="layers has to name each"):
        bitline.torch.convert(module, study, plan, layers={"conv1": own[0]})


def test_a_plan_of_another_network_or_array_is_refused(module, study, plan, network, training):
    other = bitline.Study(
        network, training, data={"images_per_class": 2}, array={"rows": 32}, progress=None
    )
    with pytest.raises(bitline.Error, match="no layer"):
        bitline.torch.convert(module, study, other.search(4, "csnr").plan)
    with pytest.raises(bitline.Error, match="rows"):
        bitline.torch.convert(module, study_of(study.network, dataset(), rows=16), plan)


def test_a_float_network_is_refused_with_the_remedy(module):
    network = bitline.Network.from_torch(module, torch.from_numpy(IMAGES[:1]))
    with pytest.raises(bitline.Error, match="quantize"):
        bitline.torch.convert(module, study_of(network, dataset()))


def test_what_is_fed_to_it_is_looked_at(module, study, plan):
    model = bitline.torch.convert(module, study, plan)
    images = torch.from_numpy(IMAGES[:2])
    with pytest.raises(TypeError, match="is torch.float64, and the array takes torch.float32"):
        model(images.double())
    with pytest.raises(ValueError, match="holds NaN or infinity"):
        model(torch.full_like(images, float("nan")))
    with pytest.raises(ValueError, match=r"its input is \[2, 6, 6, 6\].*make the network"):
        model.get_submodule("conv2")(torch.zeros(2, 6, 6, 6))
    with pytest.raises(ValueError, match="is on meta, its weight on cpu; move both"):
        model.get_submodule("conv2")(torch.zeros(2, 6, 8, 8, device="meta"))
    with torch.no_grad():
        model.get_submodule("conv3").weight[0, 0, 0, 0] = float("nan")
    with pytest.raises(ValueError, match="conv3.*holds NaN"):
        model(images)
    with pytest.raises(ValueError, match="gradient is 'clipped'; choose"):
        bitline.torch.convert(module, study, plan, gradient="clipped")


def test_what_has_no_place_in_the_network_is_named(module, study, plan):
    model = bitline.torch.convert(module, study, plan)
    model.register_parameter("extra", nn.Parameter(torch.zeros(1)))
    with pytest.raises(ValueError, match="parameter 'extra' has no place"):
        bitline.torch.to_network(model, study)


def test_the_engine_links_no_libtorch():
    folder = pathlib.Path(bitline._core.__file__).parent
    for file in (pathlib.Path(bitline._core.__file__), *folder.glob("libbitline.so*")):
        needed = subprocess.run(["readelf", "-d", file], check=True, capture_output=True, text=True)
        assert "NEEDED" in needed.stdout and "libtorch" not in needed.stdout


def test_an_export_without_the_package_onnx_says_so(module, monkeypatch):
    def export(*_, **__):
        raise AttributeError("module 'onnx' has no attribute 'load_model_from_string'")

    monkeypatch.setattr(torch.onnx, "export", export)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ImportError, match="apt-get install python3-onnx"):
        bitline.Network.from_torch(module, torch.from_numpy(IMAGES[:1]))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: SimpleNamespace(origin="onnx"))
    with pytest.raises(AttributeError, match="load_model_from_string"):
        bitline.Network.from_torch(module, torch.from_numpy(IMAGES[:1]))
