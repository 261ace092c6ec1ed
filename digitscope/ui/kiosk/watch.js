// Watches the stand's screen: one pointer draws, the palm does not; after a pause comes a countdown, then the next
// visitor; an idle screen draws digits by itself, which are read like any others.

const PALM = 32; // CSS pixels: a finger's touch is some 10 to 20 in radius, a palm's more
const PEN_REST = 1500; // milliseconds after the pen in which touches are the hand that holds it
const TICK = 200;
const HOLD = 2600; // milliseconds that an answer to a replayed digit stays
const GREET = 2500; // milliseconds between two languages
const SETTLES = 2000; // milliseconds that a touch waits at most for what was drawn before it

const watchers = new WeakMap();

export default function (component) {
  const { parentElement } = component;
  let watcher = watchers.get(parentElement);
  if (!watcher) watchers.set(parentElement, (watcher = new Watcher(parentElement)));
  watcher.update(component);
  return () => {
    watcher.leave();
    watchers.delete(parentElement);
  };
}

function inCanvas(selector) {
  for (const element of document.querySelectorAll(".st-key-canvas *")) {
    const found = element.shadowRoot?.querySelector(selector);
    if (found) return found;
  }
  return null;
}

const onCanvas = (event) => event.composedPath().some((element) => element.classList?.contains("upper-canvas"));

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

class Watcher {
  data = null;
  touched = performance.now();
  main = null; // the touch that draws
  pen = -Infinity;
  inviting = false;
  round = 0; // of the replay: a new one ends the old
  waking = false;
  asked = 0; // when a reset was asked for
  cleared = null;
  drawn = -Infinity; // when the pen was lifted from the canvas, until the server has the stroke
  strokes = 0; // that the server has
  held = null; // a button that was pressed before that
  upAt = null; // when the time of a game is up
  game = null;
  next = 0;

