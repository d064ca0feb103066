// The columns of an import: each choice is sent to the program, and the page shows what it makes of it.
import { announce, ask, attempt, Refused, tell } from "./api.js";
import { $, element, say } from "./elements.js";
import { again, focusAgain } from "./places.js";

const words = JSON.parse($("words-columns").textContent);
const rows = () => [...document.querySelectorAll("tr[data-key]")];
let isSound = words.sound;
let sending = Promise.resolve();

// Sends a choice, and shows what comes of it; a refusal is told in the place that it is about. One goes after the other,
// so that the page shows the last of them.
function choose(path, body, place) {
  sending = sending.then(() => chosen(path, body, place));
  return sending;
}

async function chosen(path, body, place) {
  if (place) place.replaceChildren();
  await attempt(async () => {
    try {
      show(await ask("PUT", `${words.draft}${path}`, body));
      announce(words.saved);
    } catch (error) {
      if (!(error instanceof Refused) || !place) throw error;
      refuse(place, error, () => choose(path, { ...body, takes: true }, place));
    }
  });
}

function refuse(place, { message, hint, code }, take) {
  place.append(element("span", { textContent: [message, hint].filter(Boolean).join(" · ") }));
  if (code !== "taken") return;
  const button = element("button", { type: "button", textContent: words.take });
  button.addEventListener("click", take);
  place.append(" ", button);
}

function show({ tables, sound, before }) {
  isSound = sound;
  const shown = document.querySelectorAll("[data-table]");
  if (tables.length !== shown.length) return again(document.activeElement?.id);
  tables.forEach((table, place) => showTable(shown[place], table));
  $("before").hidden = !before;
  if (!before) return;
  $("as-before").dataset.source = before.source;
  $("before-fields").replaceChildren(...before.fields.map(([title, field]) => element("li", { textContent: `${title} → ${field}` })));
}

function showTable(section, { columns, notes, problem, todo, unsure }) {
  const count = section.querySelector(".unsure-count");
  count.textContent = unsure;
  count.hidden = !unsure;
  const place = section.querySelector(".problem");
  place.hidden = !problem;
  place.querySelector(".why").textContent = problem;
  place.querySelector(".todo").textContent = todo;
  place.querySelector(".todo").hidden = !todo;
  const list = section.querySelector("ul.notes");
  list.hidden = !notes.length;
  list.replaceChildren(...notes.map((note) => element("li", { textContent: note })));
  const lines = [...section.querySelectorAll("tr[data-key]")];
  columns.forEach((column, index) => showColumn(lines[index], column));
}

function showColumn(row, column) {
  row.classList.toggle("unused", !column.field);
  row.classList.toggle("unsure", column.unsure);
  const select = row.querySelector("select");
  if (![...select.options].some((option) => option.value === column.field)) {
    const attribute = element("option", { value: column.field, textContent: column.words });
    select.lastElementChild.lastElementChild.before(attribute);
  }
  select.value = column.field;
  row.querySelector(".named").hidden = true;
  row.querySelector(".refused").replaceChildren();
  row.querySelector(".badge").hidden = !column.unsure;
  row.querySelector(".why").textContent = column.why;
  const other = row.querySelector(".other");
  other.hidden = !column.other;
  if (column.other) {
    other.dataset.field = column.other.value;
    other.textContent = say(words.rather, { field: column.other.words });
  }
  row.querySelector(".reset").hidden = !column.is_chosen;
}

for (const row of rows()) {
  const { key } = row.dataset;
  const [select, refused, named] = ["select", ".refused", ".named"].map((what) => row.querySelector(what));
  const name = named.querySelector("input");
  const chooses = (body) => choose("/columns", { key, ...body }, refused);
  select.addEventListener("change", () => {
    const isNamed = select.value === "+";
    named.hidden = !isNamed;
    if (isNamed) name.focus();
    else chooses({ field: select.value });
  });
  named.querySelector("button").addEventListener("click", () => chooses({ attribute: name.value }));
  name.addEventListener("keydown", (event) => event.key === "Enter" && chooses({ attribute: name.value }));
  row.querySelector(".other").addEventListener("click", async (event) => {
    await chooses({ field: event.currentTarget.dataset.field });
    select.focus();
  });
  row.querySelector(".reset").addEventListener("click", async () => {
    await chooses({ field: null });
    select.focus();
  });
}

$("as-before").addEventListener("click", () => choose("/columns/before", { source: $("as-before").dataset.source }));
$("extra").addEventListener("change", () => choose("/columns/extra", { keep: $("extra").checked }));

$("constant-field").addEventListener("change", () => ($("constant-named").hidden = $("constant-field").value !== "+"));
$("constant").addEventListener("submit", async (event) => {
  event.preventDefault();
  const field = $("constant-field").value;
  const wanted = field === "+" ? { attribute: $("constant-name").value } : { field };
  await setConstant({ ...wanted, value: $("constant-value").value });
});
for (const button of document.querySelectorAll("[data-drops]"))
  button.addEventListener("click", () => setConstant({ field: button.dataset.drops, value: null }));

async function setConstant(body) {
  $("constant-refused").replaceChildren();
  await attempt(async () => {
    try {
      await ask("PUT", `${words.draft}/constants`, body);
      again("constant-field");
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      refuse($("constant-refused"), error);
    }
  });
}

// A table that cannot be imported as it stands leads no further.
$("next")?.addEventListener("click", (event) => {
  if (isSound) return;
  event.preventDefault();
  const place = document.querySelector(".problem:not([hidden])");
  tell({ message: words.unsound });
  place?.scrollIntoView({ block: "center" });
});

focusAgain();
