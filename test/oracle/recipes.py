"""Recipes of torchvision, timm, transformers, Keras and ultralytics, and the tensors that these frameworks make of photos with them.

    python3 test/oracle/recipes.py <folder of photos> <output folder> [<number of photos>]

Writes a folder for each recipe: `recipe.json` or `recipe.txt` as its framework writes or prints it, or `recipe.preset` with options of ours for a
framework that writes none, and `<photo>.f32`, the tensor `[3, height, width]`. bench/recipe-agreement.ts compares them with ours. Needs torch, torchvision,
timm, transformers and Pillow 12; Keras with tensorflow, and ultralytics, for their own, which are left out where they are not installed.
"""

import importlib.util
import json
import os
import sys
from pathlib import Path

import numpy
import timm
import torch
from PIL import Image
from torchvision import models, transforms
from transformers.models.bit.image_processing_pil_bit import BitImageProcessorPil
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.models.convnext.image_processing_pil_convnext import ConvNextImageProcessorPil
from transformers.models.deit.image_processing_pil_deit import DeiTImageProcessorPil
from transformers.models.efficientnet.image_processing_pil_efficientnet import EfficientNetImageProcessorPil
from transformers.models.levit.image_processing_pil_levit import LevitImageProcessorPil
from transformers.models.mobilenet_v2.image_processing_pil_mobilenet_v2 import MobileNetV2ImageProcessorPil
from transformers.models.mobilevit.image_processing_pil_mobilevit import MobileViTImageProcessorPil
from transformers.models.poolformer.image_processing_pil_poolformer import PoolFormerImageProcessorPil
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil

PROCESSORS = {
    "hf-vit": ViTImageProcessorPil(),
    "hf-vit-384": ViTImageProcessorPil(size={"height": 384, "width": 384}, resample=3),
    "hf-vit-lanczos": ViTImageProcessorPil(resample=1),
    "hf-convnext": ConvNextImageProcessorPil(size={"shortest_edge": 224}, crop_pct=0.875),
    "hf-convnext-384": ConvNextImageProcessorPil(),
    "hf-clip": CLIPImageProcessorPil(),
    "hf-deit": DeiTImageProcessorPil(),
    "hf-levit": LevitImageProcessorPil(),
    "hf-dinov2": BitImageProcessorPil(size={"shortest_edge": 256}),
    "hf-efficientnet": EfficientNetImageProcessorPil(rescale_factor=1 / 127.5, rescale_offset=True),
    "hf-mobilevit": MobileViTImageProcessorPil(size={"shortest_edge": 288}),
    "hf-mobilenet-v2": MobileNetV2ImageProcessorPil(),
    "hf-poolformer": PoolFormerImageProcessorPil(),
}

WEIGHTS = {
    "tv-resnet50": models.ResNet50_Weights.IMAGENET1K_V2,
    "tv-efficientnet": models.EfficientNet_B0_Weights.DEFAULT,
    "tv-vit-384": models.ViT_B_16_Weights.IMAGENET1K_SWAG_E2E_V1,
    "tv-inception": models.Inception_V3_Weights.DEFAULT,
}

COMPOSED = {
    "tv-composed": transforms.Compose(
        [
            transforms.Resize(256),
            transforms.CenterCrop(224),
            transforms.ToTensor(),
            transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
        ]
    ),
    "tv-squish": transforms.Compose(
        [transforms.Resize((160, 192), transforms.InterpolationMode.BICUBIC), transforms.ToTensor()]
    ),
}

TIMM = {
    "timm-resnet50": "resnet50.a1_in1k",
    "timm-convnext": "convnext_tiny.fb_in1k",
    "timm-clip": "vit_base_patch16_clip_224.openai",
    "timm-efficientnet": "tf_efficientnet_b0.ns_jft_in1k",
}
TIMM_MODES = {
    "timm-squash": dict(input_size=(3, 224, 224), interpolation="bicubic", crop_pct=0.9, crop_mode="squash"),
    "timm-border": dict(input_size=(3, 224, 224), interpolation="bilinear", crop_pct=1.0, crop_mode="border"),
}


