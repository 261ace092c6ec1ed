"""A client of Streamlit's websocket without a browser: it can send states of components that no browser would."""

from __future__ import annotations

import json
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect


def open_socket(url: str, place: str, **options: Any) -> connect:
    """Connect to a server's websocket at `place`, without a proxy; `options` are those of `websockets.connect`."""
    return connect(f"{url}/{place}".replace("http", "ws", 1), max_size=None, proxy=None, **options)


def open_stream(url: str, **options: Any) -> connect:
    """Connect to Streamlit's own websocket, as a page does."""
    return open_socket(url, "_stcore/stream", subprotocols=["streamlit"], **options)


class StreamlitClient:
    """Runs the page's script with states of its components, and keeps what the script sends."""

    def __init__(self, line: ClientConnection) -> None:
        self.line = line
        self.components: dict[str, str] = {}
        """Identifiers of the page's components by their names."""
        self.live: dict[str, Any] = {}
        """The live component's data."""

    async def run(self, **states: str) -> str:
        """Run the script with these states (JSON) of components, named by a part of their name.

        Returns everything that the script sent, as text.
        """
        message = BackMsg()
        message.rerun_script.query_string = ""
        for name, state in states.items():
            (identifier,) = (found for known, found in self.components.items() if name in known)
            message.rerun_script.widget_states.widgets.add(id=identifier, json_value=state)
        await self.line.send(message.SerializeToString())
        sent: list[str] = []
        while True:
            answer = ForwardMsg()
            answer.ParseFromString(await received(self.line))
            kind = answer.WhichOneof("type")
            if kind == "script_finished":
                return " ".join(sent)
            element = answer.delta.new_element
            if kind == "delta":
                sent.append(str(element))
                component = element.bidi_component
                if component.id:
                    self.components[component.component_name] = component.id
                if "digitscope_live" in component.component_name:
                    self.live = json.loads(component.json)


async def received(line: ClientConnection) -> bytes:
    """Return the next message of Streamlit's websocket, which sends bytes only."""
    message = await line.recv()
    assert isinstance(message, bytes)
    return message
