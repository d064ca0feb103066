// The options of an import: each is kept as it is chosen; what is wrong is told at its field.
import { announce, ask, attempt } from "./api.js";
import { $, element, given, say } from "./elements.js";

const words = JSON.parse($("words-options").textContent);
const path = `/drafts/${$("options").dataset.draft}/options`;
const places = Object.fromEntries([...document.querySelectorAll("[data-option]")].map((place) => [place.dataset.option, place]));
let keeping = Promise.resolve();

function valueOf(place) {
  if (place.dataset.kind === "choice") return place.querySelector("input:checked")?.value;
  if (place.dataset.kind === "list") return [...place.querySelectorAll("input:checked")].map((box) => box.value);
  if (place.dataset.kind === "flag") return place.querySelector("input").checked;
  return place.querySelector("input").value;
}

function mark(place, wrong = "") {
  const input = place.querySelector("input");
  place.querySelector(".refused").textContent = wrong;
  input.toggleAttribute("aria-invalid", Boolean(wrong));
}

// Keeps an option; one after the other, so that the last choice is the one that stays.
function keep(place) {
  const name = place.dataset.option;
  keeping = keeping.then(() =>
    attempt(async () => {
      const found = await ask("PUT", path, { [name]: valueOf(place) });
      mark(place, found.errors[name]);
      if (found.errors[name]) return;
      const input = place.querySelector("input");
      if (["text", "number", "country"].includes(place.dataset.kind) && document.activeElement !== input) input.value = found.shown[name];
      place.querySelector(".source")?.remove();
      if (found.phones) showPhones(place, found);
      announce(words.saved);
    }),
  );
  return keeping;
}

function showPhones(place, { country, phones, suggested }) {
  $("suggested").hidden = !suggested;
  $("suggested").dataset.country = suggested;
  $("suggested").textContent = say(words.suggest, { country: suggested });
  $(`about-${place.querySelector("input").id}`).textContent = country;
  $("phones").hidden = !phones.words;
  $("phones-words").textContent = phones.words;
  $("phones-shown").replaceChildren(
    ...phones.shown.map(({ cell, number, problem }) => {
      const from = Object.assign(given(cell), { className: "code" });
      const to = number ? Object.assign(given(number), { className: "code good-word" }) : element("span", { className: "bad-word", textContent: problem });
      return element("li", {}, from, " → ", to);
    }),
  );
}

for (const place of Object.values(places)) place.addEventListener("change", () => keep(place));
$("suggested").addEventListener("click", async (event) => {
  const input = places.country.querySelector("input");
  input.value = event.currentTarget.dataset.country;
  await keep(places.country);
  input.focus();
});
$("options").addEventListener("submit", (event) => event.preventDefault());

$("next")?.addEventListener("click", async (event) => {
  event.preventDefault();
  document.activeElement?.blur(); // what is being typed is a change now
  await keeping;
  const inbox = places.inbox.querySelector("input");
  if (words.needsInbox && !inbox.value.trim()) mark(places.inbox, words.inbox);
  const wrong = document.querySelector("[aria-invalid]");
  if (!wrong) return location.assign(event.target.href);
  wrong.closest("details")?.setAttribute("open", "");
  wrong.focus();
});
