// Which rows the table shows, in which order: what is searched for, filtered by, sorted by. It lives in the address, so
// that a link carries it.
function filterOf(rows, view) {
  const fine = new Set(view.fine);
  const isWrong = (row) => !fine.has(row.status);
  const GROUPS = {
    attention: isWrong,
    remark: (row) => row.kinds.length > 0,
    differs: (row) => row.kinds.includes("differs"),
  };
  const DEFAULTS = { q: "", status: rows.some(isWrong) ? "attention" : "", code: "", file: "", sort: "row", down: "", page: "1", size: "25" };
  let state = { ...DEFAULTS };

  function fromAddress(fragment) {
    const given = new URLSearchParams(fragment.slice(1));
    if (![...given.keys()].some((name) => Object.hasOwn(DEFAULTS, name))) return false;
    // A link to a cause means all of its rows, whatever was chosen before.
    state = { ...DEFAULTS, status: given.has("code") ? "" : DEFAULTS.status };
    for (const [name, value] of given) if (Object.hasOwn(DEFAULTS, name)) state[name] = value;
    return true;
  }

  function address() {
    const told = new URLSearchParams();
    for (const [name, value] of Object.entries(state)) if (value !== DEFAULTS[name]) told.set(name, value);
    if (!told.has("status") && state.code) told.set("status", state.status);
    return `#${told}`;
  }

  function haystack(row) {
    row.folded ??= folded([row.number, row.sheet, row.file, row.name, row.email, row.phone, row.identifier, row.company, row.inbox, row.contactId,
      row.code, view.causes[row.code] ?? "", row.error, row.remark, ...(row.cells ?? []), ...row.changes.flat()].join("\n"));
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
    company: (row) => row.company, inbox: (row) => row.inbox, contact: (row) => row.contactId, remark: (row) => row.remark,
  };
  const collator = new Intl.Collator(undefined, { numeric: true });

  const isIn = (row, name) => (Object.hasOwn(GROUPS, name) ? GROUPS[name](row) : row.status === name);

  function chosen() {
    const parts = folded(state.q).split(/\s+/).filter(Boolean);
    const isWanted = (row) =>
      (!state.status || isIn(row, state.status)) && (!state.code || row.code === state.code || row.kinds.includes(state.code)) && (!state.file || row.file === state.file);
    let kept = rows.filter(isWanted);
    for (const part of parts) kept = kept.filter((row) => haystack(row).includes(part));
    return sorted(kept);
  }

  function sorted(kept) {
    if (state.sort === "row") return state.down ? kept.reverse() : kept;
    const key = Object.hasOwn(KEYS, state.sort) ? KEYS[state.sort] : KEYS.row;
    const order = kept.map((row) => [key(row), row]);
    const compare = typeof order[0]?.[0] === "number" ? (a, b) => a - b : collator.compare;
    // What is empty stands last, whichever way.
    order.sort(([a, one], [b, other]) => (a === "") - (b === "") || (state.down ? compare(b, a) : compare(a, b)) || one.number - other.number);
    return order.map(([, row]) => row);
  }

  return {
    isWrong, isIn, fromAddress, address, chosen, foldAhead,
    state: () => state,
    set: (changes) => (state = { ...state, ...changes }),
    wrong: () => sorted(rows.filter(isWrong)),
    isReady: () => folding === rows.length,
  };
}
