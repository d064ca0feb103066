// The import: begun by a button, followed live. Closing the page does it no harm.
import { announce, ask, attempt, confirmed, root, tell } from "./api.js";
import { $, element, given, grouped, say } from "./elements.js";
import { cancel, follow, reply } from "./live.js";

const words = JSON.parse($("words-import").textContent);
const here = `/drafts/${words.draft}`;
const ROWS_EVERY_MS = 2_000;
let known = { done: 0, all: 0 };

$("import")?.addEventListener("click", () =>
  attempt(async () => {
    const { address } = await ask("POST", `${here}/import`);
    location.assign(address);
    location.reload();
  }, $("import")),
);

const live = $("live");
if (live) begin(live.dataset.job);

function begin(job) {
  let stage = "";
  let newest;
  let isStopping = false;
  const looking = setInterval(lookAgain, ROWS_EVERY_MS);
  lookAgain();

  async function lookAgain() {
    await look();
    if (newest) $("pace").textContent = pace(newest);
  }

  function said(event) {
    if (event.kind === "progress") {
      if (isStopping) return;
      if (event.stage !== stage) announce((stage = event.stage) && words[stage]);
      $("stage").textContent = words[stage];
      $("pace").textContent = pace((newest = event));
      $("pause").hidden = true;
      Object.assign($("progress"), event.total ? { max: event.total, value: event.done } : {});
      if (!event.total) $("progress").removeAttribute("value");
    } else if (event.kind === "say") {
      newest = newest && { ...newest, seconds: 0 }; // the time left is none while it waits
      if (newest) $("pace").textContent = pace(newest);
      $("pause").textContent = event.told;
      $("pause").hidden = stage !== "send";
    } else if (event.kind === "warn" || event.kind === "fail") {
      warn(event);
    } else if (event.kind === "question") {
      confirmed(event.told).then((agreed) => attempt(() => reply(job, event.id, agreed)));
    } else if (event.kind === "state" && event.state === "stopping") {
      isStopping = true; // what is left unsent would count as done
      newest = undefined;
      $("pace").textContent = "";
      $("progress").removeAttribute("value");
      $("stage").textContent = words.stopping;
      $("stop").disabled = true;
    }
  }

  const ended = () =>
    attempt(async () => {
      clearInterval(looking);
      const { state } = await ask("GET", `/jobs/${job}`);
      if (state === "done") location.assign(`${root}${here}/result`);
      else location.reload();
    });

  const lost = () => {
    clearInterval(looking);
    $("live").hidden = true;
    tell({ message: words.lost }, true);
  };

  follow(job, said, ended, lost);
  $("stop").addEventListener("click", () =>
    attempt(async () => {
      if (await confirmed(words.stop)) await cancel(job);
    }, $("stop")),
  );
}

function pace({ stage, done, total, seconds }) {
  if (!total) return stage === "check" ? say(words.checked, { done: grouped(done) }) : "";
  const rate = seconds > 0 ? done / seconds : 0;
  const told = say(words.of, { ...standing(stage, done, total), rate: grouped(Math.round(rate)) });
  if (!rate || done >= total) return told;
  const left = (total - done) / rate;
  const time = left < 60 ? say(words.seconds, { left: Math.max(1, Math.round(left)) }) : say(words.minutes, { left: Math.round(left / 60) });
  return `${told} · ${time}`;
}

// While rows are sent, those that were done without it count too, so that the line agrees with the counts below it.
function standing(stage, done, total) {
  const [shown, all] = stage === "send" && known.all >= total ? [known.done, known.all] : [done, total];
  return { done: grouped(shown), total: grouped(all) };
}

function warn({ told, hint }) {
  const line = element("li", {}, given(told));
  if (hint) line.append(element("p", { className: "todo", textContent: hint }));
  $("warnings").querySelector("ul").append(line);
  $("warnings").hidden = false;
}

// The rows that have ended, as the ledger has them by now.
async function look() {
  if (document.hidden) return;
  const { counts, rows, done, all } = await ask("GET", `${here}/import/rows`).catch(() => ({ counts: [], rows: [], done: 0, all: 0 }));
  known = { done, all };
  $("counts").replaceChildren(
    ...counts.map(({ status, name, rows: number }) =>
      element("li", {}, element("span", { className: `dot ${status}` }), element("b", { textContent: grouped(number) }), element("span", { textContent: name })),
    ),
  );
  const body = $("newest").tBodies[0];
  body.replaceChildren(
    ...rows.map(({ row, source, name, who, contact, said: error }) =>
      element(
        "tr",
        {},
        element("td", { className: "number" }, String(row), ...(source ? [" ", element("small", { className: "soft" }, given(source))] : [])),
        element("td", {}, given(who)),
        element("td", {}, element("span", { textContent: name }), element("span", { className: "soft", textContent: error ? ` ${error}` : "" })),
        element("td", {}, given(contact)),
      ),
    ),
  );
  $("filling").hidden = !rows.length;
}
