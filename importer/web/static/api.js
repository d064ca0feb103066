// Requests to the program. A change carries the page's token; what goes wrong is told in place.
import { $, element } from "./elements.js";

const meta = (name) => document.querySelector(`meta[name=${name}]`).content;
export const root = meta("root");
export const words = JSON.parse($("words").textContent);
const TOKEN = { "X-Page-Token": meta("token") };

// The way that the user goes is not ours to cross: a page that is being left is not loaded anew, however long the next
// one takes. (A link with ``download`` leaves nothing.) After a while the user has stayed.
const LEAVES_MS = 120_000;
let left = -LEAVES_MS;
addEventListener("beforeunload", () => (left = performance.now()));

// Resolves as soon as the user is not about to leave the page.
export const staying = () => new Promise((resolve) => setTimeout(resolve, left + LEAVES_MS - performance.now()));

// What the program answered that is no success: its words, what to do, and its code for the script of a page.
export class Refused extends Error {
  constructor({ message, hint, code }) {
    super(message);
    Object.assign(this, { code, hint });
  }
}

// The program cannot be reached.
export class Gone extends Error {
  constructor() {
    super(words.gone);
  }
}

// Asks the program at an address below the root, and returns the JSON of its answer; ``body`` goes as JSON.
// With ``keepalive`` a small one goes also when the page is closed.
// Raises Refused, Gone.
export async function ask(method, path, body, { signal, keepalive } = {}) {
  const headers = { Accept: "application/json", ...TOKEN };
  const options = { method, signal, headers, keepalive };
  if (body !== undefined) Object.assign(options, { body: JSON.stringify(body) }, { headers: { ...headers, "Content-Type": "application/json" } });
  try {
    const response = await fetch(path.startsWith(root) ? path : root + path, options);
    return answered(response.status, await response.text());
  } catch (error) {
    throw error instanceof Refused || error.name === "AbortError" ? error : new Gone();
  }
}

// Sends a file, and tells of the share that is sent, from 0 to 1. Returns the JSON of the answer. Raises Refused, Gone.
export function send(path, file, sent = () => {}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(); // fetch tells nothing of what it has sent
    request.open("POST", root + path);
    const headers = { ...TOKEN, "X-File-Name": encodeURIComponent(file.name.toWellFormed?.() ?? file.name), "Content-Type": "application/octet-stream" };
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", (event) => event.lengthComputable && sent(event.loaded / event.total));
    request.addEventListener("error", () => reject(new Gone()));
    request.addEventListener("load", () => {
      try {
        resolve(answered(request.status, request.responseText));
      } catch (error) {
        reject(error);
      }
    });
    request.send(file);
  });
}

// Raises Refused for what is no success. Without JSON it is the answer that strangers get: the session is of a process
// that has ended.
function answered(status, text) {
  let found;
  try {
    found = JSON.parse(text);
  } catch {
    throw new Refused(status === 404 ? { message: words.gone, code: "gone" } : { message: words.odd, code: "odd" });
  }
  if (status >= 400) throw new Refused(found.error ?? { message: words.odd, code: "odd" });
  return found;
}

// A message of the program as a sentence.
function sentence(text) {
  const begun = /^import-contacts/.test(text) ? text : text[0].toUpperCase() + text.slice(1);
  if (/[.!?。！？]$/.test(begun)) return begun;
  return begun + (document.documentElement.lang.startsWith("zh") ? "。" : ".");
}

// Tells what went wrong at the head of the page, and brings it into sight.
export function tell({ message, hint }, isToReload = false) {
  const parts = [element("p", { textContent: sentence(message) })];
  if (hint) parts.push(element("p", { className: "todo", textContent: sentence(hint) }));
  if (isToReload) {
    const button = element("button", { type: "button", textContent: words.reload });
    button.addEventListener("click", () => location.reload());
    parts.push(button);
  }
  $("notice").replaceChildren(...parts);
  $("notice").hidden = false;
  $("notice").scrollIntoView({ block: "nearest" });
}

// Does something that may fail, and tells of the failure in place; ``button`` is not to be pressed again meanwhile.
// Returns what the work returned, ``undefined`` if it failed.
export async function attempt(work, button) {
  $("notice").hidden = true;
  if (button) button.disabled = true;
  try {
    return await work();
  } catch (error) {
    const isOurs = error instanceof Refused || error instanceof Gone;
    if (!isOurs) console.error(error);
    tell(isOurs ? error : { message: words.odd }, !(error instanceof Refused) || error.code === "gone");
  } finally {
    if (button) button.disabled = false;
  }
}

// Tells something that a screen reader says.
export function announce(text) {
  $("said").textContent = text;
}

// Asks a question; whether the answer is yes.
export function confirmed(question) {
  const dialog = $("ask");
  $("asked").textContent = question;
  dialog.returnValue = "no";
  dialog.showModal();
  dialog.querySelector("[value=no]").focus(); // an attribute would ask for it when the page is loaded, too
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }));
}
