"""How fast the engine is, beside PyTorch, onnxruntime and the notebook's loops: python -m benchmarks.engine.

Needs an environment with benchmarks/requirements.txt. All rivals compute the same network with the same weights on
the same pictures with two threads, and agree on the answers before anything is timed. They take turns, a block
of calls each; a ratio is the median over all turns of the rival's time divided by ours in the same turn.
"""

from __future__ import annotations

import argparse
import os
import platform
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

# A forced kernel would slow NumPy down alone.
os.environ.pop("OPENBLAS_CORETYPE", None)

import numpy as np
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from threadpoolctl import threadpool_limits

from benchmarks.loops import LoopNetwork
from cnn.architectures import build
from cnn.fast.engine import FastEngine
from cnn.fast.predictor import BatchPredictor
from cnn.fast.tracer import Tracer
from cnn.layers import BatchNorm, Conv3x3, Dropout, FullyConnected, MaxPool2x2, ReLU, Softmax
from cnn.network import CNN
from cnn.optimizers import SGD, Adam

THREADS = 2
BLOCK_SECONDS = 0.12
Call = Callable[[], Any]


def in_torch(network: CNN, layout: torch.memory_format) -> torch.nn.Sequential:
    """The same layers with the same weights; Softmax gives logits, as PyTorch's loss wants them."""
    modules: list[torch.nn.Module] = []
    shape = network.input_shape
    for (_, layer), out in zip(network.layers, network.shapes, strict=True):
        module: torch.nn.Module
        if isinstance(layer, Conv3x3):
            module = torch.nn.Conv2d(shape[0], out[0], 3)
        elif isinstance(layer, MaxPool2x2):
            module = torch.nn.MaxPool2d(2)
        elif isinstance(layer, BatchNorm):
            module = torch.nn.BatchNorm2d(shape[0]) if len(shape) == 3 else torch.nn.BatchNorm1d(shape[0])
            for ours, theirs in (("mean", module.running_mean), ("variance", module.running_var)):
                theirs.copy_(torch.from_numpy(layer.state[ours]))
        elif isinstance(layer, ReLU):
            module = torch.nn.ReLU()
        elif isinstance(layer, Dropout):
            module = torch.nn.Dropout(layer.p)
        elif isinstance(layer, FullyConnected):
            if len(shape) == 3:
                modules.append(torch.nn.Flatten())
            module = torch.nn.Linear(int(np.prod(shape)), out[0])
        names = ("scale", "shift") if isinstance(layer, BatchNorm) else ("weights", "bias")
        for name, theirs in zip(names, ("weight", "bias"), strict=True):
            if name in layer.params:
                getattr(module, theirs).data.copy_(torch.from_numpy(layer.params[name]))
        modules.append(module)
        shape = out
    return torch.nn.Sequential(*modules).to(memory_format=layout)


