// The cells of a row, to correct: each text is kept at once, and the importer itself says what it thinks of it.
import { announce, ask, attempt } from "./api.js";
import { element, given, say, shortened } from "./elements.js";

const TYPING_MS = 300;
const LONGEST_PRESS_MS = 1_000;
const KEPT_ALIVE = 10_000; // browsers send as much when a page closes, whatever its letters
const letters = (column) => (column < 26 ? "" : letters(Math.floor(column / 26) - 1)) + String.fromCharCode(65 + (column % 26));

const unsaved = new Set(); // what is typed and not sent yet: functions that send it
const sending = new Set(); // promises of what is on its way

// Waits until all that was typed is kept; whether there was anything.
export async function saved() {
  const isAny = unsaved.size + sending.size > 0;
  while (unsaved.size + sending.size) {
    await Promise.all([...sending]);
    for (const send of [...unsaved]) send();
  }
  return isAny;
}

// Whoever closes the page loses nothing.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) for (const send of [...unsaved]) send(true);
});

// What moves while the mouse is pressed is not hit by it: an answer is shown when it was released.
let released = Promise.resolve();
document.addEventListener(
  "pointerdown",
  () => {
    released = new Promise((resolve) => {
      for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, () => setTimeout(resolve), { once: true });
      setTimeout(resolve, LONGEST_PRESS_MS);
    });
  },
  true,
);

