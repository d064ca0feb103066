// The result: corrections as a new import, and the works that look back.
import { ask, attempt } from "./api.js";
import { $ } from "./elements.js";
import { looksBack } from "./looking-back.js";

const { draft } = JSON.parse($("words-result").textContent);
const here = `/drafts/${draft}/result`;

$("correct")?.addEventListener("click", () =>
  attempt(async () => location.assign((await ask("POST", `${here}/correct`)).address), $("correct")),
);

looksBack(here);
