// What is planned is erased, once somebody has said yes to it.
import { announce, ask, attempt, confirmed } from "./api.js";
import { $, element } from "./elements.js";

const words = JSON.parse($("words-forget").textContent);

$("erase")?.addEventListener("click", () =>
  attempt(async () => {
    if (!(await confirmed(words.question))) return;
    announce(words.erasing);
    const { told } = await ask("POST", "/history/forget", words.send);
    $("done").querySelector("ul").replaceChildren(...told.filter((line) => line.trim()).map((line) => element("li", { textContent: line.trim() })));
    $("plan").hidden = true;
    $("done").hidden = false;
    $("done").focus();
  }, $("erase")),
);
