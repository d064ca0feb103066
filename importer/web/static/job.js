// Work that goes on: its bar and its words, as templates/job.html.jinja has them.
import { announce, attempt, confirmed } from "./api.js";
import { $, grouped, say } from "./elements.js";
import { cancel, follow, reply } from "./live.js";

const words = JSON.parse($("words-job").textContent);

// Shows a job until it has ended; ``over`` is called then, or if the job is there no more.
export function watch(job, over) {
  let stage = "";
  let isStopping = false;
  $("live").hidden = false;

  function said(event) {
    if (event.kind === "progress") {
      if (isStopping) return;
      if (event.stage !== stage) announce((stage = event.stage) && words[stage]);
      $("stage").textContent = words[stage];
      $("pace").textContent = pace(event);
      $("pause").hidden = true;
      if (event.total) Object.assign($("progress"), { max: event.total, value: event.done });
      else $("progress").removeAttribute("value");
    } else if (event.kind === "say" || event.kind === "warn") {
      $("pause").textContent = event.told;
      $("pause").hidden = false;
    } else if (event.kind === "question") {
      confirmed(event.told).then((agreed) => attempt(() => reply(job, event.id, agreed)));
    } else if (event.kind === "state" && event.state === "stopping") {
      isStopping = true;
      $("pace").textContent = "";
      $("progress").removeAttribute("value");
      $("stage").textContent = words.stopping;
      $("stop").disabled = true;
    }
  }

  follow(job, said, over, over);
  $("stop").disabled = false;
  $("stop").onclick = () => attempt(() => cancel(job), $("stop"));
}

function pace({ stage, done, total, seconds }) {
  if (!total) return stage === "check" ? say(words.checked, { done: grouped(done) }) : "";
  const rate = seconds > 0 ? done / seconds : 0;
  const told = say(words.of, { done: grouped(done), total: grouped(total), rate: grouped(Math.round(rate)) });
  if (!rate || done >= total) return told;
  const left = (total - done) / rate;
  const time = left < 60 ? say(words.seconds, { left: Math.max(1, Math.round(left)) }) : say(words.minutes, { left: Math.round(left / 60) });
  return `${told} · ${time}`;
}
