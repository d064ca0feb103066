// The check: begins by itself where it is due, and again where something was corrected.
import { ask, attempt, confirmed, tell } from "./api.js";
import { saved } from "./editor.js";
import { $ } from "./elements.js";
import { watch } from "./job.js";
import { plan } from "./plan.js";
import { rows } from "./rows.js";

const words = JSON.parse($("words-check").textContent);
const here = `/drafts/${words.draft}`;
const CHECKED = "checked"; // the page that is shown anew, whose button has gone with the focus
let isChanged = false;

// Checks, and then shows the page anew, or goes on to another.
async function check(then = "") {
  const { job } = await ask("POST", `${here}/check`);
  for (const part of document.querySelectorAll("main > section.card:not(#live)")) part.hidden = true;
  sessionStorage.setItem(CHECKED, then ? "" : here);
  watch(job, () => (then ? location.assign(then) : location.reload()));
  $("live").scrollIntoView({ block: "nearest" });
}

// What is corrected by now, in words.
function changed(told) {
  isChanged = true;
  $("corrections").textContent = told;
  $("corrections").hidden = $("discard").hidden = !told;
  $("again").classList.add("main");
}

for (const button of document.querySelectorAll("[data-checks]"))
  button.addEventListener("click", () =>
    attempt(async () => {
      await saved();
      await check();
    }, button),
  );

for (const button of document.querySelectorAll("[data-remedies]"))
  button.addEventListener("click", () =>
    attempt(async () => {
      const select = button.parentElement.querySelector("select");
      if (select && !select.value) {
        select.focus();
        return tell({ message: words.chooseCountry });
      }
      await ask("POST", `${here}/check/remedy`, { code: button.dataset.remedies, place: Number(button.dataset.place), value: select?.value ?? "" });
      await check();
    }, button),
  );

for (const button of document.querySelectorAll("[data-leaves-out]"))
  button.addEventListener("click", () =>
    attempt(async () => {
      if (!(await confirmed(words.leaveAll))) return;
      await ask("POST", `${here}/check/leave-out`, { code: button.dataset.leavesOut });
      await check();
    }, button),
  );

$("discard")?.addEventListener("click", () =>
  attempt(async () => {
    if (!(await confirmed(words.discard))) return;
    await ask("DELETE", `${here}/check/corrections`);
    await check();
  }, $("discard")),
);

// What was corrected is checked as a whole before anybody goes on.
$("next")?.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || !words.hasRows) return;
  event.preventDefault();
  attempt(async () => {
    if ((await saved()) || isChanged) await check(words.next);
    else location.assign(words.next);
  });
});

if (words.hasRows) {
  if (sessionStorage.getItem(CHECKED) === here) $("verdict").focus({ preventScroll: true });
  sessionStorage.removeItem(CHECKED);
  rows(words, here, changed);
  plan(words, here);
}
if ($("live").dataset.job) watch($("live").dataset.job, () => location.reload());
else if (words.busy) watch(words.busy, () => location.reload());
else if (words.isDue) attempt(() => check());
