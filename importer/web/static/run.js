// One run: its rows to correct, its files written again, and the works that look back at it.
import { announce, ask, attempt } from "./api.js";
import { $ } from "./elements.js";
import { looksBack } from "./looking-back.js";

const words = JSON.parse($("words-run").textContent);

$("correct")?.addEventListener("click", () =>
  attempt(async () => location.assign((await ask("POST", `${words.here}/correct`)).address), $("correct")),
);

$("write").addEventListener("click", () =>
  attempt(async () => {
    announce(words.writing);
    await ask("POST", `${words.here}/files`);
    location.reload();
  }, $("write")),
);

$("status").addEventListener("change", () => $("status").form.submit());

looksBack(words.here);
