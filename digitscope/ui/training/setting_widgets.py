"""Form widgets for the settings of a training run, made from the fields of `cnn.settings.Settings`."""

from __future__ import annotations

from typing import Any

import streamlit as st

from cnn.settings import ABOUT, Choice, Number, Settings

SLIDER_STEPS = 100
"""A slider with more positions than this is hard to set: such a setting gets a number box."""


def setting_widget(name: str, key: str, **options: Any) -> Any:
    """Show the widget of the setting `name` under the Streamlit key `key`, and return its value.

    `options` go to the widget: `value`, `disabled`, `on_change`, `args`. Without `value` it shows what
    `st.session_state` holds for `key`, as `shown` writes it.
    """
    about = ABOUT[name]
    common: dict[str, Any] = {"key": key, "help": about.help, **options}
    match about:
        case Choice():
            return st.selectbox(about.label, about.values, **common)
        case Number(stops=stops) if stops:
            return st.select_slider(about.label, stops, format_func="{:,}".format, **common)
        case Number():
            return _number_widget(about, common)
        case _:
            return st.toggle(about.label, **common)


def _number_widget(about: Number, common: dict[str, Any]) -> Any:
    # Streamlit wants range, step and value to be all int or all float.
    kind = _kind(about)
    low, high, step = (kind(number) for number in (*(about.offered or (about.low, about.high)), about.step))
    if (high - low) / step <= SLIDER_STEPS:
        return st.slider(about.label, low, high, step=step, **common)
    if kind is float:
        common |= {"format": f"%.{about.decimals}f"}
    return st.number_input(about.label, low, high, step=step, **common)


def _kind(about: Number) -> type[float]:
    return int if about.whole or not about.decimals else float


def shown(name: str, settings: Settings) -> Any:
    """Return the value with which a widget shows this setting."""
    about, value = ABOUT[name], getattr(settings, name)
    if not isinstance(about, Number):
        return value
    return _kind(about)(value if value is not None else about.when_none or about.low)
