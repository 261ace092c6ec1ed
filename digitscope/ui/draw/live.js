// Follows the pen on the canvas and shows what the server says to it, before the canvas itself has spoken.
//
// A drawing here is what the canvas has sent ("settled", by its version), the strokes that were finished since, and the
// one under the pen. Strokes become paths just as the canvas's own pen (Fabric's PencilBrush) makes them, so that the
// live answer to a finished drawing is the settled one. What Streamlit puts into a panel is kept beside what is shown:
// it comes back as soon as nothing newer is known.

const DECIMATE = 0.4; // Fabric leaves out points that are nearer than this to the one before
const THIN = 2000; // points of a stroke that a message holds at most while the pen is down
const LONGEST = 4000; // points after which a stroke goes on as another one: browsers take seconds to ink a longer one
const MOST = 20_000; // points beyond which only the canvas itself is answered: it says the same a moment later
const PAUSE = 1.5; // times what an answer took, until it stood on the page: a busy machine is asked less often
const LATER_EVERY = 250; // milliseconds between two looks at panels that may lag behind
const PATIENCE = 5000; // milliseconds after which an answer is given up
const AGAIN = 1500; // milliseconds after which a server that is new to us is sent the drawing once more
const DOUBT = 8000; // milliseconds without a word from the canvas after which a stroke is not believed in any longer
const LONGEST_SILENCE = 10000; // milliseconds without a try after failures

const SEND = '[aria-label="Update the app with this drawing"]'; // the canvas's own button

const followers = new WeakMap();

export default function (component) {
  const { parentElement, data } = component;
  let follower = followers.get(parentElement);
  if (!follower) followers.set(parentElement, (follower = new Follower()));
  // What the canvas has sent and how the channel does stands on the page, for those who watch.
  follower.line.mark = parentElement.querySelector("span");
  follower.line.mark.dataset.strokes = data.strokes;
  follower.line.mark.dataset.pen = data.pen;
  follower.settle(data);
  return () => {
    follower.leave();
    followers.delete(parentElement);
  };
}

// A websocket that is opened when it is needed. (Over plain HTTP a server that sends head and body of an answer one
// after the other waits for the browser's acknowledgement in between, which comes 40 ms late.)
class Line {
  count = 0;
  waiting = new Map();

  open(address) {
    this.address = address;
    if (this.socket?.readyState <= WebSocket.OPEN) return;
    const socket = (this.socket = new WebSocket(new URL(address.slice(1), document.baseURI.replace(/^http/, "ws"))));
    this.ready = new Promise((resolve, reject) => {
      socket.onopen = () => {
        this.mark.dataset.line = "open";
        resolve();
      };
      socket.onclose = () => {
        this.mark.dataset.line = "closed";
        reject(new Error("closed"));
        this.failed(socket);
      };
    });
    this.ready.catch(() => {});
    socket.onmessage = ({ data }) => {
      const { id, ...reply } = JSON.parse(data);
      const answered = this.waiting.get(id);
      this.waiting.delete(id);
      if (reply.error) answered?.reject(new Error(reply.error));
      else answered?.resolve(reply);
    };
  }

  failed(socket) {
    if (socket !== this.socket) return;
    for (const { reject } of this.waiting.values()) reject(new Error("closed"));
    this.waiting.clear();
  }

  // Send a message, and return the reply to it.
  async exchange(message, given) {
    this.open(this.address);
    await this.ready;
    const id = ++this.count;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      const patience = AbortSignal.timeout(PATIENCE);
      for (const signal of [patience, given]) signal?.addEventListener("abort", () => reject(signal.reason));
      this.socket.send(JSON.stringify({ id, ...message }));
    });
  }

  close() {
    this.socket?.close();
  }
}

class Follower {
  line = new Line();
  data = { version: 0, on: false };
  finished = []; // paths that are in no settled drawing that we know of
  points = null; // under the pen
  finger = null;
  generation = 0; // counts up when the drawing changed in a way that we cannot follow
  waiting = null; // the answer that is under way, as something that can be aborted
  wanted = false;
  waitingLater = false;
  laterSent = 0;
  interval = 50;
  took = 0; // milliseconds that the last answer took
  sent = 0;
  silence = 0;
  timer = null;
  shown = {}; // HTML by panel that is newer than what Streamlit put there
  settled = {}; // HTML by panel that Streamlit put there
  watched = new Map();

