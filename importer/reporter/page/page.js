"use strict";
// The table of rows: search, filter, sort, page; cells that are corrected here and leave as a file. Everything that
// comes from the data is set as text and never as markup.
(() => {
  const $ = (id) => document.getElementById(id);
  const view = JSON.parse($("view").textContent);
  const rows = JSON.parse($("data").textContent).map(
    ([number, status, contactId, code, error, hint, name, email, phone, identifier, cells, flaws, kinds, sheet, changes]) => ({
      number, status, contactId, code, error, hint, name, email, phone, identifier, cells, flaws, kinds: kinds ?? [], sheet: sheet ?? "",
      changes: changes ?? [],
    }),
  );
  const words = view.words;
  const checked = syntaxOf(view.rules, words);
  const say = (text, values = {}) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const grouped = (number) => number.toLocaleString("en-US");

  // -- The view: what is searched for, filtered by, sorted by; it lives in the address, so that a link carries it.

  const fine = new Set(view.fine);
  const isWrong = (row) => !fine.has(row.status);
  const DEFAULTS = { q: "", status: rows.some(isWrong) ? "attention" : "", code: "", sort: "row", down: "", page: "1", size: "25" };
  let state = { ...DEFAULTS };

  function fromAddress() {
    const given = new URLSearchParams(location.hash.slice(1));
    if (![...given.keys()].some((name) => Object.hasOwn(DEFAULTS, name))) return false;
    // A link to a cause means all of its rows, whatever was chosen before.
    state = { ...DEFAULTS, status: given.has("code") ? "" : DEFAULTS.status };
    for (const [name, value] of given) if (Object.hasOwn(DEFAULTS, name)) state[name] = value;
    return true;
  }

  function toAddress() {
    const told = new URLSearchParams();
    for (const [name, value] of Object.entries(state)) if (value !== DEFAULTS[name]) told.set(name, value);
    if (!told.has("status") && state.code) told.set("status", state.status);
    history.replaceState(null, "", `#${told}`);
  }

  // -- Search, filter, sort

  const folded = (text) => text.normalize("NFKC").toLowerCase();

  function haystack(row) {
    row.folded ??= folded([row.number, row.sheet, row.name, row.email, row.phone, row.identifier, row.contactId, row.code, row.error,
      ...(row.cells ?? []), ...row.changes.flat()].join("\n"));
    return row.folded;
  }

  // Folding 50,000 rows takes longer than a key stroke may: it is done beforehand, a little at a time.
  let folding = 0;
  function foldAhead() {
    const until = Math.min(folding + 2000, rows.length);
    while (folding < until) haystack(rows[folding++]);
    if (folding < rows.length) setTimeout(foldAhead, 0);
  }

  const KEYS = {
    row: (row) => row.number, status: (row) => view.order.indexOf(row.status), name: (row) => row.name,
    email: (row) => row.email, phone: (row) => row.phone, identifier: (row) => row.identifier,
    what: (row) => row.code,
  };
  const collator = new Intl.Collator(undefined, { numeric: true });

  function chosen() {
    const parts = folded(state.q).split(/\s+/).filter(Boolean);
    const isWanted = (row) =>
      (!state.status || (state.status === "attention" ? isWrong(row) : row.status === state.status)) &&
      (!state.code || row.code === state.code || row.kinds.includes(state.code));
    let kept = rows.filter(isWanted);
    for (const part of parts) kept = kept.filter((row) => haystack(row).includes(part));
    if (state.sort === "row") return state.down ? kept.reverse() : kept;
    const key = Object.hasOwn(KEYS, state.sort) ? KEYS[state.sort] : KEYS.row;
    const order = kept.map((row) => [key(row), row]);
    const compare = typeof order[0]?.[0] === "number" ? (a, b) => a - b : collator.compare;
    // What is empty stands last, whichever way.
    order.sort(([a, one], [b, other]) => (a === "") - (b === "") || (state.down ? compare(b, a) : compare(a, b)) || one.number - other.number);
    return order.map(([, row]) => row);
  }

  // -- Drawing

  function element(tag, properties = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (name in made) made[name] = value;
      else made.setAttribute(name, value);
    }
    made.append(...children);
    return made;
  }

  function cell(label, ...content) {
    const empty = content.every((part) => part === "");
    return element("td", { role: "cell", "data-label": label, className: empty ? "nothing" : "" },
      ...content.map((part) => (typeof part === "string" ? element("bdi", { textContent: part }) : part)));
  }

  const shortened = (text) => (text.length > 300 ? `${text.slice(0, 300)}…` : text);

  function drawn(row) {
    const status = element("span", { className: "status" },
      element("span", { className: `dot ${row.status}`, "aria-hidden": "true" }), view.statuses[row.status]);
    const line = element("tr", { role: "row", id: `row-${row.sheet}${row.number}` },
      element("td", { role: "cell", className: "number", "data-label": words.row }, String(row.number), ...(row.sheet ? [element("small", { className: "soft", textContent: ` ${row.sheet}` })] : [])),
      cell(words.status, element("div", {}, status, row.contactId ? element("small", { className: "soft", textContent: ` ${row.contactId}` }) : "")), cell(words.name, shortened(row.name)), cell(words.email, shortened(row.email)),
      cell(words.phone, shortened(row.phone)), cell(words.identifier, shortened(row.identifier)));
    const what = element("td", { role: "cell", className: "what", "data-label": words.what });
    if (row.error) what.append(element("p", { className: saidBelow(row) ? "on-paper" : "" }, element("bdi", { textContent: row.error })));
    if (row.hint) what.append(element("p", { className: "todo" }, element("bdi", { textContent: row.hint })));
    if (row.changes.length) what.append(changed(row));
    if (row.cells && isToCorrect) what.append(...editor(row, line));
    line.append(what);
    return line;
  }

  // What the run changed in a contact that was there before: field, before, after.
  function changed(row) {
    const shown = (text) => (text ? element("code", {}, element("bdi", { textContent: shortened(text) })) : element("span", { className: "soft", textContent: words.empty }));
    const lines = row.changes.map(([field, before, after]) => element("li", {}, element("bdi", { textContent: field }), ": ", shown(before), " → ", shown(after)));
    return element("details", { className: "changes" }, element("summary", { textContent: `${words.changes} (${lines.length})` }), element("ul", {}, ...lines));
  }

  // What the fields of a row say of themselves need not be said twice, but where there are none: on paper.
  function saidBelow(row) {
    const flaws = Object.values(row.flaws ?? {});
    return isToCorrect && Boolean(row.cells) && flaws.length > 0 && flaws.join(view.joint) === row.error;
  }

  function draw() {
    const found = chosen();
    const size = Number(state.size) || 25;
    const pages = Math.max(1, Math.ceil(found.length / size));
    const page = Math.min(Math.max(1, Number(state.page) || 1), pages);
    state.page = String(page);
    const shown = found.slice((page - 1) * size, page * size);
    $("table").tBodies[0].replaceChildren(...shown.map(drawn));
    $("table").hidden = !shown.length;
    $("found").textContent = shown.length
      ? say(words.found, { from: grouped((page - 1) * size + 1), to: grouped((page - 1) * size + shown.length), all: grouped(found.length), rows: grouped(rows.length) })
      : words.none;
    $("where").textContent = say(words.page, { page: grouped(page), pages: grouped(pages) });
    $("pager").hidden = pages === 1;
    $("before").disabled = page === 1;
    $("after").disabled = page === pages;
    for (const title of $("table").tHead.rows[0].cells) {
      if (title.dataset.key === state.sort) title.setAttribute("aria-sort", state.down ? "descending" : "ascending");
      else title.removeAttribute("aria-sort");
    }
    for (const name of ["q", "status", "code", "size"]) if ($(name).value !== state[name]) $(name).value = state[name];
  }

  function change(changes) {
    state = { ...state, page: "1", ...changes };
    draw();
    toAddress();
  }

  // -- Correcting: {row number: {cells: {column: text}, out: left out}}, kept by the browser alone.

  const KEEP = `import-contacts ${view.run}`;
  const isEdit = (edit) => typeof edit?.cells === "object" && edit.cells !== null && Object.values(edit.cells).every((text) => typeof text === "string");

  // What is kept, and nothing of another shape: storage is off in some browsers, and pages from a disk share it in others.
  function kept() {
    try {
      return Object.fromEntries(Object.entries(JSON.parse(localStorage.getItem(KEEP)) ?? {}).filter(([, edit]) => isEdit(edit)));
    } catch {
      return null;
    }
  }

  function keep() {
    try {
      localStorage.setItem(KEEP, JSON.stringify(edits));
    } catch {
      $("progress").dataset.lost = "true";
    }
  }

  let edits = kept() ?? {};
  // Rows that were merely not sent need no correcting: the run goes on with them.
  const isToCorrect = rows.some((row) => row.cells && (row.status === "invalid" || row.status === "failed"));
  const correctable = isToCorrect ? rows.filter((row) => row.cells) : [];
  const edited = (row) => edits[row.number];
  const value = (row, column) => edited(row)?.cells[column] ?? row.cells[column] ?? "";

  function edit(row, changes) {
    edits = kept() ?? edits; // another tab may have changed other rows
    const { cells, out } = { cells: {}, out: false, ...edited(row), ...changes };
    const changed = Object.fromEntries(Object.entries(cells).filter(([column, text]) => text !== (row.cells[column] ?? "")));
    if (out || Object.keys(changed).length) edits[row.number] = { cells: changed, out };
    else delete edits[row.number];
    keep();
    tell();
  }

  function tell() {
    const touched = correctable.filter((row) => edited(row));
    const out = touched.filter((row) => edited(row).out).length;
    const counts = { corrected: grouped(touched.length - out), out: grouped(out), rest: grouped(correctable.length - touched.length) };
    $("progress").textContent = say(words.progress, counts) + ($("progress").dataset.lost ? ` ${words.lost}` : "");
    $("discard").disabled = !touched.length;
  }

  const titleOf = (column) => view.titles[column] || say(words.column, { letter: letters(column) });
  const letters = (column) => (column < 26 ? "" : letters(Math.floor(column / 26) - 1)) + String.fromCharCode(65 + (column % 26));

  function field(row, column) {
    const id = `cell-${row.number}-${column}`;
    // A line of input would drop the line breaks of a cell.
    const tag = /[\r\n]/.test(row.cells[column] ?? "") ? "textarea" : "input";
    const input = element(tag, { id, value: value(row, column), autocomplete: "off", spellcheck: false, dir: "auto", "aria-describedby": `${id}-says` });
    const says = element("small", { id: `${id}-says` });
    const check = () => {
      const isEdited = value(row, column) !== (row.cells[column] ?? "");
      const flaw = row.flaws?.[column];
      const verdict = !isEdited && flaw ? { state: "bad", words: flaw } : checked(view.fields[column], input.value);
      input.toggleAttribute("data-edited", isEdited);
      input.dataset.state = verdict.state;
      input.setAttribute("aria-invalid", String(verdict.state === "bad"));
      says.textContent = [verdict.words, isEdited ? say(words.was, { value: shortened(row.cells[column] ?? "") }) : ""].filter(Boolean).join(" · ");
    };
    input.addEventListener("input", () => {
      edit(row, { cells: { ...edited(row)?.cells, [column]: input.value } });
      check();
    });
    check();
    const title = column < view.titles.length ? titleOf(column) : say(words.beyond, { letter: letters(column) });
    return element("div", { className: "field" }, element("label", { htmlFor: id }, element("bdi", { textContent: title })), input, says);
  }

  // The cells of a row that is wrong: those that its error is about at once, the others behind a button.
  function editor(row, line) {
    const columns = [...row.cells.keys()];
    const marked = columns.filter((column) => row.flaws?.[column] !== undefined || edited(row)?.cells[column] !== undefined);
    const rest = columns.filter((column) => !marked.includes(column) && !view.reasons.includes(column));
    const first = element("div", { className: "fields" }, ...marked.map((column) => field(row, column)));
    const all = element("div", { className: "fields", id: `all-${row.number}`, hidden: true });
    const more = element("button", { type: "button", className: "plain-button", "aria-expanded": "false", "aria-controls": all.id, textContent: marked.length ? words.more : words.correct });
    more.addEventListener("click", () => {
      if (!all.childElementCount) all.append(...rest.map((column) => field(row, column)));
      all.hidden = !all.hidden;
      more.setAttribute("aria-expanded", String(!all.hidden));
    });
    const out = element("button", { type: "button", className: "plain-button", textContent: words.leaveOut });
    const showOut = () => {
      out.setAttribute("aria-pressed", String(Boolean(edited(row)?.out)));
      line.classList.toggle("out", Boolean(edited(row)?.out));
    };
    out.addEventListener("click", () => {
      edit(row, { out: !edited(row)?.out });
      showOut();
    });
    showOut();
    for (const button of [more, out]) button.append(element("span", { className: "visually-hidden" }, ` ${say(words.ofRow, { row: row.number })}`));
    return [first, all, element("div", { className: "row-tools" }, ...(rest.length ? [more] : []), out)];
  }

  // -- The corrected file: as the errors file, with the changes; cells that would run as a formula are guarded.

  const RUNS_AS_FORMULA = /^'*[=+\-@\t\r\n＝＋－＠]/u;
  const guard = (text) => (RUNS_AS_FORMULA.test(text) && !/^\+[0-9]{2,15}$/.test(text) ? `'${text}` : text);
  const quoted = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const record = (cells) => `${cells.map((text) => quoted(guard(text))).join(",")}\r\n`;

  function correctedFile() {
    const width = view.titles.length;
    const own = (row, from, to) => [...Array(Math.max(0, to - from)).keys()].map((place) => from + place).filter((column) => !view.reasons.includes(column)).map((column) => value(row, column));
    const records = correctable.filter((row) => !edited(row)?.out).map((row) => {
      const reason = edited(row) ? "" : [row.error, row.hint].filter(Boolean).join("; ");
      const beyond = own(row, width, row.cells.length);
      while (beyond.length && !beyond.at(-1)) beyond.pop();
      return record([...own(row, 0, width), reason, ...beyond]);
    });
    const titles = view.titles.filter((_, column) => !view.reasons.includes(column));
    return `\ufeff${record([...titles, view.reasonTitle])}${records.join("")}`;
  }

  function download() {
    const url = URL.createObjectURL(new Blob([correctedFile()], { type: "text/csv;charset=utf-8" }));
    element("a", { href: url, download: view.corrected }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  }

  // -- Controls

  function choices(select, pairs) {
    select.append(...pairs.map(([name, text]) => element("option", { value: name, textContent: text })));
  }

  function counted(key) {
    const counts = new Map();
    for (const row of rows) counts.set(row[key], (counts.get(row[key]) ?? 0) + 1);
    return counts;
  }

  function begin() {
    const [byStatus, byCode] = [counted("status"), counted("code")];
    const wrong = rows.filter(isWrong).length;
    choices($("status"), [["", `${words.all} (${grouped(rows.length)})`], ["attention", `${words.attention} (${grouped(wrong)})`],
      ...view.order.filter((status) => byStatus.has(status)).map((status) => [status, `${view.statuses[status]} (${grouped(byStatus.get(status))})`])]);
    choices($("code"), [["", words.all], ...[...byCode].filter(([code]) => code).sort(([, a], [, b]) => b - a).map(([code, count]) => [code, `${code} (${grouped(count)})`]),
      ...Object.entries(view.kinds).map(([kind, text]) => [kind, `${text} (${grouped(rows.filter((row) => row.kinds.includes(kind)).length)})`])]);
    $("q").addEventListener("input", () => change({ q: $("q").value }));
    for (const name of ["status", "code", "size"]) $(name).addEventListener("change", () => change({ [name]: $(name).value }));
    $("tools").addEventListener("submit", (event) => event.preventDefault());
    for (const title of $("table").tHead.rows[0].cells) {
      const { key } = title.dataset;
      title.firstElementChild.addEventListener("click", () => change({ sort: key, down: state.sort === key && !state.down ? "1" : "" }));
    }
    const turn = (by, other) => {
      change({ page: String(Number(state.page) + by) });
      $("rows").scrollIntoView();
      if (document.activeElement.disabled || document.activeElement === document.body) $(other).focus();
    };
    $("before").addEventListener("click", () => turn(-1, "after"));
    $("after").addEventListener("click", () => turn(1, "before"));
    $("print").addEventListener("click", () => print());
    $("link").addEventListener("click", copyLink);
    $("download").addEventListener("click", download);
    $("discard").addEventListener("click", () => {
      if (!confirm(words.sure)) return;
      edits = {};
      keep();
      tell();
      draw();
    });
    addEventListener("storage", (event) => {
      if (event.key !== KEEP) return;
      edits = kept() ?? edits;
      tell();
      if (!$("table").contains(document.activeElement)) draw();
    });
    addEventListener("hashchange", () => {
      if (!fromAddress()) return;
      draw();
      $("rows").scrollIntoView();
    });
    $("scriptless").hidden = true;
    if (view.forgotten) {
      edits = {};
      keep();
    }
    $("tools").hidden = !rows.length;
    $("correct").hidden = !correctable.length;
    fromAddress();
    tell();
    draw();
    foldAhead();
  }

  async function copyLink() {
    toAddress();
    const told = $("link").textContent;
    try {
      await navigator.clipboard.writeText(location.href);
      $("link").textContent = words.copied;
    } catch {
      prompt(words.copy, location.href);
    }
    setTimeout(() => ($("link").textContent = told), 2000);
  }

  // For tests and the curious.
  globalThis.report = { checked, ready: () => folding === rows.length };
  begin();
})();
