// Large buttons that press the canvas's own small ones: the canvas stays the only keeper of the drawing.
const BUTTONS = [
  ["Undo", "Undo"],
  ["Redo", "Redo"],
  ["Clear", "Reset canvas & history"],
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

let shown = 0;
let drawing = false;

export default function (component) {
  const bar = component.parentElement.querySelector(".bar");
  const observer = new MutationObserver(mirror);
  let watched = null;

  function original(label) {
    return watched?.querySelector(`button[aria-label="${label}"]`);
  }

  function mirror() {
    for (const button of bar.children) {
      button.disabled = drawing || (original(button.dataset.presses ?? BUTTONS[2][1])?.disabled ?? true);
    }
  }

  if (!bar.children.length) {
    for (const [text, presses] of BUTTONS) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = text;
      if (presses) button.dataset.presses = presses;
      bar.append(button);
    }
  }

  async function example() {
    const { examples } = component.data;
    drawing = true;
    mirror();
    original(BUTTONS[2][1])?.click();
    await drawByHand(examples[shown++ % examples.length]);
    drawing = false;
    mirror();
  }

  for (const button of bar.children) {
    const { presses } = button.dataset;
    button.onclick = presses ? () => { original(presses)?.click(); mirror(); } : example;
  }

  // The canvas may come after us, and anew after a lost connection.
  const search = setInterval(() => {
    const found = inCanvas(".dc-toolbar");
    if (found === watched) return;
    watched = found;
    observer.disconnect();
    if (!watched) return mirror();
    watched.style.display = "none";
    observer.observe(watched, { subtree: true, childList: true, attributes: true, attributeFilter: ["disabled"] });
    mirror();
  }, 150);
  mirror();

  return () => { clearInterval(search); observer.disconnect(); };
}