  constructor() {
    this.stop = new AbortController();
    // On the document, behind the window: what a page takes away there, such as a palm's touches, never comes this far.
    const listen = (type, act) =>
      document.addEventListener(type, act.bind(this), { capture: true, passive: true, signal: this.stop.signal });
    listen("mousedown", this.mouseDown);
    listen("mousemove", this.mouseMove);
    listen("mouseup", this.mouseUp);
    listen("touchstart", this.touchStart);
    listen("touchmove", this.touchMove);
    listen("touchend", this.touchEnd);
    listen("touchcancel", this.touchEnd);
    listen("click", this.click);
    this.observer = new MutationObserver((changes) => this.panelsChanged(new Set(changes.map(({ target }) => target))));
  }

  leave() {
    this.stop.abort();
    this.observer.disconnect();
    this.line.close();
    for (const timer of [this.timer, this.laterTimer, this.doubt, this.again]) clearTimeout(timer);
  }

  // ---- what the server's script says

  settle(data) {
    const known = this.data.token;
    const newer = data.version !== this.data.version || data.token !== this.data.token;
    this.data = data;
    if (data.on) this.line.open(data.address);
    if (!newer) return;
    this.silence = 0;
    if (data.token !== known) {
      this.sendAgain();
      // A pen that is lifted in this very moment may have come too late for that, and too early for the server.
      clearTimeout(this.again);
      this.again = setTimeout(() => this.sendAgain(), AGAIN);
    }
    // The canvas sends all that was finished up to some moment: what lies before a stroke that it knows is old too.
    const old = this.finished.findLastIndex((path) => data.recent.some((other) => near(ends(path), other)));
    this.finished = this.finished.slice(old + 1);
    if (this.points || this.finished.length) {
      this.ask();
      return;
    }
    // Streamlit's own panels may come a moment after this.
    requestAnimationFrame(() => {
      if (!this.points && !this.finished.length) this.giveWay();
    });
  }

  // Unknown token after a restart: the server may have missed what the canvas sent meanwhile.
  sendAgain() {
    for (const element of document.querySelectorAll(`.st-key-${this.data.canvas} *`)) {
      const toolbar = element.shadowRoot?.querySelector(".dc-toolbar");
      const holdsInk = toolbar?.querySelector('[aria-label="Undo"]:enabled');
      if (holdsInk) toolbar.querySelector(SEND).click();
    }
  }

  giveWay() {
    for (const [key, panel] of this.panels()) {
      if (key in this.shown && this.settled[key] !== undefined) write(panel, this.settled[key]);
    }
    this.shown = {};
    this.observer.takeRecords();
  }

  forget() {
    this.generation++;
    this.finished = [];
    this.points = null;
    this.wanted = false;
  }

  // ---- what the pen does, as Fabric hears it

  canvasUnder(event) {
    if (!this.data.on) return null;
    const path = event.composedPath();
    const canvas = path.find((element) => element.classList?.contains("upper-canvas"));
    if (!canvas || !path.some((element) => element.classList?.contains(`st-key-${this.data.canvas}`))) return null;
    const edit = canvas.getRootNode().querySelector('.dc-toolbar [aria-label="Edit"][aria-pressed="true"]');
    return edit ? null : canvas;
  }

  place(at) {
    const box = this.canvas.getBoundingClientRect();
    return {
      x: ((at.clientX - box.left) * this.canvas.width) / box.width,
      y: ((at.clientY - box.top) * this.canvas.height) / box.height,
    };
  }

  down(canvas, at) {
    this.canvas = canvas;
    this.points = [this.place(at)];
    this.ask();
  }

  move(at, straight) {
    const point = this.place(at);
    const last = this.points.at(-1);
    if (this.points.length > 1 && same(point, last)) return;
    if (straight && this.points.length > 1) this.points.pop();
    this.points.push(point);
    this.ask();
  }

