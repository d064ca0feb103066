// The page: the table of rows with its controls, and the place for corrections.
(() => {
  const view = JSON.parse($("view").textContent);
  const { words } = view;
  const rows = JSON.parse($("data").textContent).map(
    ([number, status, contactId, code, error, hint, name, email, phone, identifier, cells, flaws, kinds, sheet, changes, company, inbox, remark, ours, file]) => ({
      number, status, contactId, code, error, hint, name, email, phone, identifier, cells, flaws, kinds: kinds ?? [], sheet: sheet ?? "",
      changes: changes ?? [], company, inbox, remark, ours, file: file ?? "",
    }),
  );
  const filter = filterOf(rows, view);
  const corrections = correctionsOf(rows, view, tell);
  const drawer = rowDrawer(view, corrections);
  const MOST_ON_PAPER = 5000;
  const SELECTS = ["status", "code", "file", "size"].filter((name) => $(name));

  // -- Drawing

  // Shows some of the rows that were found, with the columns in which one of these has something.
  function show(shown, found, onPaper = false) {
    const table = $("table");
    const keys = drawer.columnsOf(found);
    for (const title of table.tHead.rows[0].cells) title.hidden = !keys.includes(title.dataset.key);
    for (const body of [...table.tBodies]) body.remove();
    table.append(...shown.map((row) => drawer.drawn(row, keys, onPaper)));
    table.hidden = !shown.length;
  }

  function draw() {
    const { state, found, size } = { state: filter.state(), found: filter.chosen(), size: Number(filter.state().size) || 25 };
    const pages = Math.max(1, Math.ceil(found.length / size));
    const page = Math.min(Math.max(1, Number(state.page) || 1), pages);
    filter.set({ page: String(page) });
    const shown = found.slice((page - 1) * size, page * size);
    show(shown, found);
    const numbers = { from: grouped((page - 1) * size + 1), to: grouped((page - 1) * size + shown.length), all: grouped(found.length), rows: grouped(rows.length) };
    $("found").textContent = shown.length ? say(words.found, numbers) : words.none;
    tellWhyNobody(!shown.length);
    $("where").textContent = say(words.page, { page: grouped(page), pages: grouped(pages) });
    $("pager").hidden = pages === 1;
    $("before").disabled = page === 1;
    $("after").disabled = page === pages;
    for (const title of $("table").tHead.rows[0].cells) {
      if (title.dataset.key === state.sort) title.setAttribute("aria-sort", state.down ? "descending" : "ascending");
      else title.removeAttribute("aria-sort");
    }
    for (const name of ["q", ...SELECTS]) if ($(name).value !== state[name]) $(name).value = state[name];
  }

  // A long run has rows that are not on this page: who is sought may be among them.
  function tellWhyNobody(isNobody) {
    const text = filter.state().q.replace(/["$`\\!%]/g, " ").trim();
    $("elsewhere").hidden = !isNobody || !view.left || !text;
    if ($("elsewhere").hidden || !view.find) return;
    $("find").textContent = `${view.find} ${text.startsWith("-") ? "-- " : ""}"${text}"`;
  }

  function change(changes) {
    filter.set({ page: "1", ...changes });
    draw();
    history.replaceState(null, "", filter.address());
  }

  function tell() {
    const counts = corrections.counts();
    const told = Object.fromEntries(Object.entries(counts).map(([name, number]) => [name, grouped(number)]));
    $("progress").textContent = say(words.progress, told) + (corrections.isLost() ? ` ${words.lost}` : "");
    $("discard").disabled = !(counts.corrected + counts.out);
  }

  function download() {
    const url = URL.createObjectURL(new Blob([corrections.file()], { type: "text/csv;charset=utf-8" }));
    element("a", { href: url, download: view.corrected }).click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  }

  // A path on this disk is of no use to a colleague: there the link begins with the folder of the run.
  function copyLink() {
    const address = filter.address();
    const isOnDisk = location.protocol === "file:";
    const path = isOnDisk ? location.pathname.split("/").slice(-2).map(decodeURIComponent).join("/") : location.href.split("#")[0];
    copy(`${path}${address}`, $("link"), words);
  }

  // -- On paper: every row that needs attention, whatever is on the screen.

  let isPaper = false;
  function paper(now) {
    if (now === isPaper) return;
    isPaper = now;
    const wrong = isPaper ? filter.wrong() : [];
    if (!isPaper) draw();
    if (!wrong.length) return;
    const shown = wrong.slice(0, MOST_ON_PAPER);
    show(shown, shown, true);
    $("found").textContent = say(shown.length < wrong.length ? words.printedSome : words.printed, { shown: grouped(shown.length), all: grouped(wrong.length) });
  }

  // -- Controls

  function choices(select, pairs) {
    select.append(...pairs.filter(([, , count]) => count !== 0).map(([name, text, count]) =>
      element("option", { value: name, textContent: count === undefined ? text : `${text} (${grouped(count)})` })));
  }

  const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
  const countOf = (isWanted) => rows.filter(isWanted).length;

  function fillChoices() {
    const groups = Object.entries({ attention: words.attention, remark: words.remarked, differs: words.differs })
      .map(([name, text]) => [name, text, countOf((row) => filter.isIn(row, name))]);
    const statuses = view.order.map((status) => [status, view.statuses[status], countOf((row) => row.status === status)]);
    choices($("status"), [["", words.all, rows.length], ...groups, ...statuses]);
    const byCount = ([, , a], [, , b]) => b - a;
    const causes = Object.entries(view.causes).map(([code, text]) => [code, capital(text), countOf((row) => row.code === code)]).sort(byCount);
    const kinds = Object.entries(view.kinds).map(([kind, text]) => [kind, capital(text), countOf((row) => row.kinds.includes(kind))]);
    choices($("code"), [["", words.all], ...causes, ...kinds]);
    if ($("file")) choices($("file"), [["", words.all], ...view.files.map((name) => [name, name, countOf((row) => row.file === name)])]);
  }

  function listen() {
    $("q").addEventListener("input", () => change({ q: $("q").value }));
    for (const name of SELECTS) $(name).addEventListener("change", () => change({ [name]: $(name).value }));
    $("tools").addEventListener("submit", (event) => event.preventDefault());
    for (const title of $("table").tHead.rows[0].cells) {
      const { key } = title.dataset;
      title.firstElementChild.addEventListener("click", () => change({ sort: key, down: filter.state().sort === key && !filter.state().down ? "1" : "" }));
    }
    $("before").addEventListener("click", () => turn(-1, "after"));
    $("after").addEventListener("click", () => turn(1, "before"));
    $("print").addEventListener("click", () => print());
    $("link").addEventListener("click", copyLink);
    $("download").addEventListener("click", download);
    for (const button of document.querySelectorAll("[data-copies]")) {
      button.hidden = false;
      button.addEventListener("click", () => copy($(button.dataset.copies).textContent, button, words));
    }
    $("discard").addEventListener("click", () => {
      if (!confirm(words.sure)) return;
      corrections.discard();
      tell();
      draw();
    });
    addEventListener("storage", (event) => {
      if (event.key !== corrections.key) return;
      corrections.reread();
      tell();
      if (!$("table").contains(document.activeElement)) draw();
    });
    addEventListener("hashchange", () => {
      if (!filter.fromAddress(location.hash)) return;
      draw();
      $("rows").scrollIntoView();
    });
    // Browsers tell of it in either way, or in both.
    addEventListener("beforeprint", () => paper(true));
    addEventListener("afterprint", () => paper(false));
    matchMedia("print").addEventListener("change", ({ matches }) => paper(matches));
  }

  function turn(by, other) {
    change({ page: String(Number(filter.state().page) + by) });
    $("rows").scrollIntoView();
    if (document.activeElement.disabled || document.activeElement === document.body) $(other).focus();
  }

  fillChoices();
  listen();
  $("scriptless").hidden = true;
  if (view.forgotten) corrections.discard();
  $("tools").hidden = !rows.length;
  $("correct").hidden = !corrections.isPossible;
  filter.fromAddress(location.hash);
  tell();
  draw();
  filter.foldAhead();

  // For tests and the curious.
  globalThis.report = { checked: drawer.checked, ready: filter.isReady };
})();
