// The table of rows: which of them, in which order, stands in the address; the program gives a page at a time.
import { announce, ask, attempt } from "./api.js";
import { editor } from "./editor.js";
import { $, element, given, grouped, say, shortened } from "./elements.js";

const NAMES = ["q", "status", "code", "sort", "down", "page", "size"];
const TYPING_MS = 250;
const SELECTS = ["status", "code", "size"];
const KEYS = ["row", "status", "name", "email", "phone", "identifier", "company", "remark"];
const PERHAPS = ["identifier", "company", "remark"];

// Begins the table. ``changed`` is told what is corrected by now, after each change.
export function rows(words, here, changed) {
  const isOnlyWhereNeeded = Boolean($("status").querySelector("option[value=attention]"));
  const DEFAULTS = { q: "", status: isOnlyWhereNeeded ? "attention" : "", code: "", sort: "row", down: "", page: "1", size: "25" };
  let state = { ...DEFAULTS };
  let asking;

  function fromAddress() {
    const asked = new URLSearchParams(location.search);
    // A link to a cause, or to whatever was typed, means all of its rows.
    state = { ...DEFAULTS, status: asked.get("code") || asked.get("q") ? "" : DEFAULTS.status };
    for (const name of NAMES) if (asked.has(name)) state[name] = asked.get(name);
  }

  function address() {
    const query = new URLSearchParams(location.search);
    for (const name of NAMES) query.delete(name);
    for (const name of NAMES) if (state[name] !== DEFAULTS[name]) query.set(name, state[name]);
    if ((state.code || state.q) && !query.has("status") && state.status) query.set("status", state.status);
    return `?${query}`;
  }

  // -- Drawing

  const cell = (key, ...content) =>
    element("td", { role: "cell", "data-key": key, "data-label": words[key], className: content.every((part) => part === "") ? "nothing" : "" },
      ...content.map((part) => (typeof part === "string" ? given(part) : part)));

  // The columns in which one of these rows has something; the first few are always there.
  const columnsOf = (found) => KEYS.filter((key) => !PERHAPS.includes(key) || found.some((row) => row[key]));

  function drawn(row, sources, keys) {
    const own = editor(row, sources[row.source], words, here, changed);
    const { place: [, , number] } = row;
    const source = row.where ? [element("small", { className: "soft" }, given(row.where))] : [];
    const first = cell("row", element("span", { className: "row-number", textContent: String(number) }), ...source);
    first.classList.add("number");
    const line = element("tr", { role: "row", className: "line" }, first,
      cell("status", element("span", { className: "status" }, element("span", { className: `dot ${row.status}`, "aria-hidden": "true" }), element("span", { textContent: row.told }))),
      ...["name", "email", "phone_number", "identifier", "company", "remark"].map((key) => cell(key === "phone_number" ? "phone" : key, shortened(row[key]))));
    const body = element("tbody", { role: "rowgroup", id: `row-${number}` }, line);
    for (const shownCell of line.cells) shownCell.hidden = !keys.includes(shownCell.dataset.key);
    body.append(element("tr", { role: "row", className: "below" }, element("td", { role: "cell", colSpan: keys.length, className: "what" }, ...own.parts)));
    own.marks(body);
    return body;
  }

  function draw({ rows: found, sources, all, page, pages, size }) {
    const table = $("table");
    for (const body of [...table.tBodies]) body.remove();
    const keys = columnsOf(found);
    for (const title of table.tHead.rows[0].cells) title.hidden = !keys.includes(title.dataset.key);
    table.append(...found.map((row) => drawn(row, sources, keys)));
    table.hidden = !found.length;
    const values = { from: grouped((page - 1) * size + 1), to: grouped((page - 1) * size + found.length), all: grouped(all) };
    const told = found.length ? say(all > 1 ? words.found : words.foundOne, values) : words.none;
    $("found").textContent = told;
    $("where").textContent = say(words.page, { page: grouped(page), pages: grouped(pages) });
    $("pager").hidden = pages === 1;
    $("before").disabled = page === 1;
    $("after").disabled = page === pages;
    Object.assign(state, { page: String(page), size: String(size) });
    for (const title of table.tHead.rows[0].cells) {
      if (title.dataset.sorts && title.dataset.sorts === state.sort) title.setAttribute("aria-sort", state.down ? "descending" : "ascending");
      else title.removeAttribute("aria-sort");
    }
    for (const name of ["q", ...SELECTS]) if ($(name).value !== state[name] && document.activeElement !== $(name)) $(name).value = state[name];
  }

  const show = () =>
    attempt(async () => {
      asking?.abort();
      asking = new AbortController();
      const { signal } = asking;
      $("table").setAttribute("aria-busy", "true");
      try {
        const { status, ...others } = state;
        draw(await ask("GET", `${here}/check/rows?${new URLSearchParams({ status, ...others })}`, undefined, { signal }));
      } catch (error) {
        if (error.name !== "AbortError") throw error;
      }
      if (!signal.aborted) $("table").removeAttribute("aria-busy");
    });

  // -- Controls

  // ``isTyped`` keeps what Back leads to: not a page for each letter.
  async function change(changes, isTyped = false) {
    Object.assign(state, { page: "1" }, changes);
    history[isTyped ? "replaceState" : "pushState"](null, "", address());
    await show();
  }

  async function turn(by, other) {
    await change({ page: String(Number(state.page) + by) });
    $("rows").scrollIntoView();
    announce($("where").textContent);
    if (document.activeElement.disabled || document.activeElement === document.body) $(other).focus();
  }

  let typing;
  $("q").addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => change({ q: $("q").value }, true), TYPING_MS);
  });
  for (const name of SELECTS) $(name).addEventListener("change", () => change({ [name]: $(name).value, ...(name === "code" && $(name).value ? { status: "" } : {}) }));
  $("tools").addEventListener("submit", (event) => event.preventDefault());
  for (const title of $("table").tHead.rows[0].cells) {
    const { sorts } = title.dataset;
    title.querySelector("button")?.addEventListener("click", () => change({ sort: sorts, down: state.sort === sorts && !state.down ? "1" : "" }));
  }
  $("before").addEventListener("click", () => turn(-1, "after"));
  $("after").addEventListener("click", () => turn(1, "before"));
  for (const link of document.querySelectorAll("[data-filter]"))
    link.addEventListener("click", async (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      history.pushState(null, "", link.search);
      fromAddress();
      await show();
      $("rows").scrollIntoView();
      $("status").focus({ preventScroll: true });
    });
  addEventListener("popstate", () => {
    fromAddress();
    show();
  });
  fromAddress();
  show();
}
