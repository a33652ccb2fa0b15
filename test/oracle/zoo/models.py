"""The classifiers that `npm run zoo` exports: each family's smallest published variant, on small images, with random weights."""

from dataclasses import dataclass, field
from functools import partial

from torch import nn

CLASSES = 16


@dataclass
class Entry:
    """One classifier. `layers` are an early and a middle one, as the author names them; `last` is added to them."""

    name: str
    source: str
    family: str
    make: callable
    layers: list
    size: int = 64
    # Tokens before those of the image: class, distillation and register tokens.
    prefix: int = 0
    # Whether layers with four axes have the channels last.
    channels_last: bool = False
    # Options of torch.onnx.export, by exporter.
    opset: dict = field(default_factory=lambda: {"torchscript": 17, "dynamo": 18})


class Logits(nn.Module):
    """A transformers classifier as a function from pixels to logits; its modules keep their names behind `net.`."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, pixels):
        return self.net(pixel_values=pixels).logits


class Headed(nn.Module):
    """The image tower of a model of images and text, with a linear head."""

    def __init__(self, net, width, pooled):
        super().__init__()
        self.net = net
        self.pooled = pooled
        self.head = nn.Linear(width, CLASSES)

    def forward(self, pixels):
        return self.head(getattr(self.net(pixel_values=pixels), self.pooled))


def torchvision_entries():
    from torchvision import models

    def entry(family, make, layers, **settings):
        name = make.__name__
        options = settings.pop("options", {})
        return Entry(name, "torchvision", family, partial(make, num_classes=CLASSES, **options), layers, **settings)

    stages = ["layer1", "layer3"]
    plain = {"init_weights": False}
    return [
        entry("AlexNet", models.alexnet, ["features.4", "features.9"], size=224),
        entry("VGG", models.vgg11, ["features.4", "features.9"], size=224),
        entry("VGG", models.vgg11_bn, ["features.6", "features.13"], size=224),
        entry("ResNet", models.resnet18, stages),
        entry("ResNet", models.resnet50, stages),
        entry("ResNeXt", models.resnext50_32x4d, stages),
        entry("Wide ResNet", models.wide_resnet50_2, stages),
        entry("SqueezeNet", models.squeezenet1_0, ["features.4", "features.9"]),
        entry("SqueezeNet", models.squeezenet1_1, ["features.4", "features.9"]),
        entry("DenseNet", models.densenet121, ["features.denseblock1", "features.denseblock3"]),
        entry("Inception v3", models.inception_v3, ["Mixed_5d", "Mixed_6e"], size=107, options={**plain, "aux_logits": True}),
        entry("GoogLeNet", models.googlenet, ["inception3b", "inception4e"], options={**plain, "aux_logits": False}),
        entry("ShuffleNet v2", models.shufflenet_v2_x0_5, ["stage2", "stage3"]),
        entry("MobileNet v2", models.mobilenet_v2, ["features.4", "features.11"]),
        entry("MobileNet v3", models.mobilenet_v3_small, ["features.3", "features.8"]),
        entry("MobileNet v3", models.mobilenet_v3_large, ["features.3", "features.10"]),
        entry("MNASNet", models.mnasnet0_5, ["layers.8", "layers.11"]),
        entry("RegNet X", models.regnet_x_400mf, ["trunk_output.block1", "trunk_output.block3"]),
        entry("RegNet Y", models.regnet_y_400mf, ["trunk_output.block1", "trunk_output.block3"]),
        entry("EfficientNet", models.efficientnet_b0, ["features.3", "features.5"]),
        entry("EfficientNet v2", models.efficientnet_v2_s, ["features.2", "features.4"]),
        entry("ConvNeXt", models.convnext_tiny, ["features.1", "features.5"]),
        entry(
            "ViT",
            models.vit_b_16,
            ["encoder.layers.encoder_layer_3", "encoder.layers.encoder_layer_8"],
            prefix=1,
            options={"image_size": 64},
        ),
        entry("Swin", models.swin_t, ["features.1", "features.5"], channels_last=True),
        entry("Swin v2", models.swin_v2_t, ["features.1", "features.5"], channels_last=True),
        entry("MaxViT", models.maxvit_t, ["blocks.0", "blocks.2"], size=224),
    ]


def timm_entries():
    import timm

    def entry(family, name, layers, size=64, resizable=False, **settings):
        options = {"img_size": size} if resizable else {}
        make = partial(timm.create_model, name, pretrained=False, num_classes=CLASSES, **options)
        return Entry(name, "timm", family, make, layers, size=size, **settings)

    blocks = ["blocks.3", "blocks.8"]
    stages = ["stages.0", "stages.2"]
    vit = {"resizable": True, "prefix": 1}
    return [
        entry("ViT", "vit_tiny_patch16_224", blocks, **vit),
        entry("ViT, register tokens", "vit_small_patch14_reg4_dinov2", blocks, size=70, resizable=True, prefix=5),
        entry("ViT, no class token", "vit_medium_patch16_gap_240", blocks, resizable=True),
        entry("DeiT", "deit_tiny_patch16_224", blocks, **vit),
        entry("DeiT, distilled", "deit_tiny_distilled_patch16_224", blocks, resizable=True, prefix=2),
        entry("DeiT III", "deit3_small_patch16_224", blocks, **vit),
        entry("BEiT", "beit_base_patch16_224", blocks, **vit),
        entry("BEiT v2", "beitv2_base_patch16_224", blocks, **vit),
        entry("EVA-02", "eva02_tiny_patch14_224", blocks, size=70, resizable=True, prefix=1),
        entry("Swin", "swin_tiny_patch4_window7_224", ["layers.0", "layers.2"], size=224, channels_last=True),
        entry("ConvNeXt", "convnext_atto", stages),
        entry("ConvNeXt v2", "convnextv2_atto", stages),
        entry("NFNet", "dm_nfnet_f0", stages),
        entry("NFNet", "nfnet_l0", stages),
        entry("NF-ResNet", "nf_resnet26", stages),
        entry("ResNeSt", "resnest14d", ["layer1", "layer3"]),
        entry("CSPNet", "cspresnet50", stages),
        entry("CSPNet", "cspdarknet53", ["stages.1", "stages.3"]),
        entry("EfficientFormer", "efficientformer_l1", stages, size=224),
        entry("EfficientFormer v2", "efficientformerv2_s0", stages, size=224),
        entry("MobileViT", "mobilevit_xxs", ["stages.1", "stages.3"]),
        entry("MobileViT v2", "mobilevitv2_050", ["stages.1", "stages.3"]),
        entry("CoAtNet", "coatnet_pico_rw_224", stages, size=224),
        entry("MaxViT", "maxvit_pico_rw_256", stages, size=256),
        entry("PVT v2", "pvt_v2_b0", stages),
        entry("gMLP", "gmlp_ti16_224", ["blocks.8", "blocks.20"], resizable=True),
        entry("Mixer", "mixer_s16_224", ["blocks.2", "blocks.5"], resizable=True),
        entry("HRNet", "hrnet_w18_small", ["layer1", "incre_modules.3"]),
        entry("RepVGG", "repvgg_a0", stages),
        entry("GhostNet", "ghostnet_050", ["blocks.3", "blocks.6"]),
        entry("GhostNet v2", "ghostnetv2_100", ["blocks.3", "blocks.6"]),
        entry("LCNet", "lcnet_050", ["blocks.2", "blocks.4"]),
        entry("EfficientNet", "efficientnet_lite0", ["blocks.2", "blocks.4"]),
        entry("ECA, anti-aliased pooling", "ecaresnet26t", ["layer1", "layer3"]),
    ]


def transformers_entries():
    import transformers as t

    image = {"image_size": 64, "num_labels": CLASSES}
    tiny = {"hidden_size": 96, "num_hidden_layers": 6, "num_attention_heads": 3, "intermediate_size": 192}
    dino = {"hidden_size": 96, "num_hidden_layers": 6, "num_attention_heads": 3, "patch_size": 16, **image}
    swin = {"embed_dim": 24, "depths": [2, 2, 4], "num_heads": [2, 4, 8], "window_size": 4, **image}

    def classifier(model, config):
        return lambda: Logits(model(config))

    def tower(model, config, pooled):
        return lambda: Headed(model(config), config.hidden_size, pooled)

    def entry(family, model, make, layers, **settings):
        return Entry(model.__name__, "transformers", family, make, layers, **settings)

    def of(family, model, config, layers, **settings):
        return entry(family, model, classifier(model, config), layers, **settings)

    swin_layers = ["net.swin.encoder.layers.0", "net.swin.encoder.layers.1"]
    vision = {**tiny, **image, "patch_size": 16}
    clip = {"vision_config": vision, "num_labels": CLASSES, "text_config": tiny}
    siglip = t.SiglipVisionConfig(**vision)
    vit_layers = [1, 3]

    def numbered(path):
        return [f"{path}.{i}" for i in vit_layers]

    return [
        of("ViT", t.ViTForImageClassification, t.ViTConfig(**tiny, **image), numbered("net.vit.layers"), prefix=1),
        of("DeiT", t.DeiTForImageClassification, t.DeiTConfig(**tiny, **image), numbered("net.deit.layers"), prefix=2),
        of(
            "DeiT, distilled",
            t.DeiTForImageClassificationWithTeacher,
            t.DeiTConfig(**tiny, **image),
            numbered("net.deit.layers"),
            prefix=2,
        ),
        of("BEiT", t.BeitForImageClassification, t.BeitConfig(**tiny, **image), numbered("net.beit.layers"), prefix=1),
        of("Swin", t.SwinForImageClassification, t.SwinConfig(**swin), swin_layers),
        of("Swin v2", t.Swinv2ForImageClassification, t.Swinv2Config(**swin), ["net.swinv2.encoder.layers.0", "net.swinv2.encoder.layers.1"]),
        of("DINOv2", t.Dinov2ForImageClassification, t.Dinov2Config(**dino), numbered("net.dinov2.encoder.layer"), prefix=1),
        of(
            "DINOv2, register tokens",
            t.Dinov2WithRegistersForImageClassification,
            t.Dinov2WithRegistersConfig(**dino),
            numbered("net.dinov2_with_registers.encoder.layer"),
            prefix=5,
        ),
        of("CLIP, mean of patches", t.CLIPForImageClassification, t.CLIPConfig(**clip), numbered("net.vision_model.encoder.layers"), prefix=1),
        entry(
            "CLIP image tower, linear head",
            t.CLIPVisionModelWithProjection,
            lambda: Headed(t.CLIPVisionModelWithProjection(t.CLIPVisionConfig(**vision, projection_dim=48)), 48, "image_embeds"),
            numbered("net.vision_model.encoder.layers"),
            prefix=1,
        ),
        of("SigLIP, mean of patches", t.SiglipForImageClassification, t.SiglipConfig(**clip), numbered("net.vision_model.encoder.layers")),
        entry(
            "SigLIP image tower, attention pooling",
            t.SiglipVisionModel,
            tower(t.SiglipVisionModel, siglip, "pooler_output"),
            numbered("net.encoder.layers"),
        ),
        of("ConvNeXt v2", t.ConvNextV2ForImageClassification, t.ConvNextV2Config(hidden_sizes=[16, 32, 48, 64], depths=[1, 1, 2, 1], **image), ["net.convnextv2.encoder.stages.0", "net.convnextv2.encoder.stages.2"]),
        of("ResNet", t.ResNetForImageClassification, t.ResNetConfig(embedding_size=16, hidden_sizes=[16, 32, 48, 64], depths=[1, 1, 2, 1], layer_type="basic", num_labels=CLASSES), ["net.resnet.encoder.stages.0", "net.resnet.encoder.stages.2"]),
    ]


SOURCES = {"torchvision": torchvision_entries, "timm": timm_entries, "transformers": transformers_entries}
