"""What is exported, how, and which layers are compared."""

from dataclasses import dataclass, field
from typing import Callable, Optional

from networks import ChannelsLastHead, ChannelsLastInput, TwoReadings, WithSigmoid, WithSoftmax, book
from torch import nn
from torchvision import models
from torchvision.models.convnext import CNBlockConfig
from torchvision.models.regnet import BlockParams, RegNet


@dataclass
class Case:
    """One golden. `layers` are named as the network's author names them; activations and gradients of the first are stored too."""

    name: str
    build: Callable[[int], nn.Module]
    layers: list
    divisor: int = 16
    size: int = 64
    full_size: int = 224
    opset: int = 13
    classes: int = 10
    full_classes: int = 1000
    widths: dict = field(default_factory=dict)
    # The layer whose CAM is the network's own (pooling and one linear layer behind it), or one where CAM must be refused.
    cam: Optional[str] = None
    cam_refused: Optional[str] = None
    # What stands around the network: the weights are drawn for the network alone.
    wrap: Optional[Callable[[nn.Module], nn.Module]] = None
    wrapped_prefix: str = ""
    output: str = "logits"
    layout: str = "NCHW"
    channels_last_layers: tuple = ()
    # Side of the grid where layers are `[n, 1 + side * side, c]` with the class token first.
    token_grid: Optional[int] = None
    # How the file is written; see export.py.
    fixed_batch: bool = False
    initializers_as_inputs: bool = False
    unfused: bool = False
    float16: Optional[str] = None
    external_data: bool = False
    # Two layers that PyTorch's exporter merged, to be told apart again: the kept one and the lost one.
    unmerge: Optional[tuple] = None
    exporter: str = "torchscript"
    tolerance: float = 1e-3
    full: bool = True


def resnet(make):
    return lambda classes: make(num_classes=classes)


def resnet_case(name, make=models.resnet18, **settings):
    wrapped = settings.get("wrapped_prefix", "")
    values = {
        "layers": [wrapped + layer for layer in ("layer4", "layer3", "layer1")],
        "cam": wrapped + "layer4",
        "full": False,
        "divisor": 32,
        **settings,
    }
    return Case(name, resnet(make), **values)


NETWORKS = [
    resnet_case("resnet34", models.resnet34, full=True, divisor=16),
    resnet_case("resnet50", models.resnet50, full=True, divisor=16),
    Case(
        "mobilenet_v2",
        resnet(models.mobilenet_v2),
        ["features.18", "features.13", "features.6"],
        divisor=8,
        cam="features.18",
    ),
    Case(
        "mobilenet_v3_large",
        resnet(models.mobilenet_v3_large),
        ["features.16", "features.12", "features.6"],
        divisor=16,
        opset=14,
        cam_refused="features.16",
    ),
    Case("squeezenet1_1", resnet(models.squeezenet1_1), ["features.12", "features.9", "features.4"], divisor=8),
    Case(
        "densenet121",
        resnet(models.densenet121),
        ["features", "features.denseblock4", "features.denseblock3"],
        cam_refused="features.denseblock4",
    ),
    Case(
        "googlenet",
        lambda classes: models.googlenet(weights=None, num_classes=classes, init_weights=False),
        ["inception5b", "inception4e", "inception3b"],
        cam="inception5b",
    ),
    Case(
        "inception_v3",
        lambda classes: models.inception_v3(weights=None, num_classes=classes, init_weights=False),
        ["Mixed_7c", "Mixed_6e", "Mixed_5d"],
        size=107,
        full_size=299,
        cam="Mixed_7c",
    ),
    Case(
        "efficientnet_b0",
        resnet(models.efficientnet_b0),
        ["features", "features.6", "features.3"],
        divisor=16,
        opset=17,
        cam="features",
    ),
    Case(
        "vgg11_bn",
        resnet(models.vgg11_bn),
        ["features[-1]", "features.27", "features.17"],
        size=224,
        divisor=32,
        widths={4096: 24},
        cam_refused="features[-1]",
    ),
    Case(
        "alexnet",
        resnet(models.alexnet),
        ["features[-1]", "features.11", "features.4"],
        size=224,
        divisor=32,
        widths={4096: 24},
        cam_refused="features[-1]",
    ),
    Case("book", book, ["0[-2]", "0", "0[-3]"], classes=2, full_classes=2, cam_refused="0"),
]

