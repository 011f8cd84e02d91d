"""Pictures that the notebooks learn on, and a small network for them."""

import numpy as np
import torch
import torch.nn.functional as functional
from torch import nn


def pictures(count, seed):
    """Grey pictures of 12 x 12 pixels with stripes in one of four directions, and noise: float32
    [count, 1, 12, 12], and the direction of each."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 4, count)
    angles = labels * np.pi / 4
    y, x = np.mgrid[:12, :12]
    across = np.cos(angles)[:, None, None] * x + np.sin(angles)[:, None, None] * y
    phases = rng.uniform(0, 2 * np.pi, (count, 1, 1))
    images = np.sin(1.3 * across + phases) + rng.normal(0, 1.8, (count, 12, 12))
    return images[:, None].astype(np.float32), labels


class Net(nn.Module):
    """Three convolutions with batch-norm, two of them past a shortcut, and a linear layer."""

    def __init__(self, channels=16):
        super().__init__()
        self.conv1 = nn.Conv2d(1, channels, 3, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(channels)
        self.conv3 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.norm3 = nn.BatchNorm2d(channels)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(channels, 4)

    def forward(self, x):
        x = functional.relu(self.norm1(self.conv1(x)))
        x = functional.max_pool2d(x, 2)
        x = functional.relu(x + self.norm2(self.conv2(x)))
        x = functional.relu(x + self.norm3(self.conv3(x)))
        return self.classifier(self.pool(x).flatten(1))


def train(model, images, labels, epochs, rate):
    """An ordinary training loop: the loss after each epoch."""
    model.train()
    optimizer = torch.optim.SGD(model.parameters(), lr=rate, momentum=0.9)
    images, labels = torch.from_numpy(images), torch.from_numpy(labels)
    losses = []
    for _ in range(epochs):
        order = torch.randperm(len(images))
        for batch in order.split(64):
            optimizer.zero_grad()
            loss = functional.cross_entropy(model(images[batch]), labels[batch])
            loss.backward()
            optimizer.step()
        losses.append(loss.item())
    model.eval()
    return losses


def accuracy(model, images, labels):
    """Share of right answers."""
    with torch.no_grad():
        answers = model(torch.from_numpy(images)).argmax(1).numpy()
    return float((answers == labels).mean())
