"""Networks with seeded weights, exported by PyTorch: python export_models.py folder. Needs torch, torchvision, timm and onnx."""

import sys

import timm
import torch
import torchvision.models
from torch import nn


class ConcatPool(nn.Module):
    def forward(self, x):
        return torch.cat([nn.functional.adaptive_max_pool2d(x, 1), nn.functional.adaptive_avg_pool2d(x, 1)], 1)


def book_learner():
    """What fastai's cnn_learner makes of resnet34, as in chapter 18 of its book."""
    body = nn.Sequential(*list(torchvision.models.resnet34(weights=None).children())[:-2])
    pool = [ConcatPool(), nn.Flatten(), nn.BatchNorm1d(1024), nn.Dropout(0.25)]
    linear = [nn.Linear(1024, 512, bias=False), nn.ReLU(), nn.BatchNorm1d(512), nn.Dropout(0.5)]
    return nn.Sequential(body, nn.Sequential(*pool, *linear, nn.Linear(512, 2, bias=False)))


networks = {
    "squeezenet1_1": lambda: torchvision.models.squeezenet1_1(weights=None),
    "mobilenet_v2": lambda: torchvision.models.mobilenet_v2(weights=None),
    "efficientnet_b0": lambda: torchvision.models.efficientnet_b0(weights=None),
    "resnet50": lambda: torchvision.models.resnet50(weights=None),
    "vit_tiny": lambda: timm.create_model("vit_tiny_patch16_224", pretrained=False),
    "book": book_learner,
}
for name, make in networks.items():
    torch.manual_seed(1)
    axes = {"input": {0: "N"}, "logits": {0: "N"}}
    torch.onnx.export(
        make().eval(),
        torch.zeros(2, 3, 224, 224),
        f"{sys.argv[1]}/{name}.onnx",
        input_names=["input"],
        output_names=["logits"],
        dynamic_axes=axes,
        opset_version=17,
        dynamo=False,
    )
