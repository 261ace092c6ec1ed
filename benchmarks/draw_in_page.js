// Draw inside the page: one drawing after the other, at the speed of a hand, until the time is over; note the answers.
// The canvas gets mouse events, as from a mouse; of the page only what it shows is read.
async ({ tasks, seconds, point, patience }) => {
  const inside = (key, wanted) => {
    for (const element of document.querySelectorAll(`.st-key-${key} *`)) {
      const found = element.shadowRoot?.querySelector(wanted);
      if (found) return found;
    }
    return null;
  };
  const answer = () => document.querySelector(".st-key-answer .answer");
  const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  const until = async (there) => {
    const begun = performance.now();
    while (!there()) {
      if (performance.now() - begun > patience) return null;
      await pause(4);
    }
    return performance.now() - begun;
  };
  const answered = (strokes) => until(() => answer()?.dataset.strokes === String(strokes));
  const settled = (strokes) => until(() => inside("live", `[data-strokes="${strokes}"]`));

  const seen = { finals: [], settled: [], lost: 0, drawings: [], answers: 0, down: 0 };
  const end = performance.now() + seconds * 1000;
  for (let place = 0; performance.now() < end; place++) {
    const task = tasks[place % tasks.length];
    const canvas = inside("canvas", "canvas.upper-canvas");
    for (const [number, path] of task.paths.entries()) {
      const send = (type, [x, y]) => {
        const box = canvas.getBoundingClientRect();
        canvas.dispatchEvent(new MouseEvent(type, { bubbles: true, composed: true, cancelable: true, view: window,
          button: 0, buttons: type === "mouseup" ? 0 : 1, clientX: box.left + x, clientY: box.top + y }));
      };
      const begun = performance.now();
      let last = answer()?.dataset.milliseconds;
      send("mousedown", path[0]);
      for (const [i, at] of path.entries()) {
        await pause(Math.max(0, begun + 1000 * point * i - performance.now()));
        send("mousemove", at);
        const now = answer()?.dataset.milliseconds;
        if (now !== last) seen.answers++;
        last = now;
      }
      seen.down += performance.now() - begun;
      send("mouseup", path.at(-1));
      const took = await answered(number + 1);
      const wait = took === null ? null : await settled(number + 1);
      if (took === null || wait === null) seen.lost++;
      else {
        seen.finals.push(took);
        seen.settled.push(took + wait);
      }
    }
    const picture = document.querySelector(".st-key-input28 img:last-of-type")?.src ?? "";
    seen.drawings.push({ digit: answer()?.dataset.digit ?? "", wanted: task.digit, picture });
    [...inside("pen_bar", ".bar").children].find((button) => button.textContent === "Clear").click();
    if ((await answered(0)) === null || (await settled(0)) === null) seen.lost++;
  }
  return seen;
}
