// The list of runs: two are compared, any are forgotten.
import { tell } from "./api.js";
import { $ } from "./elements.js";

const words = JSON.parse($("words-history").textContent);

$("chosen")?.addEventListener("submit", (event) => {
  const number = $("chosen").querySelectorAll("[name=run]:checked").length;
  const isToCompare = event.submitter?.id !== "forget";
  if (isToCompare ? number === 2 : number > 0) return;
  event.preventDefault();
  tell({ message: isToCompare ? words.two : words.one });
});
