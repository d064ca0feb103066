"use strict";
// What every module of the page uses: elements, texts with places, copying. What comes from the data is set as text and
// never as markup.
const $ = (id) => document.getElementById(id);
const say = (text, values = {}) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const grouped = (number) => number.toLocaleString("en-US");
const folded = (text) => text.normalize("NFKC").toLowerCase();
const shortened = (text) => (text.length > 300 ? `${text.slice(0, 300)}…` : text);

function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in made) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

// A text of the data, whichever way it is written.
const given = (text) => element("bdi", { textContent: text });

// Copies a text, and says so on the button for a moment; where the browser does not allow it, shows the text.
async function copy(text, button, words) {
  const label = button.querySelector(".label") ?? button;
  const told = label.textContent;
  try {
    await navigator.clipboard.writeText(text);
    label.textContent = words.copied;
    setTimeout(() => (label.textContent = told), 2000);
  } catch {
    prompt(words.copy, text);
  }
}
