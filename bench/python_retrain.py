"""A retraining step of bitline.torch on the shipped ResNet-20:

    python bench/python_retrain.py [--rounds 5] [--steps 20] [--batch 128] [--threads 2]

Forward pass, loss, backward pass and optimizer, with the steps of the grids learned: the median of
ROUNDS times STEPS steps. What it is held against is `train_bench 101 128`, kind "retraining,
identity" (bench/train/retraining_step.cc, which leaves out the optimizer).
"""

import argparse
import pathlib
import statistics
import time

import numpy as np
import torch
import torch.nn.functional as functional
from torch import nn

import bitline
import bitline.torch

ASSETS = pathlib.Path(__file__).resolve().parents[1] / "assets"


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        if stride != 1:
            self.shortcut = nn.Conv2d(inputs, outputs, 1, stride, bias=False)
            self.shortcut_norm = nn.BatchNorm2d(outputs)
        self.stride = stride

    def forward(self, x):
        y = functional.relu(self.norm1(self.conv1(x)))
        y = self.norm2(self.conv2(y))
        return functional.relu(y + (x if self.stride == 1 else self.shortcut_norm(self.shortcut(x))))


class ResNet20(nn.Module):
    """The layers of the built-in resnet20, under its names."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(16)
        inputs = 16
        for stage, outputs in enumerate((16, 32, 64)):
            blocks = nn.Module()
            for block in range(3):
                stride = 2 if stage > 0 and block == 0 else 1
                blocks.add_module(f"block{block + 1}", Block(inputs, outputs, stride))
                inputs = outputs
            self.add_module(f"stage{stage + 1}", blocks)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(64, 10)

    def forward(self, x):
        x = functional.relu(self.norm1(self.conv1(x)))
        for stage in (self.stage1, self.stage2, self.stage3):
            for block in (stage.block1, stage.block2, stage.block3):
                x = block(x)
        return self.classifier(self.pool(x).flatten(1))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    bitline.set_thread_count(options.threads)
    network = bitline.Network.from_file(ASSETS / "resnet20-w4a4.safetensors")
    few = bitline.Dataset(np.zeros((10, 3, 32, 32), np.uint8), np.arange(10))
    study = bitline.Study(network, few, data={"images_per_class": 1}, progress=None)
    plan = study.search(4, "full-range").plan
    model = bitline.torch.convert(ResNet20(), study, plan, learn_steps=True).train()
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-4, momentum=0.9)
    torch.manual_seed(1)
    images = torch.randn(options.batch, 3, 32, 32)
    labels = torch.randint(10, (options.batch,))

    def step():
        optimizer.zero_grad(set_to_none=True)
        functional.cross_entropy(model(images), labels).backward()
        optimizer.step()

    step()
    seconds = []
    for _ in range(options.rounds):
        start = time.perf_counter()
        for _ in range(options.steps):
            step()
        seconds.append((time.perf_counter() - start) / options.steps)
    print(f"{1000 * statistics.median(seconds):.1f} ms a step of {options.batch} images, "
          f"{options.threads} threads ({', '.join(f'{1000 * s:.1f}' for s in seconds)})")


if __name__ == "__main__":
    main()
