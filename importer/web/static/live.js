// The events of a job: server-sent, and resumed by the browser where the connection breaks.
import { announce, ask, root, staying, words } from "./api.js";

// Calls ``said`` with each event of a job, ``{kind, told, hint, …}``, and ``ended`` behind the last; ``lost`` if the job
// is there no more; neither while the user goes elsewhere. Returns a function that stops following; the job goes on.
export function follow(job, said, ended = () => {}, lost = () => {}) {
  const source = new EventSource(`${root}/jobs/${job}/events`);
  source.addEventListener("said", (event) => said(JSON.parse(event.data)));
  source.addEventListener("end", () => {
    source.close();
    staying().then(ended);
  });
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) staying().then(lost);
    else announce(words.again);
  });
  return () => source.close();
}

// Answers a question of the job.
export const reply = (job, id, agreed) => ask("POST", `/jobs/${job}/answer`, { id, agreed });

// Stops the job, which settles first.
export const cancel = (job) => ask("POST", `/jobs/${job}/cancel`);
