// The plan: what would be created, changed, or could not be, a page at a time.
import { ask, attempt } from "./api.js";
import { $, element, given, grouped, say, shortened } from "./elements.js";
import { watch } from "./job.js";

// Begins the part of the page that is about the plan.
export function plan(words, here) {
  const asked = () => new URLSearchParams(location.search);

  const shown = (text) => (text ? element("code", {}, given(shortened(text))) : element("span", { className: "soft", textContent: words.empty }));

  function happens(row) {
    const parts = [element("span", { className: "status" }, element("span", { className: `dot ${row.status}`, "aria-hidden": "true" }), element("span", { textContent: row.told }))];
    const isNew = row.status === "create";
    const name = (field) => element("span", { className: "soft" }, given(field));
    const lines = row.changes.map(([field, before, after]) =>
      isNew ? element("li", {}, name(field), " ", given(shortened(after))) : element("li", {}, given(field), ": ", shown(before), " → ", shown(after)));
    if (lines.length) parts.push(element("ul", { className: isNew ? "sent-values" : "changes" }, ...lines));
    if (row.error) parts.push(element("p", { className: "error" }, given(row.error)));
    if (row.hint) parts.push(element("p", { className: "todo" }, given(row.hint)));
    return parts;
  }

  // The contact that is there already.
  function contact(id) {
    const told = say(words.contact, { id });
    if (!words.contactLink) return element("small", { className: "soft" }, given(told));
    const href = words.contactLink.replaceAll("{contact_id}", () => encodeURIComponent(id));
    return element("small", {}, element("a", { href, target: "_blank", rel: "noopener noreferrer", textContent: told }));
  }

  function drawn(row) {
    const who = row.name || row.email || row.phone_number || row.identifier;
    const cell = (label, ...content) => element("td", { role: "cell", "data-label": label }, element("div", {}, ...content));
    const number = element("td", { role: "cell", className: "number", "data-label": words.row }, String(row.place[2]), ...(row.where ? [" ", element("small", { className: "soft" }, given(row.where))] : []));
    const person = cell(words.person, given(who), ...(row.contact ? [" ", contact(row.contact)] : []));
    return element("tr", { role: "row" }, number, person, cell(words.happens, ...happens(row)));
  }

  const show = () =>
    attempt(async () => {
      const query = new URLSearchParams({ status: asked().get("plan") ?? "", page: asked().get("planpage") ?? "1" });
      const { rows, all, page, pages, size } = await ask("GET", `${here}/plan/rows?${query}`);
      $("planned").tBodies[0].replaceChildren(...rows.map(drawn));
      $("planned").hidden = !rows.length;
      const values = { from: grouped((page - 1) * size + 1), to: grouped((page - 1) * size + rows.length), all: grouped(all) };
      $("plan-found").textContent = rows.length ? say(all > 1 ? words.found : words.foundOne, values) : "";
      $("plan-where").textContent = say(words.page, { page: grouped(page), pages: grouped(pages) });
      $("plan-pager").hidden = pages === 1;
      $("plan-before").disabled = page === 1;
      $("plan-after").disabled = page === pages;
    });

  function go(changes) {
    const query = asked();
    for (const [name, value] of Object.entries(changes)) query.set(name, value);
    history.pushState(null, "", `?${query}`);
    return show();
  }

  $("make-plan")?.addEventListener("click", () =>
    attempt(async () => {
      const { job } = await ask("POST", `${here}/plan`);
      watch(job, () => location.reload());
      $("live").scrollIntoView({ block: "nearest" });
    }, $("make-plan")),
  );
  if (!words.hasPlan) return;
  for (const link of document.querySelectorAll("[data-plan]"))
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      go({ plan: link.dataset.plan, planpage: "1" });
    });
  $("plan-before").addEventListener("click", () => go({ planpage: String(Number(asked().get("planpage") ?? 1) - 1) }));
  $("plan-after").addEventListener("click", () => go({ planpage: String(Number(asked().get("planpage") ?? 1) + 1) }));
  $("follow")?.addEventListener("change", async () => {
    const wanted = $("follow").checked;
    const answered = await attempt(() => ask("PUT", `${here}/plan`, { follow: wanted }), $("follow"));
    if (!answered) $("follow").checked = !wanted;
  });
  addEventListener("popstate", show);
  show();
}