def keras_recipes():
    """As `image_dataset_from_directory` and `load_img` bring pictures to 224 x 224, and `preprocess_input` scales them, by our options."""
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import keras
    import tensorflow

    tensorflow.config.threading.set_intra_op_parallelism_threads(1)

    def resized(image):
        return tensorflow.image.resize(numpy.asarray(image), (224, 224)).numpy()

    def cropped(image):
        return keras.preprocessing.image.smart_resize(numpy.asarray(image, numpy.float32), (224, 224))

    def by_pillow(image):
        return numpy.asarray(image.resize((224, 224), Image.Resampling.BILINEAR), numpy.float32)

    def nearest(image):
        return numpy.asarray(image.resize((224, 224), Image.Resampling.NEAREST), numpy.float32)

    scale = keras.applications.imagenet_utils.preprocess_input
    for mode in ("caffe", "tf", "torch"):
        for name, bring, options in (
            ("tf-image", resized, {}),
            ("load-img", nearest, {"interpolation": "nearest"}),
            ("load-img-bilinear", by_pillow, {"antialias": True}),
            ("smart-resize", cropped, {"fit": "crop"}),
        ):
            apply = lambda image, bring=bring: scale(numpy.array(bring(image), numpy.float32), data_format="channels_last", mode=mode).transpose(2, 0, 1)
            yield f"keras-{mode}-{name}", {"preprocess": f"keras-{mode}", **options}, apply


def ultralytics_recipes():
    """The transforms of its classifiers."""
    from ultralytics.data.augment import classify_transforms

    for size in (224, 160):
        yield f"ultralytics-{size}", {"preprocess": "ultralytics", "size": str(size)}, classify_transforms(size)


OPTIONAL = {"keras": keras_recipes, "ultralytics": ultralytics_recipes}


def save(output, name, photos, recipe, apply, kind=None):
    folder = output / name
    folder.mkdir(parents=True, exist_ok=True)
    kind = kind or ("json" if isinstance(recipe, dict) else "txt")
    text = json.dumps(recipe, default=list) if isinstance(recipe, dict) else recipe + "\n"
    (folder / f"recipe.{kind}").write_text(text)
    for path in photos:
        tensor = numpy.asarray(apply(Image.open(path).convert("RGB")), dtype=numpy.float32)
        tensor.tofile(folder / f"{path.name}.f32")


def main(folder, output, count):
    every = sorted(Path(folder).iterdir())
    photos = every[:: max(len(every) // count, 1)][:count]
    for name, processor in PROCESSORS.items():
        save(output, name, photos, json.loads(processor.to_json_string()), lambda im: processor(im, return_tensors="np")["pixel_values"][0])
    for name, weights in WEIGHTS.items():
        save(output, name, photos, repr(weights.transforms()), weights.transforms())
    for name, recipe in COMPOSED.items():
        save(output, name, photos, repr(recipe), recipe)
    configs = {name: timm.create_model(model, pretrained=False).pretrained_cfg for name, model in TIMM.items()}
    for name, config in (configs | {name: own | {"mean": (0.5, 0.4, 0.3), "std": (0.2, 0.3, 0.4)} for name, own in TIMM_MODES.items()}).items():
        apply = timm.data.create_transform(**timm.data.resolve_data_config(pretrained_cfg=config), is_training=False)
        save(output, name, photos, {"architecture": name, "pretrained_cfg": config}, apply)
        if name in TIMM:
            save(output, f"{name}-printed", photos, repr(apply), apply)
    for package, recipes in OPTIONAL.items():
        if importlib.util.find_spec(package) is None:
            print(f"{package} is not installed: its recipes are left out", file=sys.stderr)
            continue
        for name, options, apply in recipes():
            save(output, name, photos, options, apply, kind="preset")


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 50)