  constructor(parent) {
    this.overlay = parent.querySelector(".countdown");
    this.greeting = parent.querySelector(".greeting");
    this.overlay.querySelector("button").onclick = () => this.touch();
    this.stop = new AbortController();
    const listen = (types, act, target = window) => {
      for (const type of types) {
        target.addEventListener(type, act.bind(this), { capture: true, passive: false, signal: this.stop.signal });
      }
    };
    listen(["pointerdown", "keydown", "wheel"], this.noticed);
    listen(["mousedown", "mouseup", "click", "pointerup", "pointercancel"], this.wakingUp);
    listen(["mouseup", "touchend"], (event) => {
      if (onCanvas(event)) this.drawn = performance.now();
    });
    listen(["click"], this.hold);
    listen(["touchstart", "touchmove", "touchend", "touchcancel"], this.guard);
    listen(["pointermove"], (event) => {
      if (event.pointerType === "pen") this.pen = performance.now();
    });
    // Nothing to fall into: no menu, no zoom, no keys of Streamlit's own.
    listen(["contextmenu", "dragstart", "gesturestart"], (event) => event.preventDefault());
    listen(["wheel"], (event) => event.ctrlKey && event.preventDefault());
    listen(["keydown"], (event) => {
      const types = event.composedPath().some((element) => element.matches?.("input, textarea"));
      if (!types && !["Tab", "Enter", " ", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"].includes(event.key)) {
        event.stopImmediatePropagation();
      }
    });
    this.sized = new ResizeObserver(() => this.fit());
    this.sized.observe(document.documentElement);
    this.timer = setInterval(() => this.tick(), TICK);
  }

  leave() {
    this.stop.abort();
    this.sized.disconnect();
    clearInterval(this.timer);
    this.round++;
  }

  update(component) {
    this.component = component;
    this.data = component.data;
    this.overlay.dir = this.data.direction;
    this.overlay.querySelector("button").textContent = this.data.still_here;
    if (this.cleared === null) {
      this.cleared = this.data.clears;
      // A drawing by an earlier instance of this component is nobody's.
      if (this.data.inviting) this.clear();
    }
    // After a restart of the server or a reload of the page, the new side learns from the other one.
    if (this.data.inviting !== this.inviting) component.setStateValue("inviting", this.inviting);
    if (this.data.game !== this.game) {
      this.game = this.data.game;
      this.upAt = this.data.ends_in === null ? null : performance.now() + this.data.ends_in;
    }
    this.fit();
    this.clearIfAsked();
    if (this.data.strokes !== this.strokes) this.drawn = -Infinity;
    this.strokes = this.data.strokes;
    this.release();
  }

  // ---- the canvas

  // The canvas keeps its own size in pixels and is scaled to the room there is.
  fit() {
    const frame = document.querySelector(".st-key-canvas");
    if (frame && this.data) frame.style.setProperty("--scale", frame.clientWidth / this.data.side);
    // The canvas's own toolbar lies unseen over what is above the canvas, and offers more than a visitor should have.
    const toolbar = inCanvas(".dc-toolbar");
    if (toolbar) toolbar.style.display = "none";
  }

  clearIfAsked() {
    const button = inCanvas('.dc-toolbar [aria-label="Reset canvas & history"]');
    if (this.cleared === this.data.clears || !button) return;
    this.cleared = this.data.clears;
    button.click();
  }

  clear() {
    inCanvas('.dc-toolbar [aria-label="Reset canvas & history"]')?.click();
  }

  // ---- buttons that speak of the drawing

  // The answer follows the pen, but the canvas sends the drawing later: a quick yes would be about half of it.
  hold(event) {
    const button = event.isTrusted && this.data && event.target.closest?.(".st-key-answer_side button");
    if (!button || button.closest(".st-key-clear") || this.settled()) return;
    this.swallow(event);
    const key = [...button.closest('[class*="st-key-"]').classList].find((name) => name.startsWith("st-key-"));
    this.held = { key, until: performance.now() + SETTLES };
  }

  settled() {
    if (performance.now() - this.drawn < SETTLES) return false;
    return document.querySelector(".st-key-answer .answer")?.dataset.strokes === String(this.data.strokes);
  }

  release() {
    if (this.held === null || (!this.settled() && performance.now() < this.held.until)) return;
    const button = document.querySelector(`.${this.held.key} button`);
    this.held = null;
    button?.click();
  }

  // ---- one pointer

  guard(event) {
    if (!event.isTrusted) return;
    if (this.waking) return this.swallow(event);
    if (!onCanvas(event)) return;
    if (event.type === "touchstart" && this.main === null) {
      const finger = [...event.changedTouches].find((touch) => !this.isPalm(touch));
      if (finger) this.main = finger.identifier;
    }
    const own = [...event.changedTouches].find((touch) => touch.identifier === this.main);
    const alone = own && event.touches.length <= 1 && event.changedTouches.length === 1;
    const ends = own && ["touchend", "touchcancel"].includes(event.type);
    if (!alone || (ends && event.touches.length)) {
      this.swallow(event);
      const begins = event.type === "touchstart" && this.main !== own?.identifier;
      if (own && !begins) this.pass(event, own, ends);
    }
    if (ends) this.main = null;
  }

  // The same event as if no other finger were there.
  pass(event, touch, ends) {
    const touches = ends ? [] : [touch];
    // Outside the canvas's shadow root `event.target` is only its host.
    event.composedPath()[0].dispatchEvent(
      new TouchEvent(event.type, {
        bubbles: true, composed: true, cancelable: true, touches, targetTouches: touches, changedTouches: [touch],
      }),
    );
  }

  isPalm(touch) {
    const withPen = performance.now() - this.pen < PEN_REST && touch.touchType !== "stylus";
    return withPen || Math.max(touch.radiusX, touch.radiusY) > PALM;
  }

  swallow(event) {
    event.stopImmediatePropagation();
    if (event.cancelable) event.preventDefault();
  }

  // ---- pause, countdown, invitation

  noticed(event) {
    if (!event.isTrusted) return;
    if (event.pointerType === "pen") this.pen = performance.now();
    this.touch();
    if (this.inviting) {
      // The first touch only wakes the screen.
      this.waking = event.type === "pointerdown";
      this.swallow(event);
      this.wake();
    }
  }

  wakingUp(event) {
    if (!this.waking || !event.isTrusted) return;
    this.swallow(event);
    if (["click", "pointercancel"].includes(event.type)) this.waking = false;
    if (["pointerup", "mouseup"].includes(event.type)) setTimeout(() => (this.waking = false), 60);
  }

  touch() {
    this.touched = performance.now();
    this.overlay.hidden = true;
  }

  tick() {
    if (!this.data) return;
    this.clearIfAsked();
    this.release();
    this.fit();
    const now = performance.now();
    if (this.upAt !== null && now >= this.upAt) {
      this.upAt = null;
      this.component.setTriggerValue("time_up", true);
    }
    // A visitor who waits for a lesson is still there.
    if (this.data.busy) this.touched = now;
    const idle = (now - this.touched) / 1000;
    if (this.inviting) return;
    if (this.data.touched) {
      const left = this.data.pause + this.data.countdown - idle;
      this.overlay.hidden = idle < this.data.pause || left <= 0;
      if (left > 0) {
        const words = this.data.words.replace("{seconds}", Math.ceil(left));
        if (!this.overlay.hidden) this.overlay.querySelector("p").textContent = words;
      } else if (now - this.asked > 5000) {
        this.asked = now;
        this.component.setTriggerValue("reset", true);
      }
    } else {
      this.overlay.hidden = true;
      if (idle > this.data.invite && !document.hidden) this.invite();
    }
  }

  wake() {
    this.inviting = false;
    this.round++;
    this.greeting.hidden = true;
    this.clear();
    this.component.setStateValue("inviting", false);
  }

  async invite() {
    this.inviting = true;
    const round = ++this.round;
    this.component.setStateValue("inviting", true);
    this.greet(round);
    while (round === this.round) {
      this.clear();
      await pause(700);
      await this.draw(this.data.examples[this.next++ % this.data.examples.length], round);
      await pause(HOLD);
    }
  }

  async greet(round) {
    const span = this.greeting.querySelector("span");
    for (let i = 0; round === this.round; i++) {
      const { text, direction } = this.data.greetings[i % this.data.greetings.length];
      span.textContent = text;
      span.dir = direction;
      this.greeting.hidden = false;
      await pause(GREET);
    }
  }

  // Draw paths, in shares of the canvas's side, with the events that a mouse makes.
  async draw(paths, round) {
    const canvas = inCanvas("canvas.upper-canvas");
    if (!canvas) return;
    const send = (type, [x, y]) => {
      const { left, top, width, height } = canvas.getBoundingClientRect();
      canvas.dispatchEvent(
        new MouseEvent(type, {
          bubbles: true, composed: true, view: window, button: 0, buttons: type === "mouseup" ? 0 : 1,
          clientX: left + x * width, clientY: top + y * height,
        }),
      );
    };
    for (const path of paths) {
      if (round !== this.round) return;
      send("mousedown", path[0]);
      for (const point of path.slice(1)) {
        await pause(22);
        if (round !== this.round) break;
        send("mousemove", point);
      }
      send("mouseup", path.at(-1));
      if (round !== this.round) return this.clear();
      await pause(120);
    }
  }
}
