// Shows what the page sends and reports what is chosen in it, by pointer or by keys.
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function shape(grid) {
  const [columns, rows] = grid.dataset.grid.split(",").map(Number);
  return { columns, rows, at: Number(grid.dataset.at), count: Number(grid.dataset.count) };
}

export default function (component) {
  const { parentElement, data, setTriggerValue } = component;
  const root = parentElement.querySelector(".picker");

  if (root.shown !== data.html) {
    // What had the focus keeps it, and what was scrolled stays where it was.
    const focused = parentElement.activeElement?.dataset?.name;
    const scrolled = Array.from(root.querySelectorAll("[data-scroll]"), (one) => [one.scrollTop, one.scrollLeft]);
    root.innerHTML = data.html;
    root.shown = data.html;
    root.querySelectorAll("[data-scroll]").forEach((one, i) => {
      if (scrolled[i]) [one.scrollTop, one.scrollLeft] = scrolled[i];
    });
    if (focused) root.querySelector(`[data-name="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    say(data.said);
  }

  function say(words) {
    parentElement.querySelector(".said").textContent = words;
  }

  // Moves a grid's mark without choosing.
  function move(grid, cell) {
    const { columns, rows } = shape(grid);
    const [column, row] = [cell % columns, Math.floor(cell / columns)];
    grid.dataset.at = cell;
    const mark = grid.querySelector(".mark").style;
    mark.left = `${(100 * column) / columns}%`;
    mark.top = `${(100 * row) / rows}%`;
    say(grid.dataset.press ? `${grid.dataset.press} ${cell}` : `row ${row}, column ${column}`);
  }

  function take(grid, cell) {
    grid.dataset.at = cell;
    setTriggerValue("chosen", `${grid.dataset.of}:${cell}`);
  }

  root.onclick = (event) => {
    const button = event.target.closest("[data-choose]");
    if (button) return setTriggerValue("chosen", button.dataset.choose);
    const grid = event.target.closest("[data-grid]");
    if (!grid) return;
    const { columns, rows, count } = shape(grid);
    const box = (grid.querySelector("[data-sheet], image, img") ?? grid).getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * columns);
    const row = Math.floor(((event.clientY - box.top) / box.height) * rows);
    const cell = row * columns + column;
    if (column >= 0 && column < columns && row >= 0 && cell < count) take(grid, cell);
  };

  root.onkeydown = (event) => {
    const grid = event.target.closest("[data-grid]");
    if (!grid) return;
    const { columns, rows, at, count } = shape(grid);
    const inSteps = grid.dataset.press !== undefined;
    const step = STEPS[event.key];
    if (step || (inSteps && [" ", "Enter"].includes(event.key))) event.preventDefault();
    else return;
    if (!step) return take(grid, at);
    const column = (at % columns) + step[0];
    const row = Math.floor(at / columns) + step[1];
    const cell = row * columns + column;
    if (column >= 0 && column < columns && row >= 0 && row < rows && cell < count) (inSteps ? move : take)(grid, cell);
  };
}
