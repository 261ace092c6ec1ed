"""A convolutional network written in NumPy: layers, losses, optimisers, training and explanations."""

from cnn.layers import (
    BatchNorm,
    Conv3x3,
    Dropout,
    Flatten,
    FullyConnected,
    Layer,
    MaxPool2x2,
    ReLU,
    ShapeError,
    Softmax,
    dropout,
)
from cnn.losses import cross_entropy, cross_entropy_derivative, mse_loss, mse_loss_derivative
from cnn.network import CNN
from cnn.optimizers import SGD, Adam, Momentum, Optimizer

__all__ = [
    "CNN",
    "SGD",
    "Adam",
    "BatchNorm",
    "Conv3x3",
    "Dropout",
    "Flatten",
    "FullyConnected",
    "Layer",
    "MaxPool2x2",
    "Momentum",
    "Optimizer",
    "ReLU",
    "ShapeError",
    "Softmax",
    "cross_entropy",
    "cross_entropy_derivative",
    "dropout",
    "mse_loss",
    "mse_loss_derivative",
]