# Small by their own settings; divisor 1 leaves them as they are built.
SMALL = [
    Case(
        "vit",
        lambda classes: models.VisionTransformer(64, 16, 3, 2, 16, 32, num_classes=classes),
        ["encoder.layers.encoder_layer_1", "encoder.layers.encoder_layer_0", "encoder.layers.encoder_layer_2.ln_1"],
        divisor=1,
        opset=14,
        token_grid=4,
        full=False,
    ),
    Case(
        "swin",
        lambda classes: models.SwinTransformer([4, 4], 8, [2, 2], [2, 2], [4, 4], num_classes=classes),
        ["features[-1]", "features[1]", "features.2"],
        divisor=1,
        opset=17,
        channels_last_layers=("features[-1]", "features[1]", "features.2"),
        full=False,
    ),
    Case(
        "convnext",
        lambda classes: models.ConvNeXt([CNBlockConfig(8, 12, 2), CNBlockConfig(12, None, 2)], num_classes=classes),
        ["features[-1]", "features[-2]", "features.1"],
        divisor=1,
        opset=17,
        full=False,
    ),
    Case(
        "shufflenet_v2",
        lambda classes: models.ShuffleNetV2([2, 4, 2], [8, 8, 16, 24, 32], num_classes=classes),
        ["conv5", "stage4", "stage2"],
        divisor=1,
        cam="conv5",
        full=False,
    ),
    Case(
        "regnet_y",
        lambda classes: RegNet(BlockParams.from_init_params(4, 8, 4.0, 2.2, 4, se_ratio=0.25), num_classes=classes),
        ["trunk_output", "trunk_output[-2]", "trunk_output.block1"],
        divisor=1,
        cam="trunk_output",
        full=False,
    ),
    Case("two-readings", TwoReadings, ["right", "left", "stem"], divisor=1, size=32, unmerge=("left", "right"), full=False),
]

VARIANTS = [
    resnet_case("resnet18-opset7", opset=7),
    resnet_case("resnet18-opset9-initializers-as-inputs", opset=9, initializers_as_inputs=True),
    resnet_case("resnet18-unfused", unfused=True, opset=17),
    resnet_case("resnet18-external-data", external_data=True),
    resnet_case("resnet18-batch1", fixed_batch=True),
    resnet_case("resnet18-float16", float16="all", unfused=True),
    resnet_case("resnet18-softmax", wrap=WithSoftmax, wrapped_prefix="net.", output="softmax"),
    resnet_case("resnet18-sigmoid", wrap=WithSigmoid, wrapped_prefix="net.", output="sigmoid", classes=1, cam=None),
    resnet_case("resnet18-nhwc-input", wrap=ChannelsLastInput, wrapped_prefix="net.", layout="NHWC"),
    resnet_case(
        "resnet18-nhwc-head",
        wrap=ChannelsLastHead,
        layers=["grid", "net[-1]", "net[-2]"],
        channels_last_layers=("grid",),
        cam="grid",
    ),
    Case(
        "squeezenet1_1-float16",
        resnet(models.squeezenet1_1),
        ["features.12", "features.9", "features.4"],
        divisor=16,
        opset=9,
        float16="float32-ends",
        full=False,
    ),
]

# Need a PyTorch of 2.9 or later; see README.md.
DYNAMO = [
    resnet_case("dynamo-resnet18", exporter="dynamo", opset=18),
    Case(
        "dynamo-mobilenet_v3_small",
        resnet(models.mobilenet_v3_small),
        ["features.12", "features.8", "features.3"],
        divisor=16,
        opset=18,
        exporter="dynamo",
        full=False,
        cam_refused="features.12",
    ),
]