def in_onnx(network: CNN) -> onnxruntime.InferenceSession:
    """The same network with every layer's output among the session's outputs."""
    nodes, outputs, constants, shape, last = [], [], [], network.input_shape, "picture"

    def constant(name: str, values: np.ndarray) -> str:
        constants.append(numpy_helper.from_array(values, name))
        return name

    for (name, layer), out in zip(network.layers, network.shapes, strict=True):
        own = [constant(f"{name}.{key}", array) for key, array in (layer.params | layer.state).items()]
        if isinstance(layer, Conv3x3):
            nodes.append(helper.make_node("Conv", [last, *own], [name], kernel_shape=[3, 3]))
        elif isinstance(layer, MaxPool2x2):
            nodes.append(helper.make_node("MaxPool", [last], [name], kernel_shape=[2, 2], strides=[2, 2]))
        elif isinstance(layer, BatchNorm):
            nodes.append(helper.make_node("BatchNormalization", [last, *own], [name], epsilon=layer.epsilon))
        elif isinstance(layer, ReLU):
            nodes.append(helper.make_node("Relu", [last], [name]))
        elif isinstance(layer, Dropout):
            nodes.append(helper.make_node("Identity", [last], [name]))
        elif isinstance(layer, FullyConnected):
            if len(shape) == 3:
                nodes.append(helper.make_node("Flatten", [last], [f"{name}.flat"]))
                last = f"{name}.flat"
            scores = f"{name}.scores" if isinstance(layer, Softmax) else name
            nodes.append(helper.make_node("Gemm", [last, *own], [scores], transB=1))
            if isinstance(layer, Softmax):
                nodes.append(helper.make_node("Softmax", [scores], [name]))
        outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, *out]))
        shape, last = out, name
    picture = helper.make_tensor_value_info("picture", TensorProto.FLOAT, [1, *network.input_shape])
    graph = helper.make_graph(nodes, "network", [picture], outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def block(call: Call, calls: int) -> float:
    """Seconds a call, over a block of calls."""
    begun = perf_counter()
    for _ in range(calls):
        call()
    return (perf_counter() - begun) / calls


def race(rivals: dict[str, Call], repeats: int) -> dict[str, list[float]]:
    """Seconds a call for each rival in each turn."""
    counts = {}
    for name, call in rivals.items():
        call()
        counts[name] = max(1, round(BLOCK_SECONDS / max(block(call, 2), 1e-6)))
    times: dict[str, list[float]] = {name: [] for name in rivals}
    for _ in range(repeats):
        for name, call in rivals.items():
            times[name].append(block(call, counts[name]))
    return times


def show(title: str, times: dict[str, list[float]], images: dict[str, int]) -> None:
    """A line a rival: microseconds an image, and how many times ours that is."""
    ours = next(iter(times))
    for name, own in times.items():
        us = 1e6 * median(own) / images.get(name, images[ours])
        ratios = [
            (theirs / images.get(name, images[ours])) / (mine / images[ours])
            for theirs, mine in zip(own, times[ours], strict=True)
        ]
        times_ours = "" if name == ours else f"{median(ratios):.2f}"
        print(f"| {title} | {name} | {us:,.1f} | {times_ours} |", flush=True)


LAYOUTS = {"PyTorch, contiguous": torch.contiguous_format, "PyTorch, channels last": torch.channels_last}


def batches(name: str, weights: Path | None, n: int, repeats: int, loops: bool) -> None:
    """Training and reading `n` pictures at a time."""
    network = loaded(name, weights)
    rng = np.random.default_rng(0)
    pictures = some_pictures(n, rng)
    labels = rng.integers(0, 10, n)
    scaled = torch.from_numpy(np.ascontiguousarray(network.scaled(pictures).transpose(3, 0, 1, 2)))
    reader = BatchPredictor(network)
    reading: dict[str, Call] = {"ours": lambda: reader.predict(pictures)}
    for rival, layout in LAYOUTS.items():
        net, x = in_torch(network, layout).eval(), scaled.to(memory_format=layout)
        with torch.inference_mode():
            np.testing.assert_allclose(net(x).softmax(1).numpy(), reader.predict(pictures), atol=1e-3)
        reading[rival] = partial(inference, net, x)
    images = {"ours": n}
    if loops:
        loop = LoopNetwork(network.params["conv1.weights"][:, 0], network.params["softmax1.weights"])
        one = pictures[0] / 255 - 0.5
        np.testing.assert_allclose(loop.forward(one), reader.predict(pictures)[0], atol=1e-4)
        reading["the notebook's loops"] = lambda: loop.forward(one)
        images["the notebook's loops"] = 1
    show(f"{name}, reading {n}", race(reading, repeats), images)

    engine = FastEngine()
    network.use_optimizer(Adam(0.001) if name != "notebook" else SGD(0.005))

    def step() -> None:
        found = engine.gradients(network, pictures, labels, [0], None)
        network.optimizer.step(network.params, found.gradients)
        network.observe(found.statistics)

    training: dict[str, Call] = {"ours": step}
    for rival, layout in LAYOUTS.items():
        net, x = in_torch(network, layout).train(), scaled.to(memory_format=layout)
        kind = torch.optim.SGD if name == "notebook" else torch.optim.Adam
        training[rival] = torch_step(net, kind(net.parameters(), 0.001), x, torch.from_numpy(labels))
    if loops:
        training["the notebook's loops"] = lambda: loop.train(one, int(labels[0]), 0.005)
    show(f"{name}, training {n}", race(training, repeats), images)


def torch_step(net: torch.nn.Module, optimizer: torch.optim.Optimizer, x: torch.Tensor, labels: torch.Tensor) -> Call:
    """One step of training, eager."""
    loss = torch.nn.CrossEntropyLoss()

    def step() -> None:
        optimizer.zero_grad()
        loss(net(x), labels).backward()
        optimizer.step()

    return step


def inference(net: torch.nn.Module, x: torch.Tensor) -> None:
    """Logits, without anything kept for a way back."""
    with torch.inference_mode():
        net(x)


def one_drawing(name: str, weights: Path | None, repeats: int) -> None:
    """One picture with the outputs of all layers."""
    network = loaded(name, weights)
    picture = some_pictures(1, np.random.default_rng(0))[0]
    scaled = np.ascontiguousarray(network.scaled(picture[None]).transpose(3, 0, 1, 2))
    lens, session = Tracer(network), in_onnx(network)
    rivals: dict[str, Call] = {"ours": lambda: lens.trace(picture)}
    expected = lens.trace(picture)
    for found, (_, ours) in zip(session.run(None, {"picture": scaled}), expected, strict=True):
        np.testing.assert_allclose(found[0], ours, atol=1e-3)
    for rival, layout in LAYOUTS.items():
        net, x = in_torch(network, layout).eval(), torch.from_numpy(scaled).to(memory_format=layout)

        def trace(net: torch.nn.Sequential = net, x: torch.Tensor = x) -> list[torch.Tensor]:
            outputs = []
            with torch.inference_mode():
                for module in net:
                    x = module(x)
                    outputs.append(x)
                outputs.append(x.softmax(1))
            return outputs

        np.testing.assert_allclose(trace()[-1][0].numpy(), expected[-1][1], atol=1e-3)
        rivals[rival] = trace
    rivals["onnxruntime"] = lambda: session.run(None, {"picture": scaled})
    show(f"{name}, one drawing, all layers", race(rivals, repeats), {"ours": 1})


def loaded(name: str, weights: Path | None) -> CNN:
    """The named network, with trained weights where there are some: they show what can be folded."""
    from cnn.weights import load

    return load(weights)[0] if weights is not None else build(name)


def some_pictures(n: int, rng: np.random.Generator) -> np.ndarray:
    """Random blots, about as much paper and ink as on a digit."""
    return np.where(rng.random((n, 28, 28)) < 0.2, rng.integers(1, 256, (n, 28, 28)), 0).astype(np.uint8)


def processor() -> str:
    """What this machine calls its processor."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        names = [line.split(":")[1].strip() for line in file if line.startswith("model name")]
    return names[0] if names else platform.processor()


def main() -> None:
    """Run all races and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=9, help="turns that every rival takes (default 9)")
    parser.add_argument("--batches", type=int, nargs="+", default=[64, 128, 256, 1024], help="batch sizes")
    repeats = max(7, parser.parse_args().repeats)
    torch.set_num_threads(THREADS)
    threadpool_limits(1, user_api="blas")
    shipped = Path(__file__).parents[1] / "pretrained" / "digitscope.npz"
    machine = processor() if platform.system() == "Linux" else platform.processor()
    print(f"{machine}, {os.cpu_count()} cores, Python {platform.python_version()}, NumPy {np.__version__}, PyTorch "
          f"{torch.__version__}, onnxruntime {onnxruntime.__version__}; {repeats} turns each, medians\n")  # fmt: skip
    print("| what | who | us an image | times ours |\n|---|---|---|---|")
    batches("notebook", None, 128, repeats, loops=True)
    for n in parser.parse_args().batches:
        batches("shipped", shipped, n, repeats, loops=False)
    one_drawing("shipped", shipped, repeats)


if __name__ == "__main__":
    main()