  up() {
    this.finished.push(smooth(decimated(this.points), this.data.pen / 1000));
    this.points = null;
    this.finger = null;
    // The finished drawing does not wait for the answer to an unfinished one.
    this.waiting?.abort();
    this.waiting = null;
    this.ask(true);
    clearTimeout(this.doubt);
    this.doubt = setTimeout(() => {
      if (this.points || !this.finished.length) return;
      this.forget();
      this.giveWay();
    }, DOUBT);
  }

  mouseDown(event) {
    const canvas = event.button === 0 && this.finger === null && this.canvasUnder(event);
    if (canvas) this.down(canvas, event);
  }

  mouseMove(event) {
    if (!this.points || this.finger !== null) return;
    if (this.points.length >= LONGEST) this.lift(MouseEvent, ["mouseup", "mousedown"], event);
    this.move(event, event.shiftKey);
  }

  mouseUp(event) {
    if (this.points && this.finger === null && event.button === 0) this.up();
  }

  touchStart(event) {
    if (this.finger !== null) return; // a second finger draws nothing
    const canvas = this.canvasUnder(event);
    if (!canvas) return;
    this.finger = event.changedTouches[0].identifier;
    this.down(canvas, event.changedTouches[0]);
  }

  touchMove(event) {
    const touch = event.changedTouches[0];
    if (!this.points || touch.identifier !== this.finger) return;
    if (this.points.length >= LONGEST) this.lift(TouchEvent, ["touchend", "touchstart"], event);
    this.move(touch, event.shiftKey);
  }

  // Lift the pen and put it down again where it is, for the canvas as for us.
  lift(Kind, types, { clientX, clientY, changedTouches }) {
    for (const type of types) {
      const touches = type === "touchstart" ? changedTouches : [];
      this.canvas.dispatchEvent(
        new Kind(type, {
          bubbles: true, composed: true, cancelable: true, view: window, button: 0, clientX, clientY,
          touches: [...touches], targetTouches: [...touches], changedTouches: changedTouches && [...changedTouches],
        }),
      );
    }
  }

  touchEnd(event) {
    if (this.points && this.finger !== null && !event.touches.length) this.up();
  }

  click(event) {
    // Undo, redo, clear: the canvas says at once what came of it, and nothing of ours holds any longer.
    const path = event.composedPath();
    if (path.some((element) => element.matches?.(SEND))) return;
    if (path.some((element) => element.classList?.contains("dc-toolbar"))) this.forget();
  }

  // ---- asking

  ask(now = false) {
    if (!this.data.on) return;
    this.wanted = true;
    if (this.waiting) return;
    const pause = Math.max(this.interval, PAUSE * this.took);
    const wait = Math.max(now ? 0 : this.sent + pause - performance.now(), this.silence);
    clearTimeout(this.timer);
    if (wait <= 0) this.send();
    else this.timer = setTimeout(() => this.send(), wait);
  }

  async send() {
    clearTimeout(this.timer);
    if (this.waiting || !this.wanted) return;
    this.wanted = false;
    const flight = (this.waiting = new AbortController());
    this.sent = performance.now();
    await this.post(false, flight.signal);
    if (this.waiting !== flight) return; // the final answer is under way instead
    this.waiting = null;
    this.took = performance.now() - this.sent;
    if (this.wanted) this.ask(!this.points);
    else this.askLater();
  }

  // What may lag behind is asked for in the pauses between answers, and no answer waits for it.
  askLater() {
    if (!this.data.later || this.waitingLater) return;
    clearTimeout(this.laterTimer);
    this.laterTimer = setTimeout(async () => {
      if (this.waiting) return; // it is asked for again after that answer
      this.waitingLater = true;
      this.laterSent = performance.now();
      await this.post(true, null);
      this.waitingLater = false;
    }, this.laterSent + LATER_EVERY - performance.now());
  }

  async post(later, given) {
    const { generation, data } = this;
    const down = this.points !== null;
    const paths = down ? [...this.finished, smooth(thinned(this.points), data.pen / 1000)] : this.finished;
    const points = paths.reduce((sum, path) => sum + path.length, 0);
    if (!points || points > MOST) return;
    const objects = paths.map((path) => ({ type: "path", path }));
    try {
      const { panels, interval } = await this.line.exchange(
        { token: data.token, version: data.version, objects, down, later }, given);
      this.interval = interval;
      this.silence = 0;
      if (generation === this.generation && (this.points || this.finished.length)) this.show(panels);
    } catch {
      if (given?.aborted) return;
      this.silence = Math.min(Math.max(2 * this.silence, 250), LONGEST_SILENCE);
    }
  }

