// Ten rows to try: sent, looked at, and taken back if they are not right.
import { ask, attempt } from "./api.js";
import { $ } from "./elements.js";
import { watch } from "./job.js";

const { draft } = JSON.parse($("words-try").textContent);
const here = `/drafts/${draft}/try`;

const begin = (address, button, wish) =>
  attempt(async () => {
    const { job } = await ask("POST", address, wish);
    for (const part of document.querySelectorAll("main > section.card:not(#live), .ways .tools")) part.hidden = true;
    watch(job, () => location.reload());
    $("live").scrollIntoView({ block: "nearest" });
  }, button);

$("try")?.addEventListener("click", () => begin(here, $("try")));
$("undo")?.addEventListener("click", () => begin(`${here}/undo`, $("undo")));
$("undo-untold")?.addEventListener("click", () => begin(`${here}/undo`, $("undo-untold"), { remove_untold: true }));
if ($("live").dataset.job) watch($("live").dataset.job, () => location.reload());
