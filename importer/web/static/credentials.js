// Credentials: typed here, sent once, tested, and cleared from the page.
import { announce, ask, attempt } from "./api.js";
import { $ } from "./elements.js";

const words = JSON.parse($("words-credentials").textContent);

$("enter").addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(async () => {
    announce(words.testing);
    await ask("POST", "/credentials", { api_key: $("api_key").value, api_secret: $("api_secret").value, keep: Boolean($("keep")?.checked) });
    $("enter").reset();
    if (words.then) location.assign(words.then);
    else location.reload();
  }, $("use"));
});

$("test")?.addEventListener("click", () =>
  attempt(async () => {
    $("tested").textContent = words.testing;
    try {
      await ask("POST", "/credentials/test");
      $("tested").textContent = words.taken;
    } catch (error) {
      $("tested").textContent = "";
      throw error;
    }
  }, $("test")),
);

$("forget")?.addEventListener("click", () =>
  attempt(async () => {
    await ask("DELETE", "/credentials");
    location.reload();
  }, $("forget")),
);
