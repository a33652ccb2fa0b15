"""The formulas of methods.py beside the package pytorch-grad-cam's: `python3 test/oracle/independent_maps.py` (pip install grad-cam).

Raw signed maps of both, in float64; prints the largest difference as a share of the largest magnitude. Not compared, because they are not the same:
Eigen-CAM and Eigen-Grad-CAM (the package centres first), FullGrad (other layers), Finer-CAM (the package weighs opponents by their probability), and Ablation-CAM of layers with negative
activations (the package replaces channels by -1e7 there instead of 0). The package adds 1e-6 to a denominator of Grad-CAM++.
"""

from dataclasses import replace

import pytorch_grad_cam as package
import torch
from cases import NETWORKS, SMALL, VARIANTS
from generate import network, on_grid
from hooks import submodule
from images import images
from methods import LAYER_METHODS, ablation_cam, pixel_gradient, score_cam, seeded_gradients, without_negative_gradients
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
from torch import nn

CASES = {"resnet34": "layer2", "mobilenet_v2": "features.18", "vit": "encoder.layers.encoder_layer_2.ln_1"}
PACKAGE = {
    "grad-cam": package.GradCAM,
    "grad-cam++": package.GradCAMPlusPlus,
    "xgrad-cam": package.XGradCAM,
    "hirescam": package.HiResCAM,
    "layercam": package.LayerCAM,
    "elementwise-grad-cam": package.GradCAMElementWise,
    "ablation-cam": package.AblationCAM,
    "score-cam": package.ScoreCAM,
}


class EnlargedByCells(nn.Upsample):
    """The package's Score-CAM lays the corner cells on the corner pixels; here its masks are enlarged as pictures are, to compare the rest."""

    def __init__(self, size):
        super().__init__(size=size, mode="bilinear", align_corners=False)


def formulas(case, model, pixels, predicted, layer):
    classes = model(pixels).shape[1]
    hot = nn.functional.one_hot(predicted, classes).double()
    ((a, g),) = seeded_gradients(case, model, pixels, hot)
    maps = {method: of(a, g) for method, of in LAYER_METHODS.items() if method in PACKAGE}
    if a.min() == 0:
        maps["ablation-cam"] = ablation_cam(case, model, pixels, predicted, layer, a)
    maps["score-cam"] = score_cam(model, pixels, predicted, a)
    return maps


def map_of_package(method, case, model, pixels, predicted, layer):
    raw = []
    with PACKAGE[method](model, [submodule(model, layer)], reshape_transform=lambda out: on_grid(case, layer, out)[0]) as cam:
        signed = cam.get_cam_image
        cam.get_cam_image = lambda *given: raw.append(signed(*given)) or raw[-1]
        cam(pixels, [ClassifierOutputTarget(int(one)) for one in predicted])
    maps = torch.from_numpy(raw[0]).double()
    # The package divides by the score.
    return maps * model(pixels).gather(1, predicted[:, None]).detach()[:, :, None] if method == "ablation-cam" else maps


def difference(theirs, ours):
    return f"{((theirs - ours).abs().max() / ours.abs().max()).item():.1e}"


def main():
    torch.nn.UpsamplingBilinear2d = EnlargedByCells
    for name, layer in CASES.items():
        number, case = next((i, case) for i, case in enumerate(NETWORKS + VARIANTS + SMALL) if case.name == name)
        case = replace(case, layers=[layer])
        seed = 1000 * (number + 1)
        torch.manual_seed(seed)
        model = network(case, False, seed, case.size).double()
        pixels = images(seed + 2, 2, 3, case.size, case.size).double()
        predicted = model(pixels).argmax(1)
        ours = formulas(case, model, pixels, predicted, layer)
        for method, own in ours.items():
            print(f"{name:14}{method:22}{difference(map_of_package(method, case, model, pixels, predicted, layer), own)}", flush=True)
        with without_negative_gradients(model) as relus:
            guided = pixel_gradient(model, pixels, predicted)
        # The package knows ReLU only.
        if relus and all(type(own) is nn.ReLU for _, _, own in relus):
            of_package = package.GuidedBackpropReLUModel(model=model, device="cpu")
            theirs = [torch.from_numpy(of_package(one[None].clone(), int(k))) for one, k in zip(pixels, predicted)]
            print(f"{name:14}{'guided-backprop':22}{difference(torch.stack(theirs).permute(0, 3, 1, 2), guided)}", flush=True)


if __name__ == "__main__":
    main()
