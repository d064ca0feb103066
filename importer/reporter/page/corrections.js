// What was corrected on the page, {row number: {cells: {column: text}, out: left out}}, kept by the browser alone; and
// the file that it makes.
function correctionsOf(rows, view, tell) {
  const KEEP = `import-contacts ${view.run}`;
  // Rows that were merely not sent need no correcting: the run goes on with them.
  const isToCorrect = rows.some((row) => row.cells && (row.status === "invalid" || row.status === "failed"));
  const correctable = isToCorrect ? rows.filter((row) => row.cells) : [];
  const isEdit = (edit) => typeof edit?.cells === "object" && edit.cells !== null && Object.values(edit.cells).every((text) => typeof text === "string");

  // What is kept, and nothing of another shape: storage is off in some browsers, and pages from a disk share it in others.
  function kept() {
    try {
      return Object.fromEntries(Object.entries(JSON.parse(localStorage.getItem(KEEP)) ?? {}).filter(([, edit]) => isEdit(edit)));
    } catch {
      return null;
    }
  }

  let edits = kept() ?? {};
  let isLost = false;
  function keep() {
    try {
      localStorage.setItem(KEEP, JSON.stringify(edits));
    } catch {
      isLost = true;
    }
  }

  const edited = (row) => edits[row.number];
  const original = (row, column) => row.cells[column] ?? "";
  const value = (row, column) => edited(row)?.cells[column] ?? original(row, column);

  function edit(row, changes) {
    edits = kept() ?? edits; // another tab may have changed other rows
    const { cells, out } = { cells: {}, out: false, ...edited(row), ...changes };
    const changed = Object.fromEntries(Object.entries(cells).filter(([column, text]) => text !== original(row, column)));
    if (out || Object.keys(changed).length) edits[row.number] = { cells: changed, out };
    else delete edits[row.number];
    keep();
    tell();
  }

  function discard() {
    edits = {};
    keep();
  }

  function reread() {
    edits = kept() ?? edits;
  }

  function counts() {
    const touched = correctable.filter((row) => edited(row));
    const out = touched.filter((row) => edited(row).out).length;
    return { corrected: touched.length - out, out, rest: correctable.length - touched.length };
  }

  // -- The corrected file: as the errors file, with the changes; cells that would run as a formula are guarded.

  const RUNS_AS_FORMULA = /^'*[=+\-@\t\r\n＝＋－＠]/u;
  const guard = (text) => (RUNS_AS_FORMULA.test(text) && !/^\+[0-9]{2,15}$/.test(text) ? `'${text}` : text);
  const toQuote = ['"', "\r", "\n", ...view.delimiter];
  const quoted = (text) => (toQuote.some((sign) => text.includes(sign)) ? `"${text.replaceAll('"', '""')}"` : text);
  const record = (cells) => `${cells.map((text) => quoted(guard(text))).join(view.delimiter)}\r\n`;

  function file() {
    const width = view.titles.length;
    const own = (row, from, to) => [...Array(Math.max(0, to - from)).keys()].map((place) => from + place).filter((column) => !view.skipped.includes(column)).map((column) => value(row, column));
    const records = correctable.filter((row) => !edited(row)?.out).map((row) => {
      // What was wrong, the last of the importer's own cells, is no longer so where somebody has corrected it.
      const ours = edited(row) ? [...row.ours.slice(0, -1), ""] : row.ours;
      const beyond = own(row, width, row.cells.length);
      while (beyond.length && !beyond.at(-1)) beyond.pop();
      return record([...own(row, 0, width), ...ours, ...beyond]);
    });
    const titles = view.titles.filter((_, column) => !view.skipped.includes(column));
    return `\ufeff${record([...titles, ...view.ours])}${records.join("")}`;
  }

  return {
    key: KEEP, isToCorrect, isPossible: correctable.length > 0, edited, original, value, edit, discard, reread, counts, file,
    isLost: () => isLost,
  };
}
