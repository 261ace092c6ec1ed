"""A visitor without a browser, who can say over Streamlit's own websocket what no browser would."""

from __future__ import annotations

import json
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection

CANVAS = "streamlit_drawable_canvas"


class BareVisitor:
    """Sends widget states and hears what the page's script made of them."""

    def __init__(self, line: ClientConnection) -> None:
        self.line = line
        self.components: dict[str, str] = {}
        """Components' identifiers by their names, as the page told them."""
        self.live: dict[str, Any] = {}
        """What the live component was told last."""

    async def run(self, **states: str) -> str:
        """Run the script with these components in these states (JSON); returns all that it says, as text."""
        message = BackMsg()
        message.rerun_script.query_string = ""
        for name, state in states.items():
            (identifier,) = (found for known, found in self.components.items() if name in known)
            message.rerun_script.widget_states.widgets.add(id=identifier, json_value=state)
        await self.line.send(message.SerializeToString())
        said = []
        while True:
            answer = ForwardMsg()
            answer.ParseFromString(await self.line.recv())
            kind = answer.WhichOneof("type")
            if kind == "script_finished":
                return " ".join(said)
            element = answer.delta.new_element
            if kind == "delta":
                said.append(str(element))
                component = element.bidi_component
                if component.id:
                    self.components[component.component_name] = component.id
                if "digitscope_live" in component.component_name:
                    self.live = json.loads(component.json)
