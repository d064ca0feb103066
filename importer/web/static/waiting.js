// Loads the page anew when the files of the import are open.
import { ask, attempt, staying } from "./api.js";
import { $ } from "./elements.js";

attempt(async () => {
  await ask("GET", `/drafts/${$("reading").dataset.draft}/looks`);
  await staying();
  location.reload();
});
