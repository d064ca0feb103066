// Draws a row: a line of cells, and below it, over the whole width, what happened and the cells to correct.
function rowDrawer(view, corrections) {
  const { words } = view;
  const checked = syntaxOf(view.rules, words);
  const { edited, original, value } = corrections;

  // -- The line of cells

  function cell(key, ...content) {
    const empty = content.every((part) => part === "");
    return element("td", { role: "cell", "data-key": key, "data-label": words[key], className: empty ? "nothing" : "" },
      ...content.map((part) => (typeof part === "string" ? given(part) : part)));
  }

  // What tells where a row comes from, if there are several sheets or files.
  const sourceOf = (row) => [row.sheet, row.file].filter(Boolean);

  const CELLS = {
    row: (row) => {
      const button = element("button", { type: "button", className: "copy", title: words.copyRow }, element("span", { className: "label icon", "aria-hidden": "true" }),
        element("span", { className: "visually-hidden" }, `${words.copyRow} ${say(words.ofRow, { row: row.number })}`));
      button.addEventListener("click", () => copy(details(row), button, { ...words, copied: "✓" }));
      const source = sourceOf(row).map((text) => element("small", { className: "soft" }, given(text)));
      const made = cell("row", element("span", { className: "row-number", textContent: String(row.number) }), button, ...source);
      made.classList.add("number");
      return made;
    },
    status: (row) => cell("status", element("span", { className: "status" },
      element("span", { className: `dot ${row.status}`, "aria-hidden": "true" }), element("span", { textContent: view.statuses[row.status] }))),
    name: (row) => cell("name", shortened(row.name)),
    email: (row) => cell("email", shortened(row.email)),
    phone: (row) => cell("phone", shortened(row.phone)),
    identifier: (row) => cell("identifier", shortened(row.identifier)),
    company: (row) => cell("company", shortened(row.company)),
    inbox: (row) => cell("inbox", row.inbox),
    contact: (row) => cell("contact", row.contactId && view.contactLink ? contactLink(row.contactId) : row.contactId),
    remark: (row) => cell("remark", row.remark),
  };
  const VALUES = { company: "company", inbox: "inbox", contact: "contactId", remark: "remark", identifier: "identifier" };

  // The columns in which one of these rows has something; the first few are always there.
  const columnsOf = (rows) => Object.keys(CELLS).filter((key) => !Object.hasOwn(VALUES, key) || rows.some((row) => row[VALUES[key]]));

  function contactLink(id) {
    const href = view.contactLink.replaceAll("{contact_id}", () => encodeURIComponent(id));
    return element("a", { href, target: "_blank", rel: "noopener noreferrer" }, given(id));
  }

  // A row as lines of text, for whoever is to look into it.
  function details(row) {
    const of = { row: row.sheet ? `${row.number} (${row.sheet})` : String(row.number), status: view.statuses[row.status], contact: row.contactId, ...row };
    const lines = ["file", ...Object.keys(CELLS)].map((key) => [words[key], key === "file" ? `${row.file || view.file} (${view.name})` : of[key]]);
    lines.push([words.why, [row.error, row.code && `(${row.code})`].filter(Boolean).join(" ")], [words.todo, row.hint]);
    for (const [field, before, after] of row.changes) lines.push([field, `${before || words.empty} → ${after || words.empty}`]);
    return lines.filter(([, text]) => text).map(([title, text]) => say(words.pair, { title, text })).join("\n");
  }

  // -- Below it

  // Returns a body of one or two lines; ``onPaper`` nothing can be corrected.
  function drawn(row, keys, onPaper) {
    const body = element("tbody", { role: "rowgroup", id: `row-${sourceOf(row).join("")}${row.number}` },
      element("tr", { role: "row", className: "line" }, ...keys.map((key) => CELLS[key](row))));
    const isEditable = row.cells && corrections.isToCorrect && !onPaper;
    const below = [...happened(row, isEditable), ...(isEditable ? editor(row, body) : [])];
    if (below.length) body.append(element("tr", { role: "row", className: "below" }, element("td", { role: "cell", colSpan: keys.length, className: "what" }, ...below)));
    return body;
  }

  function happened(row, isEditable) {
    const found = [];
    if (row.error && !(isEditable && saidBelow(row))) {
      const code = row.code ? [" ", element("small", { className: "soft code", textContent: row.code })] : [];
      found.push(element("p", { className: "error" }, given(row.error), ...code));
    }
    if (row.hint) found.push(element("p", { className: "todo" }, given(row.hint)));
    if (row.changes.length) found.push(changed(row));
    return found;
  }

  // What the run changed in a contact that was there before: field, before, after.
  function changed(row) {
    const shown = (text) => (text ? element("code", {}, given(shortened(text))) : element("span", { className: "soft", textContent: words.empty }));
    const lines = row.changes.map(([field, before, after]) => element("li", {}, given(field), ": ", shown(before), " → ", shown(after)));
    return element("details", { className: "changes" }, element("summary", { textContent: `${words.changes} (${lines.length})` }), element("ul", {}, ...lines));
  }

  // What the fields of a row say of themselves need not be said twice.
  function saidBelow(row) {
    const flaws = Object.values(row.flaws ?? {});
    return flaws.length > 0 && flaws.join(view.joint) === row.error;
  }

  // -- Its cells to correct

  const letters = (column) => (column < 26 ? "" : letters(Math.floor(column / 26) - 1)) + String.fromCharCode(65 + (column % 26));
  const isPersonal = (column) => view.people.includes(view.fields[column]);

  // Whether a cell tells of a person; of a row that tells of nobody, only what somebody has typed.
  const tells = (row, column) =>
    isPersonal(column) && (row.code !== "empty_row" || edited(row)?.cells[column] !== undefined) && !checked.isNothing(value(row, column));
  // Who is nobody by all cells, and was taken all the same, is somebody by an option.
  const wasSomebody = (row) => row.cells.some((text, column) => isPersonal(column) && !checked.isNothing(text));
  const isNobody = (row) => !row.cells.some((_, column) => tells(row, column)) && (row.code === "empty_row" || wasSomebody(row));

  function titleOf(column) {
    if (column >= view.titles.length) return say(words.beyond, { letter: letters(column) });
    return view.titles[column] || say(words.column, { letter: letters(column) });
  }

  // What a cell says: as long as it is as it was, its error; else by the rules.
  function verdictOf(row, column) {
    const text = value(row, column);
    const isEdited = text !== original(row, column);
    if (isPersonal(column) && isNobody(row)) return { state: "bad", words: words.nobody };
    if (row.code === "empty_row" && !isEdited) return { state: "", words: "" };
    const flaw = row.flaws?.[column];
    if (!isEdited && flaw) return { state: "bad", words: flaw };
    return isEdited || text ? checked(view.fields[column], text) : { state: "", words: "" };
  }

  function field(row, column, checks) {
    const id = `cell-${row.number}-${column}`;
    // A line of input would drop the line breaks of a cell.
    const tag = /[\r\n]/.test(original(row, column)) ? "textarea" : "input";
    const input = element(tag, { id, value: value(row, column), autocomplete: "off", spellcheck: false, dir: "auto", "aria-describedby": `${id}-says` });
    const says = element("small", { id: `${id}-says` });
    checks.push(() => {
      const isEdited = value(row, column) !== original(row, column);
      const verdict = verdictOf(row, column);
      input.toggleAttribute("data-edited", isEdited);
      input.dataset.state = verdict.state;
      input.setAttribute("aria-invalid", String(verdict.state === "bad"));
      says.textContent = [verdict.words, isEdited ? say(words.was, { value: shortened(original(row, column)) }) : ""].filter(Boolean).join(" · ");
    });
    input.addEventListener("input", () => {
      corrections.edit(row, { cells: { ...edited(row)?.cells, [column]: input.value } });
      for (const check of checks) check();
    });
    checks.at(-1)();
    return element("div", { className: "field" }, element("label", { htmlFor: id }, given(titleOf(column))), input, says);
  }

  // The cells of a row that is wrong: those that its error is about at once, the others behind a button.
  function editor(row, body) {
    const columns = [...row.cells.keys()].filter((column) => !view.skipped.includes(column));
    const nobody = isNobody(row);
    const isMarked = (column) => row.flaws?.[column] !== undefined || edited(row)?.cells[column] !== undefined || (nobody && isPersonal(column));
    const marked = columns.filter(isMarked);
    const rest = columns.filter((column) => !isMarked(column));
    const checks = []; // one cell may decide about another
    const first = element("div", { className: "fields" }, ...marked.map((column) => field(row, column, checks)));
    const all = element("div", { className: "fields", id: `all-${row.number}`, hidden: true });
    const more = element("button", { type: "button", className: "plain-button", "aria-expanded": "false", "aria-controls": all.id, textContent: marked.length ? words.more : words.correct });
    more.addEventListener("click", () => {
      if (!all.childElementCount) all.append(...rest.map((column) => field(row, column, checks)));
      all.hidden = !all.hidden;
      more.setAttribute("aria-expanded", String(!all.hidden));
    });
    const out = outButton(row, body);
    for (const button of [more, out]) button.append(element("span", { className: "visually-hidden" }, ` ${say(words.ofRow, { row: row.number })}`));
    return [first, all, element("div", { className: "row-tools" }, ...(rest.length ? [more] : []), out)];
  }

  function outButton(row, body) {
    const out = element("button", { type: "button", className: "plain-button", textContent: words.leaveOut });
    const show = () => {
      out.setAttribute("aria-pressed", String(Boolean(edited(row)?.out)));
      body.classList.toggle("out", Boolean(edited(row)?.out));
    };
    out.addEventListener("click", () => {
      corrections.edit(row, { out: !edited(row)?.out });
      show();
    });
    show();
    return out;
  }

  return { drawn, columnsOf, checked };
}