// Returns what stands below a row's line, and how it marks the row. ``columns`` are those of its table.
export function editor(row, columns, words, here, changed) {
  const [file, sheet, number] = row.place;
  const key = `${number}-${[...`${file}${sheet}`].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) >>> 0, 7)}`;
  const fields = new Map(); // by column: what shows its state
  const verdict = element("p", { className: "verdict-line", role: "status", hidden: true });
  let touched = {};
  let wantedOut; // whether to leave the row out, if somebody said so
  let isSending = false;
  let typing;
  let body;

  // -- Keeping and checking

  function soon() {
    clearTimeout(typing);
    unsaved.add(send);
    typing = setTimeout(() => send(), TYPING_MS);
  }

  // One request at a time, and one more for what was typed meanwhile: the last text is kept last.
  function send(keepalive = false) {
    clearTimeout(typing);
    if (!Object.keys(touched).length && wantedOut === undefined) return unsaved.delete(send);
    if (isSending) return soon();
    unsaved.delete(send);
    const work = sent(keepalive);
    sending.add(work);
    return work.finally(() => sending.delete(work));
  }

  async function sent(keepalive) {
    isSending = true;
    const [cells, out] = [touched, wantedOut];
    touched = {};
    wantedOut = undefined;
    await attempt(async () => {
      try {
        const body = { file, sheet, row: number, cells, out };
        const answer = ask("PUT", `${here}/check/row`, body, { keepalive: keepalive && JSON.stringify(body).length < KEPT_ALIVE });
        answer.catch(() => {}); // told below
        await released;
        tell("open", words.looking);
        const found = await answer;
        await released;
        show(found);
      } catch (error) {
        touched = { ...cells, ...touched };
        wantedOut ??= out;
        tell("bad", say(words.unsaved, { why: error.message }));
        throw error;
      }
    });
    isSending = false;
  }

  function tell(state, text) {
    verdict.dataset.state = state;
    verdict.textContent = text;
    verdict.hidden = false;
  }

  function show({ state, told, flaws, cells, edited, corrections, isOut }) {
    Object.assign(row, { flaws, cells, edited, out: isOut });
    tell(state, told);
    for (const look of fields.values()) look();
    mark();
    changed(corrections);
  }

  // -- A cell

  function titleOf(column) {
    if (column >= columns.length) return say(words.beyond, { letter: letters(column) });
    return columns[column].title;
  }

  function field(column) {
    const id = `cell-${key}-${column}`;
    // A line of input would drop the line breaks of a cell.
    const tag = /[\r\n]/.test(row.cells[column]) ? "textarea" : "input";
    const input = element(tag, { id, value: row.cells[column], autocomplete: "off", spellcheck: false, dir: "auto", "aria-describedby": `${id}-says` });
    const says = element("small");
    const todo = element("small", { className: "todo", hidden: true });
    const undo = element("button", { type: "button", className: "plain-button", textContent: words.undo, hidden: true });
    undo.append(element("span", { className: "visually-hidden" }, ` ${titleOf(column)} ${say(words.ofRow, { row: number })}`));
    fields.set(column, () => {
      const was = row.edited[column];
      const flaw = row.flaws[column];
      // An earlier answer does not overtake who types on.
      if (touched[column] === undefined && document.activeElement !== input && input.value !== row.cells[column]) input.value = row.cells[column];
      input.toggleAttribute("data-edited", was !== undefined);
      input.dataset.state = flaw ? "bad" : was !== undefined ? "good" : "";
      input.setAttribute("aria-invalid", String(Boolean(flaw)));
      says.textContent = [flaw?.why, was === undefined ? "" : was ? say(words.was, { value: shortened(was) }) : words.wasEmpty].filter(Boolean).join(" · ");
      todo.textContent = flaw?.todo ?? "";
      todo.hidden = !flaw?.todo;
      undo.hidden = was === undefined;
    });
    input.addEventListener("input", () => {
      touched[column] = input.value;
      soon();
    });
    input.addEventListener("change", () => send());
    undo.addEventListener("click", () => {
      touched[column] = row.edited[column] ?? row.cells[column];
      input.value = touched[column];
      send();
      input.focus();
    });
    fields.get(column)();
    const about = columns[column]?.field;
    const label = element("label", { htmlFor: id }, given(titleOf(column)));
    if (about && about !== titleOf(column)) label.append(element("span", { className: "goes-to" }, " → ", given(about)));
    return element("div", { className: "field" }, label, input, element("div", { className: "says", id: `${id}-says` }, says, todo), undo);
  }

  // -- The row

  function mark() {
    body?.classList.toggle("out", row.out);
    out.firstChild.textContent = row.out ? words.takeIn : words.leaveOut;
    out.setAttribute("aria-pressed", String(row.out));
    undoRow.hidden = !Object.keys(row.edited).length;
  }

  const ofRow = () => element("span", { className: "visually-hidden" }, ` ${say(words.ofRow, { row: number })}`);
  const out = element("button", { type: "button", className: "plain-button" }, element("span"), ofRow());
  out.addEventListener("click", () => {
    wantedOut = !(wantedOut ?? row.out);
    send();
  });
  const undoRow = element("button", { type: "button", className: "plain-button", hidden: true }, words.undoRow, ofRow());
  undoRow.addEventListener("click", async () => {
    touched = { ...row.edited };
    await send();
    for (const [column, look] of fields) {
      const input = document.getElementById(`cell-${key}-${column}`);
      if (input) input.value = row.cells[column];
      look();
    }
    announce(words.undo);
  });

  const all = [...row.cells.keys()];
  const marked = all.filter((column) => row.flaws[column] || row.edited[column] !== undefined);
  const rest = all.filter((column) => !marked.includes(column));
  const first = element("div", { className: "fields" }, ...marked.map(field));
  const others = element("div", { className: "fields", id: `all-${key}`, hidden: true });
  const more = element("button", { type: "button", className: "plain-button", "aria-expanded": "false", "aria-controls": others.id }, marked.length ? words.more : words.correct, ofRow());
  more.addEventListener("click", () => {
    if (!others.childElementCount) others.append(...rest.map(field));
    others.hidden = !others.hidden;
    more.setAttribute("aria-expanded", String(!others.hidden));
  });

  const happened = row.before ? [element("p", { className: "soft" }, given(row.before))] : [];
  const isSaidBelow = marked.some((column) => row.flaws[column]);
  if (row.error && !isSaidBelow) happened.push(element("p", { className: "error" }, given(row.error)));
  if (row.hint && !isSaidBelow) happened.push(element("p", { className: "todo" }, given(row.hint)));
  const tools = element("div", { className: "row-tools" }, ...(rest.length ? [more] : []), undoRow, out);

  function marks(made) {
    body = made;
    mark();
  }

  return { parts: [...happened, first, others, verdict, tools], marks };
}
