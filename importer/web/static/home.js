// The lists of imports that were cut off, of those that wait for somebody and of the newest runs; the sample.
import { ask, attempt, confirmed } from "./api.js";
import { $, element, given } from "./elements.js";

const words = JSON.parse($("words-home").textContent);

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-removes]");
  if (!button) return;
  attempt(async () => {
    if (!(await confirmed(words.remove))) return;
    await ask("DELETE", `/drafts/${button.dataset.removes}`);
    button.closest("li").remove();
    hideEmpty($("go-on"));
    $("choose").focus();
  }, button);
});

$("demo").addEventListener("click", () => attempt(async () => location.assign((await ask("POST", "/demo")).address), $("demo")));

// One line of the list: the file, when, and how it stands.
const line = ({ address, file, when, rows, state, tone }) =>
  element(
    "li",
    {},
    element("a", { href: address }, given(file)),
    element("span", { className: "soft" }, given(`${when} · ${rows}`), " · ", element("span", { className: `tone ${tone}`, textContent: state })),
  );

const offer = ({ told, address }, place) =>
  element("li", {}, element("span", { textContent: told }), element("a", { className: place ? "button" : "button main", href: address, textContent: words.goOn }));

// An import that has runs already, and waits for somebody all the same.
const waiting = ({ draft, names, told, when, address }) => {
  const button = element("button", { type: "button", className: "plain-button" }, words.removes, element("span", { className: "visually-hidden", textContent: ` ${names} ${when}` }));
  button.dataset.removes = draft;
  return element("li", {}, element("a", { href: address }, given(names)), element("span", { className: "soft", textContent: `${told} · ${when}` }), button);
};

attempt(async () => {
  const { known, cut_off: cutOff, waiting: others, runs } = await ask("GET", "/recent");
  for (const draft of known) $("go-on").querySelector(`[data-draft="${draft}"]`)?.remove(); // the ledger knows better how it stands
  fill($("cut-off"), cutOff.map(offer));
  fill($("go-on"), others.map(waiting));
  fill($("recent"), runs.map(line));
});

function fill(section, lines) {
  section.querySelector("ul").append(...lines);
  hideEmpty(section);
}

function hideEmpty(section) {
  section.hidden = !section.querySelector("li");
}