  // ---- showing

  // The panels by their keys: the element whose content Streamlit sets.
  panels(keys = Object.keys(this.shown)) {
    return keys.flatMap((key) => {
      const panel = document.querySelector(`.st-key-${key} [data-testid="stHtml"]`);
      return panel ? [[key, panel]] : [];
    });
  }

  show(html) {
    for (const [key, panel] of this.panels(Object.keys(html))) {
      if (this.watched.get(key) !== panel) {
        this.watched.set(key, panel);
        this.settled[key] = panel.innerHTML;
        this.observer.observe(panel, { childList: true });
      } else if (!(key in this.shown)) this.settled[key] = panel.innerHTML;
      write(panel, html[key]);
      this.shown[key] = html[key];
    }
    this.observer.takeRecords();
  }

  panelsChanged(written) {
    // Streamlit wrote: keep that, and show again what is newer, before anybody can see the difference.
    for (const [key, panel] of this.panels()) {
      if (!written.has(panel)) continue;
      this.settled[key] = panel.innerHTML;
      if (this.points || this.finished.length) write(panel, this.shown[key]);
    }
    this.observer.takeRecords();
  }
}

const same = (one, other) => one.x === other.x && one.y === other.y;

const ends = (path) => [...path[0].slice(1), ...path.at(-1).slice(1)];

const near = (some, others) => some.every((number, i) => Math.abs(number - others[i]) < 0.01);

function thinned(points) {
  const step = Math.ceil(points.length / THIN);
  return step < 2 ? points : points.filter((_, i) => i % step === 0);
}

function decimated(points) {
  if (points.length <= 2) return points;
  const kept = [points[0]];
  for (const point of points.slice(1, -2)) {
    const { x, y } = kept.at(-1);
    if ((x - point.x) ** 2 + (y - point.y) ** 2 >= DECIMATE ** 2) kept.push(point);
  }
  return [...kept, points.at(-1)];
}

// Quadratic curves from middle to middle of the points, as Fabric's getSmoothPathFromPoints; the ends stand out a little.
function smooth(points, further) {
  let [from, to = { x: 0, y: 0 }] = points;
  const many = points.length > 2;
  const sign = many ? [Math.sign(points[2].x - to.x), Math.sign(points[2].y - to.y)] : [1, 0];
  const path = [["M", from.x - sign[0] * further, from.y - sign[1] * further]];
  for (let i = 1; i < points.length; i++) {
    if (!same(from, to)) path.push(["Q", from.x, from.y, (from.x + to.x) / 2, (from.y + to.y) / 2]);
    from = points[i];
    if (i + 1 < points.length) to = points[i + 1];
  }
  const before = points.at(-2);
  const end = many ? [Math.sign(from.x - before.x), Math.sign(from.y - before.y)] : sign;
  return [...path, ["L", from.x + end[0] * further, from.y + end[1] * further]];
}

// Make an element's content that HTML, touching only what differs: pictures stay where they are.
function write(element, html) {
  const wanted = document.createElement("template");
  wanted.innerHTML = html;
  become(element, wanted.content);
}

function become(present, wanted) {
  const goals = [...wanted.childNodes];
  while (present.childNodes.length > goals.length) present.lastChild.remove();
  goals.forEach((goal, i) => {
    const node = present.childNodes[i];
    if (!node) present.append(goal.cloneNode(true));
    else if (node.nodeName !== goal.nodeName) node.replaceWith(goal.cloneNode(true));
    else if (node.nodeType !== Node.ELEMENT_NODE) {
      if (node.data !== goal.data) node.data = goal.data;
    } else {
      for (const { name } of [...node.attributes]) if (!goal.hasAttribute(name)) node.removeAttribute(name);
      for (const { name, value } of goal.attributes) {
        if (node.getAttribute(name) !== value) node.setAttribute(name, value);
      }
      become(node, goal);
    }
  });
}
