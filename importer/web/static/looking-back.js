// The buttons that read a run back or undo it, with what the work says and asks.
import { ask, attempt, confirmed } from "./api.js";
import { $ } from "./elements.js";
import { follow, reply } from "./live.js";

const BUTTONS = { verify: ["verify"], undo: ["undo"], "undo-untold": ["undo", { remove_untold: true }] };

// Makes the buttons of a page work; ``address`` is that of the run, below which each work has its own.
export function looksBack(address) {
  for (const [button, [purpose, wish]] of Object.entries(BUTTONS))
    $(button)?.addEventListener("click", () => attempt(async () => watch((await ask("POST", `${address}/${purpose}`, wish)).job), $(button)));
  if ($("again")?.dataset.job) watch($("again").dataset.job);
}

function watch(job) {
  $("working").hidden = false;
  for (const button of Object.keys(BUTTONS).map($).filter(Boolean)) setTimeout(() => (button.disabled = true)); // behind what attempt does
  const over = () => location.reload();
  follow(
    job,
    (event) => {
      if (event.kind === "question") confirmed(event.told).then((agreed) => attempt(() => reply(job, event.id, agreed)));
      else if (event.told) $("working").textContent = event.told;
    },
    over,
    over,
  );
}
