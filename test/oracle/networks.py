"""The networks that goldens are made of: torchvision's, the book's, and small wrappers that stand for other exporters' habits."""

import torch
from torch import nn
from torchvision import models


class AdaptiveConcatPool2d(nn.Module):
    """Global maximum and average side by side, the maximum first: `[n, 2 c, 1, 1]`."""

    def __init__(self):
        super().__init__()
        self.mp = nn.AdaptiveMaxPool2d(1)
        self.ap = nn.AdaptiveAvgPool2d(1)

    def forward(self, x):
        return torch.cat([self.mp(x), self.ap(x)], 1)


def book(classes):
    """The book's cats and dogs model: a ResNet-34 body and the head that fastai's vision learner puts on it."""
    body = nn.Sequential(*list(models.resnet34().children())[:-2])
    head = nn.Sequential(
        AdaptiveConcatPool2d(),
        nn.Flatten(),
        nn.BatchNorm1d(1024),
        nn.Dropout(0.25),
        nn.Linear(1024, 512, bias=False),
        nn.ReLU(),
        nn.BatchNorm1d(512),
        nn.Dropout(0.5),
        nn.Linear(512, classes, bias=False),
    )
    return nn.Sequential(body, head)


class WithSoftmax(nn.Module):
    """Ends in probabilities, reshaped once more behind the Softmax; `logits` are the last forward pass's."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, x):
        self.logits = self.net(x)
        return torch.softmax(self.logits, 1).unsqueeze(1).flatten(1)


class WithSigmoid(nn.Module):
    """Ends in the probability of the second of two classes, `[n, 1]`; `logits` are the last forward pass's, as `[-z, z]`."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, x):
        z = self.net(x)
        self.logits = torch.cat([-z, z], 1)
        return torch.sigmoid(z)


class ChannelsLastInput(nn.Module):
    """Takes `[n, h, w, c]` and transposes first, as tf2onnx writes Keras models."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, x):
        return self.net(x.permute(0, 3, 1, 2))


class ToChannelsLast(nn.Module):
    def forward(self, x):
        return x.permute(0, 2, 3, 1)


class ChannelsLastHead(nn.Module):
    """A ResNet whose last grid is `[n, h, w, c]`, averaged over axes 1 and 2."""

    def __init__(self, net):
        super().__init__()
        self.net = nn.Sequential(*list(net.children())[:-2])
        self.grid = ToChannelsLast()
        self.fc = net.fc

    def forward(self, x):
        return self.fc(self.grid(self.net(x)).mean((1, 2)))


class TwoReadings(nn.Module):
    """Two equal layers that read one tensor: a program that merges them must not mix up their gradients."""

    def __init__(self, classes):
        super().__init__()
        self.stem = nn.Conv2d(3, 6, 3, stride=4, padding=1)
        self.left = nn.ReLU()
        self.right = nn.ReLU()
        self.fc = nn.Linear(12, classes)

    def forward(self, x):
        x = self.stem(x)
        left, right = self.left(x), self.right(x)
        return self.fc(torch.cat([left.mean((2, 3)), (2 * right).amax((2, 3))], 1))
