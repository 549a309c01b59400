// The page /api: reads the OpenAPI document and draws it.
import { h, prose } from "../dom.ts";
import { text } from "../texts.ts";
import { callCard } from "../api/operation.ts";
import { type Call, calls, type Document } from "../api/openapi.ts";

const root = document.querySelector<HTMLElement>("[data-api]")!;
const keyName = "madang.api-key";

try {
  const answer = await fetch(root.dataset.api!, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  draw(await answer.json());
} catch (error) {
  console.warn(error);
  root.replaceChildren(h("div", { class: "state state-error", role: "alert" }, h("h2", {}, text("Failed")), h("p", { class: "quiet" }, text("FailedText"))));
}

function draw(api: Document): void {
  const all = calls(api, text("Other"));
  const key = h("input", { class: "input", id: "api-key", type: "password", autocomplete: "off", placeholder: "mdg_…", "aria-describedby": "api-key-about" });
  key.value = sessionStorage.getItem(keyName) ?? "";
  key.addEventListener("input", () => sessionStorage.setItem(keyName, key.value.trim()));

  const filter = h("input", { class: "input", type: "search", "aria-label": text("Filter"), placeholder: text("Filter") });
  const none = h("div", { class: "state", hidden: true }, h("h2", {}, text("None")), h("p", { class: "quiet" }, text("NoneText")));
  const groups = [...Map.groupBy(all, call => call.tag)].map(([tag, members]) => group(api, tag, members, () => key.value.trim()));

  filter.addEventListener("input", () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(word => word);
    for (const { section, rows } of groups) {
      for (const { call, card, link } of rows) {
        const hay = `${call.method} ${call.path} ${call.operation.summary ?? ""} ${call.tag}`.toLowerCase();
        card.hidden = link.hidden = !words.every(word => hay.includes(word));
      }
      section.hidden = rows.every(row => row.card.hidden);
    }
    none.hidden = groups.some(entry => !entry.section.hidden);
  });

  root.replaceChildren(
    h("aside", { class: "api-side" },
      h("form", { class: "field", onsubmit: event => event.preventDefault() }, h("label", { for: "api-key" }, text("Key")), key, h("p", { class: "field-hint", id: "api-key-about" }, text("KeyHint"))),
      filter,
      h("nav", { class: "api-list", "aria-label": text("Calls") }, ...groups.map(entry => entry.list))),
    h("div", { class: "api-main" }, ...groups.map(entry => entry.section), none));
  reveal();
  addEventListener("hashchange", reveal);
}

function group(api: Document, tag: string, members: Call[], key: () => string) {
  const rows = members.map(call => ({
    call,
    card: callCard(api, call, key),
    link: h("a", { href: `#${call.id}` }, h("span", { class: `api-method api-method-${call.method.toLowerCase()}` }, call.method), h("span", {}, ...prose(call.operation.summary || call.path))),
  }));
  return {
    rows,
    list: h("div", {}, h("h2", {}, tag), ...rows.map(row => row.link)),
    section: h("section", { class: "api-group" }, h("h2", {}, tag), ...rows.map(row => row.card)),
  };
}

function reveal(): void {
  const card = location.hash && document.getElementById(location.hash.slice(1));
  if (!(card instanceof HTMLDetailsElement)) return;
  card.open = true;
  card.scrollIntoView({ block: "start" });
}
