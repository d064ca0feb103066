// The buttons of a run that go on with it: its rows to correct as a new import, or the import itself, begun at once.
import { ask, attempt } from "./api.js";
import { $ } from "./elements.js";

// Makes the buttons of a page work; ``address`` is that of the run.
export function goesOn(address) {
  const leads = (button, to) => button?.addEventListener("click", () => attempt(async () => location.assign((await ask("POST", to)).address), button));
  leads($("correct"), `${address}/correct`);
  for (const button of document.querySelectorAll("[data-begins]")) leads(button, `/drafts/${button.dataset.begins}/import`);
}
