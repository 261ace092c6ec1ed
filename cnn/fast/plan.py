"""Plan: divide a network's layers into the convolutional and dense blocks that the fast engine supports."""

from __future__ import annotations

from dataclasses import dataclass

from cnn.layers import BatchNorm, Conv3x3, Dropout, Flatten, FullyConnected, Layer, MaxPool2x2, ReLU, Softmax
from cnn.losses import cross_entropy_derivative
from cnn.network import CNN


@dataclass
class Group:
    """The layers of one block: a convolution or dense layer, followed by any of the others, in this order."""

    name: str
    layer: Layer
    pool: bool = False
    norm: tuple[str, BatchNorm] | None = None
    relu: bool = False
    dropout: Dropout | None = None


@dataclass
class Plan:
    """A whole network as groups: convolutional ones, then dense ones, Softmax last."""

    convolutions: list[Group]
    dense: list[Group]


def plan(network: CNN) -> Plan | None:
    """Return the network's groups, or None if the order of its layers, or its loss, needs the plain engine."""
    groups: list[Group] = []
    for name, layer in network.layers:
        if isinstance(layer, (Conv3x3, FullyConnected)):
            groups.append(Group(name, layer))
        elif isinstance(layer, Flatten):
            if groups and not isinstance(groups[-1].layer, Conv3x3):
                return None
        elif not groups or not _joins(groups[-1], name, layer):
            return None
    convolutions = [group for group in groups if isinstance(group.layer, Conv3x3)]
    dense = groups[len(convolutions) :]
    in_order = all(isinstance(group.layer, FullyConnected) for group in dense)
    ends_well = bool(dense) and isinstance(dense[-1].layer, Softmax) and network.layers[-1][1] is dense[-1].layer
    one_softmax = sum(isinstance(group.layer, Softmax) for group in dense) == 1
    if not (convolutions and in_order and ends_well and one_softmax and network.input_shape[0] == 1):
        return None
    return Plan(convolutions, dense) if network.loss_derivative is cross_entropy_derivative else None


def _joins(group: Group, name: str, layer: Layer) -> bool:
    """Add `layer` to `group` and return True, unless the group already has a layer that must come after it."""
    if group.dropout is not None:
        return False
    if isinstance(layer, MaxPool2x2):
        fits = isinstance(group.layer, Conv3x3) and not (group.pool or group.norm or group.relu)
        group.pool = True
    elif isinstance(layer, BatchNorm):
        fits = not (group.norm or group.relu)
        group.norm = (name, layer)
    elif isinstance(layer, ReLU):
        fits = not group.relu
        group.relu = True
    elif isinstance(layer, Dropout):
        fits = not isinstance(group.layer, Conv3x3)
        group.dropout = layer
    else:
        fits = False
    return fits
