// What every page has at its edges: the language, the end, and a word if the program is gone.
import { ask, attempt, confirmed, tell, words } from "./api.js";
import { $, element } from "./elements.js";

const LOOK_EVERY_MS = 5_000;
let isEnding = false;
let isGone = false;

$("language").addEventListener("change", () =>
  attempt(async () => {
    await ask("PUT", "/language", { language: $("language").value });
    location.reload();
  }),
);

$("end").addEventListener("click", () =>
  attempt(async () => {
    const { working } = await ask("GET", "/alive");
    if (!(await confirmed(working ? words.endWorking : words.end))) return;
    await ask("POST", "/stop");
    isEnding = true;
    if (working) tell({ message: words.ending });
    else over();
  }, $("end")),
);

// The program has ended on this page's word: nothing on it works any more.
function over() {
  clearInterval(looking);
  // What scripts of the page still say goes to places that nobody sees.
  const unseen = element("div", { hidden: true }, $("notice"), $("said"), $("ask"));
  $("page").replaceChildren(element("main", {}, element("h1", { textContent: words.ended })), unseen);
}

// Says that the program is gone, and takes it back when it can be reached again.
async function look() {
  if (document.hidden) return;
  try {
    await ask("GET", "/alive");
    if (isGone) $("notice").hidden = true;
    isGone = false;
  } catch {
    if (isEnding) return over();
    if (!isGone) tell({ message: words.gone }, true);
    isGone = true;
  }
}

const looking = setInterval(look, LOOK_EVERY_MS);
document.addEventListener("visibilitychange", look);
