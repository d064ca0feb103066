// One run: what goes on with it, its files written again, and the works that look back at it.
import { announce, ask, attempt } from "./api.js";
import { $ } from "./elements.js";
import { goesOn } from "./going-on.js";
import { looksBack } from "./looking-back.js";

const words = JSON.parse($("words-run").textContent);

$("write").addEventListener("click", () =>
  attempt(async () => {
    announce(words.writing);
    await ask("POST", `${words.here}/files`);
    location.reload();
  }, $("write")),
);

$("status").addEventListener("change", () => $("status").form.submit());

goesOn(words.here);
looksBack(words.here);
