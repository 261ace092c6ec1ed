// Three large buttons that press the canvas's own small ones: the canvas stays the only keeper of the drawing.
const BUTTONS = [
  ["Undo", "Undo"],
  ["Redo", "Redo"],
  ["Clear", "Reset canvas & history"],
];

// The canvas lives in a shadow root somewhere below the container that we named "canvas".
function toolbar() {
  for (const element of document.querySelectorAll(".st-key-canvas *")) {
    const found = element.shadowRoot?.querySelector(".dc-toolbar");
    if (found) return found;
  }
  return null;
}

export default function (component) {
  const bar = component.parentElement.querySelector(".bar");
  const observer = new MutationObserver(mirror);
  let watched = null;

  function original(label) {
    return watched?.querySelector(`button[aria-label="${label}"]`);
  }

  function mirror() {
    for (const button of bar.children) button.disabled = original(button.dataset.presses)?.disabled ?? true;
  }

  if (!bar.children.length) {
    for (const [text, presses] of BUTTONS) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = text;
      button.dataset.presses = presses;
      bar.append(button);
    }
  }
  for (const button of bar.children) {
    button.onclick = () => { original(button.dataset.presses)?.click(); mirror(); };
  }

  // The canvas may come after us, and anew after a lost connection.
  const search = setInterval(() => {
    const found = toolbar();
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
