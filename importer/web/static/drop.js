// A place for files: dropped, chosen or fetched, they go to a draft, which begins with the first of them. A file that is refused
// is told of in its line; the others go on.
import { ask, attempt, Gone, Refused, root, send } from "./api.js";
import { $, element, given, say } from "./elements.js";

const place = $("drop");
const words = JSON.parse($("words-drop").textContent);
const KEPT = "refused";
let isSending = false;

async function take(files) {
  if (!files.length) return;
  $("sent").replaceChildren();
  isSending = true;
  try {
    const draft = place.dataset.to ? null : await ask("POST", "/drafts");
    const to = draft ? `/drafts/${draft.id}/files` : place.dataset.to.slice(root.length);
    const refused = [];
    for (const file of files) {
      const problem = await sendOne(to, file);
      if (problem) refused.push(problem);
    }
    isSending = false;
    if (refused.length === files.length && draft) await ask("DELETE", `/drafts/${draft.id}`);
    if (refused.length === 1 && files.length === 1) throw new Refused(refused[0]);
    if (refused.length === files.length) return;
    if (refused.length) sessionStorage.setItem(KEPT, JSON.stringify(refused));
    location.assign(draft?.address ?? location.href);
  } catch (error) {
    $("sent").replaceChildren();
    throw error;
  } finally {
    isSending = false;
    $("choose").value = ""; // so that the same file can be chosen again
  }
}

// Sends a file; returns why it was refused, if it was. Raises Gone.
async function sendOne(to, file) {
  const bar = element("progress", { max: 1, value: 0, ariaLabel: say(words.sending, { name: file.name }) });
  const line = element("li", {}, given(file.name), bar);
  $("sent").append(line);
  try {
    if (file.size > Number(place.dataset.most)) throw new Refused({ message: words.large, hint: words.larger });
    await send(to, file, (share) => (bar.value = share));
    bar.value = 1;
    return undefined;
  } catch (error) {
    const { message, hint } = await why(error);
    line.remove();
    const problem = { name: file.name, message, hint };
    $("sent").append(refusal(problem));
    return problem;
  }
}

// Why a file was not taken. One that the browser cannot read fails as a program does that is gone: one question tells
// which it is. Raises Gone.
async function why(error) {
  if (!(error instanceof Gone)) return error;
  await ask("GET", "/alive");
  return { message: words.unread, hint: words.again };
}

const refusal = ({ name, message, hint }) =>
  element("li", { className: "refused" }, given(name), element("span", { textContent: `: ${[message, hint].filter(Boolean).join(" · ")}` }));

// The files that were dropped: a folder is none, and a browser would send it as an empty one.
function dropped(transfer) {
  const items = [...transfer.items].filter((item) => item.kind === "file");
  const folders = items.map((item) => item.webkitGetAsEntry?.()).filter((entry) => entry?.isDirectory);
  const names = new Set(folders.map((folder) => folder.name));
  $("sent").replaceChildren(...[...names].map((name) => refusal({ name, message: words.folder })));
  return [...transfer.files].filter((file) => !names.has(file.name));
}

$("choose").addEventListener("change", () => attempt(() => take([...$("choose").files]), $("choose")));
place.addEventListener("submit", (event) => event.preventDefault());
// Beside the place, a dropped file would be opened instead of the page.
for (const name of ["dragover", "drop"]) document.addEventListener(name, (event) => event.preventDefault());
document.addEventListener("dragover", () => place.classList.add("over"));
document.addEventListener("dragleave", (event) => event.relatedTarget || place.classList.remove("over"));
document.addEventListener("drop", (event) => {
  place.classList.remove("over");
  const files = dropped(event.dataTransfer);
  attempt(() => take(files), $("choose"));
});
// The file at an address: the program fetches it, for the browser may not read what other sites have.
async function fetchFrom(url) {
  $("fetching").textContent = words.fetching;
  isSending = true;
  try {
    const draft = place.dataset.to ? null : await ask("POST", "/drafts");
    const to = draft ? `/drafts/${draft.id}/files` : place.dataset.to.slice(root.length);
    try {
      await ask("POST", to.replace(/files$/, "address"), { url });
    } catch (error) {
      if (draft) await ask("DELETE", `/drafts/${draft.id}`);
      throw error;
    }
    isSending = false;
    location.assign(draft?.address ?? location.href);
  } finally {
    isSending = false;
    $("fetching").textContent = "";
  }
}

$("address").addEventListener("submit", (event) => {
  event.preventDefault();
  attempt(() => fetchFrom($("url").value), $("fetch"));
});

addEventListener("beforeunload", (event) => isSending && event.preventDefault());

const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "[]");
if (!$("reading")) sessionStorage.removeItem(KEPT); // else the page is loaded anew in a moment
$("sent").replaceChildren(...kept.map(refusal));
