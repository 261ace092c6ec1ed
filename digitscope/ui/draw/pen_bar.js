// Large buttons that press the canvas's own small ones: the canvas stays the only keeper of the drawing.
const CLEAR = "Reset canvas & history";
const BUTTONS = [
  ["Undo", "Undo"],
  ["Redo", "Redo"],
  ["Clear", CLEAR],
  ["Example", null],
];

// The canvas lives in a shadow root somewhere below the container that we named "canvas".
function inCanvas(selector) {
  for (const element of document.querySelectorAll(".st-key-canvas *")) {
    const found = element.shadowRoot?.querySelector(selector);
    if (found) return found;
  }
  return null;
}

const nextFrame = () => new Promise(requestAnimationFrame);

// Draw paths, in shares of the board, with the very events that a mouse makes.
async function drawByHand(paths) {
  const board = inCanvas("canvas.upper-canvas");
  if (!board) return;
  const send = (type, [x, y]) => {
    const { left, top, width, height } = board.getBoundingClientRect();
    board.dispatchEvent(new MouseEvent(type, {
      bubbles: true, composed: true, view: window, button: 0, buttons: type === "mouseup" ? 0 : 1,
      clientX: left + x * width, clientY: top + y * height,
    }));
  };
  for (const path of paths) {
    send("mousedown", path[0]);
    for (const point of path.slice(1)) {
      await nextFrame();
      send("mousemove", point);
    }
    send("mouseup", path.at(-1));
    await nextFrame();
  }
}

const bars = new WeakMap();

// Streamlit calls this after each of its runs: the bar is made at the first call, and goes with the component.
export default function (component) {
  const { parentElement, data } = component;
  let bar = bars.get(parentElement);
  if (!bar) bars.set(parentElement, (bar = new PenBar(parentElement.querySelector(".bar"))));
  bar.examples = data.examples;
  return () => {
    bar.leave();
    bars.delete(parentElement);
  };
}

class PenBar {
  shown = 0;
  drawing = false;
  toolbar = null; // the canvas's own

  constructor(bar) {
    this.buttons = BUTTONS.map(([text, presses]) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = text;
      button.onclick = presses ? () => this.press(presses) : () => this.example();
      return button;
    });
    bar.replaceChildren(...this.buttons);
    this.observer = new MutationObserver(() => this.mirror());
    // The canvas may come after us, and anew after a lost connection.
    this.search = setInterval(() => this.find(), 150);
    this.mirror();
  }

  leave() {
    clearInterval(this.search);
    this.observer.disconnect();
  }

  find() {
    const found = inCanvas(".dc-toolbar");
    if (found === this.toolbar) return;
    this.toolbar = found;
    this.observer.disconnect();
    if (found) {
      found.style.display = "none";
      this.observer.observe(found, {
        subtree: true, childList: true, attributes: true, attributeFilter: ["disabled"],
      });
    }
    this.mirror();
  }

  original(label) {
    return this.toolbar?.querySelector(`button[aria-label="${label}"]`);
  }

  mirror() {
    this.buttons.forEach((button, i) => {
      button.disabled = this.drawing || (this.original(BUTTONS[i][1] ?? CLEAR)?.disabled ?? true);
    });
  }

  press(label) {
    this.original(label)?.click();
    this.mirror();
  }

  async example() {
    this.drawing = true;
    this.mirror();
    this.press(CLEAR);
    await drawByHand(this.examples[this.shown++ % this.examples.length]);
    this.drawing = false;
    this.mirror();
  }
}
