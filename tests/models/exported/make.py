"""Make the files beside this: small networks as PyTorch exports them, and what PyTorch itself counts of them.

They are kept, since PyTorch is no library of this project. ``pip install torch onnx onnxscript keras`` into an
environment of its own, then ``python tests/models/exported/make.py``. Made with PyTorch 2.13.0, ONNX 1.23.2, onnxscript
0.7.2 and Keras 3.15.1.
"""

import json
import os
import warnings
from pathlib import Path

os.environ["KERAS_BACKEND"] = "torch"  # whose exporter writes Keras' models too

import keras_networks
import onnx
import torch
from torch import nn
from torch.fx.experimental import optimization
from torch.nn import functional

FOLDER = Path(__file__).parent
NORMAL = (nn.BatchNorm1d, nn.BatchNorm2d)


class Residual(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.norm_one = nn.Conv2d(3, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8)
        self.two, self.norm_two = nn.Conv2d(8, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8)
        self.skip, self.head = nn.Conv2d(3, 8, 1), nn.Linear(8, 5)

    def forward(self, image):
        maps = self.norm_two(self.two(functional.relu(self.norm_one(self.one(image)))))
        maps = functional.relu(maps + self.skip(image))
        return self.head(torch.flatten(functional.adaptive_avg_pool2d(maps, 1), 1))


class Gated(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv, self.squeeze, self.excite = nn.Conv2d(3, 8, 3, 2, 1), nn.Conv2d(8, 2, 1), nn.Conv2d(2, 8, 1)
        self.head = nn.Linear(8, 4)

    def forward(self, image):
        maps = functional.silu(self.conv(image))
        gate = torch.sigmoid(self.excite(functional.relu(self.squeeze(maps.mean((2, 3), keepdim=True)))))
        return functional.softmax(self.head((maps * gate).mean((2, 3))), 1)


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down, self.deep = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(4, 8, 3, padding=1)
        self.up, self.end = nn.ConvTranspose2d(8, 4, 2, stride=2), nn.Conv2d(8, 2, 1)

    def forward(self, image):
        kept = functional.relu(self.down(image))
        deep = functional.relu(self.deep(functional.max_pool2d(kept, 2)))
        return self.end(torch.cat([kept, self.up(deep)], 1))


class Shuffled(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.each = nn.Conv2d(3, 8, 1), nn.Conv2d(8, 8, 3, padding=1, groups=8)
        self.groups, self.head = nn.Conv2d(8, 16, 1, groups=2), nn.Linear(16, 3)

    def forward(self, image):
        maps = self.one(image)
        count, channels, height, width = maps.shape
        maps = maps.view(count, 2, channels // 2, height, width).transpose(1, 2).reshape(count, channels, height, width)
        return self.head(self.groups(functional.hardswish(self.each(maps))).mean([2, 3]))


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.patches, self.norm = nn.Conv2d(3, 16, 4, stride=4), nn.LayerNorm(16)
        self.attention, self.head = nn.MultiheadAttention(16, 2, batch_first=True), nn.Linear(16, 3)

    def forward(self, image):
        words = self.patches(image).flatten(2).transpose(1, 2)
        normal = self.norm(words)
        return self.head((words + self.attention(normal, normal, normal, need_weights=False)[0]).mean(1))


class Scaled(nn.Module):
    """The image is scaled first, by numbers that are not trained."""

    def __init__(self):
        super().__init__()
        self.conv, self.head = nn.Conv2d(3, 4, 3), nn.Linear(4 * 7 * 7, 3)
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1))
        self.register_buffer("spread", torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1))

    def forward(self, image):
        return self.head(
            functional.max_pool2d(functional.relu6(self.conv((image - self.mean) / self.spread)), 2).flatten(1)
        )


class Upsampled(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.two = nn.Conv2d(1, 4, 3, padding=1), nn.Conv2d(4, 1, 3, padding=1)

    def forward(self, image):
        return torch.sigmoid(self.two(functional.interpolate(functional.relu(self.one(image)), scale_factor=2)))


def networks():
    """Each network, and the shape of what it reads."""
    chain = nn.Sequential
    return {
        "plain": (
            chain(
                nn.Conv2d(1, 4, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 8, 3), nn.ReLU(), nn.MaxPool2d(2),
                nn.Flatten(), nn.Dropout(0.5), nn.Linear(200, 10), nn.LogSoftmax(1),
            ),
            (1, 28, 28),
        ),
        "mobile": (
            chain(
                nn.Conv2d(3, 8, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU6(),
                nn.Conv2d(8, 8, 3, padding=1, groups=8, bias=False), nn.BatchNorm2d(8), nn.ReLU6(),
                nn.Conv2d(8, 16, 1, bias=False), nn.BatchNorm2d(16), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
                nn.Linear(16, 4),
            ),
            (3, 32, 32),
        ),
        "padded": (
            chain(
                nn.ZeroPad2d((1, 2, 1, 2)), nn.Conv2d(3, 4, 4, stride=2), nn.ELU(), nn.AvgPool2d(2, 2, ceil_mode=True),
                nn.GELU(), nn.Conv2d(4, 4, 3, dilation=2, padding=2), nn.PReLU(4), nn.Flatten(), nn.Linear(4 * 64, 2),
            ),
            (3, 31, 31),
        ),
        "rounded_up": (
            chain(
                nn.Conv2d(3, 4, 3, padding=1), nn.Mish(), nn.MaxPool2d(3, 2, ceil_mode=True), nn.LeakyReLU(0.1),
                nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(4, 2), nn.Sigmoid(),
            ),
            (3, 32, 32),
        ),
        "groups": (
            chain(
                nn.Conv2d(3, 8, 3, padding=1), nn.GroupNorm(2, 8), nn.SiLU(),
                nn.Conv2d(8, 8, 3, padding=1, padding_mode="reflect"), nn.InstanceNorm2d(8, affine=True),
                nn.Hardswish(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 2),
            ),
            (3, 24, 24),
        ),
        "sequence": (
            chain(
                nn.Conv1d(2, 8, 5, padding=2), nn.BatchNorm1d(8), nn.ReLU(), nn.MaxPool1d(2),
                nn.Conv1d(8, 8, 3), nn.ReLU(), nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(8, 3),
            ),
            (2, 64),
        ),
        "volume": (
            chain(nn.Conv3d(1, 4, 3, padding=1), nn.ReLU(), nn.MaxPool3d(2), nn.Flatten(), nn.Linear(256, 2)),
            (1, 8, 8, 8),
        ),
        "rows": (
            chain(nn.Flatten(), nn.Linear(64, 16), nn.Tanh(), nn.BatchNorm1d(16), nn.Linear(16, 10), nn.Softmax(1)),
            (1, 8, 8),
        ),
        "transposed": (
            chain(
                nn.Conv2d(1, 4, 3, stride=2, padding=1), nn.ReLU(),
                nn.ConvTranspose2d(4, 1, 3, stride=2, padding=1, output_padding=1), nn.Sigmoid(),
            ),
            (1, 16, 16),
        ),
        "pixels": (
            chain(nn.Conv2d(1, 4, 3, padding=1), nn.PixelShuffle(2), nn.Conv2d(1, 1, 3, padding=1)),
            (1, 16, 16),
        ),
        "residual": (Residual(), (3, 32, 32)),
        "gated": (Gated(), (3, 32, 32)),
        "unet": (UNet(), (3, 32, 32)),
        "shuffled": (Shuffled(), (3, 16, 16)),
        "attention": (Attention(), (3, 16, 16)),
        "scaled": (Scaled(), (3, 16, 16)),
        "upsampled": (Upsampled(), (1, 16, 16)),
    }  # fmt: skip


def counted(network, image):
    """Run a network: its multiply-adds, and what it answers."""
    work = 0

    def listen(layer, given, made):
        nonlocal work
        if isinstance(layer, (nn.Conv1d, nn.Conv2d, nn.Conv3d)):
            work += made.numel() * layer.weight[0].numel()
        elif isinstance(layer, nn.ConvTranspose2d):
            work += given[0].numel() * layer.weight[0].numel()
        elif isinstance(layer, nn.Linear):
            work += made.numel() * layer.in_features
        elif isinstance(layer, nn.MultiheadAttention):  # its four products with weights
            work += given[0].numel() * (layer.in_proj_weight.shape[0] + layer.embed_dim)

    hooks = [layer.register_forward_hook(listen) for layer in network.modules()]
    with torch.no_grad():
        answer = network(image)
    for hook in hooks:
        hook.remove()
    return {"multiply_adds": work, "answer": answer.flatten()[:16].tolist()}


def joined(network):
    """Count the weights once each normalisation is joined with the convolution before it, as the exporters do."""
    try:
        network = optimization.fuse(network)
    except Exception:  # it cannot be traced so, and has none
        assert not any(isinstance(each, NORMAL) for each in network.modules())
    left = sum(each.num_features for each in network.modules() if isinstance(each, NORMAL))
    return sum(each.numel() for each in network.parameters()), 2 * left


def without_traces(path):
    """Leave out where on this machine each node comes from."""
    model = onnx.load(path)
    for part in (model, model.graph, *model.graph.node, *model.graph.value_info, *model.graph.initializer):
        part.ClearField("metadata_props")
    for part in (*model.graph.input, *model.graph.output, *model.functions):
        part.ClearField("metadata_props")
    onnx.save(model, path)


def main():
    """Export every network by both exporters."""
    warnings.simplefilter("ignore")
    torch.manual_seed(0)
    told = {}
    for name, (network, shape) in networks().items():
        with torch.no_grad():
            for parameter in network.parameters():
                parameter.copy_(0.3 * torch.randn_like(parameter))
            for key, buffer in network.named_buffers():
                if "running" in key:
                    buffer.copy_(torch.rand_like(buffer) + 0.5)
        network.eval()
        # Each number of the image is that of its place, so that the test has the same one.
        image = torch.linspace(-1, 1, torch.Size(shape).numel()).reshape(1, *shape)
        trained, running = joined(network)
        told[name] = {
            "trained": trained,
            "not_trained": running
            + sum(each.numel() for key, each in network.named_buffers() if "running" not in key and each.dim()),
            **counted(network, image),
        }
        torch.onnx.export(network, (image,), FOLDER / f"{name}.traced.onnx", dynamo=False, opset_version=17)
        torch.onnx.export(
            network, (image,), FOLDER / f"{name}.captured.onnx", dynamo=True, external_data=False, verbose=False
        )
    for name, model in keras_networks.networks().items():
        model(torch.zeros(1, *model.input_shape[1:]))  # what is exported has to have been called
        path = FOLDER / f"{name}.keras.onnx"
        model.export(path, format="onnx", verbose=False)
        without_traces(path)
    (FOLDER / "told.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
