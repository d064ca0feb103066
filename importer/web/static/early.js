// What a quick person chose before the page's scripts had come counts, too: each such field is said to have changed once
// they have, with the value that the page shows.
const FIELDS = "select, input, textarea";
const early = new Set([...document.querySelectorAll(FIELDS)].filter((field) => !isAsSent(field)));

function isAsSent(field) {
  if (field.type === "file") return !field.files.length;
  if (field.type === "checkbox" || field.type === "radio") return field.checked === field.defaultChecked;
  if (field.tagName !== "SELECT") return field.value === field.defaultValue;
  const options = [...field.options];
  return field.selectedIndex === Math.max(options.findLastIndex((option) => option.defaultSelected), Math.min(options.length - 1, 0));
}

const note = ({ target }) => early.add(target);
document.addEventListener("change", note, true);
// It comes when all modules have run.
document.addEventListener("DOMContentLoaded", () => {
  document.removeEventListener("change", note, true);
  for (const field of early)
    if (field.isConnected && !isAsSent(field))
      field.dispatchEvent(new Event("change", { bubbles: true }));
});
