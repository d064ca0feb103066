// The files of an import: how they are read, which are taken and left, and what is still being found out.
import { ask, attempt, confirmed } from "./api.js";
import { $, say } from "./elements.js";
import { again, focusAgain } from "./places.js";

const { draft, reading, remove } = JSON.parse($("words-files").textContent);

for (const field of document.querySelectorAll("[data-reads]"))
  field.addEventListener("change", () =>
    attempt(async () => {
      await ask("PUT", `${draft}/reading`, { [field.dataset.reads]: field.type === "checkbox" ? field.checked : field.value });
      again(field.id);
    }, field),
  );

for (const group of document.querySelectorAll(".sheets"))
  group.addEventListener("change", (event) => {
    const sheets = [...group.querySelectorAll("input:checked")].map((box) => box.value);
    attempt(async () => {
      try {
        await ask("PUT", `${draft}/reading`, { file: group.dataset.file, sheets });
      } catch (error) {
        event.target.checked = !event.target.checked;
        throw error;
      }
      again();
    });
  });

for (const button of document.querySelectorAll("[data-removes-file]"))
  button.addEventListener("click", () =>
    attempt(async () => {
      const name = button.dataset.removesFile;
      if (!(await confirmed(say(remove, { name })))) return;
      await ask("DELETE", `${draft}/files/${encodeURIComponent(name)}`);
      again("choose");
    }, button),
  );

for (const form of document.querySelectorAll("[data-unlocks]"))
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const field = form.querySelector("input");
    attempt(async () => {
      const password = field.value;
      field.value = "";
      field.focus();
      await ask("POST", `${draft}/password`, { file: form.dataset.unlocks, password });
      again();
    }, form.querySelector("button"));
  });

for (const button of document.querySelectorAll("[data-takes]"))
  button.addEventListener("click", () =>
    attempt(async () => {
      await ask("POST", `${draft}/recent`, { key: button.dataset.takes });
      again();
    }, button),
  );

async function follow() {
  if (reading) {
    await ask("GET", `${draft}/looks`);
    return again();
  }
  const open = [...document.querySelectorAll("[data-open]")];
  if (!open.length) return;
  const { rows } = await ask("GET", `${draft}/rows`);
  for (const place of open) {
    const [file, table] = place.dataset.rows.split(".");
    place.textContent = rows[file]?.[table] ?? "?";
  }
}

focusAgain();
attempt(follow);
