// One call: what it takes, what it answers, and a form to send it. Drawn when it is opened first.
import { copy } from "../copy.ts";
import { h, prose } from "../dom.ts";
import { text } from "../texts.ts";
import { toast } from "../toast.ts";
import { parameterField, schemaList } from "./fields.ts";
import { type Call, type Document, example, resolve, name as typeName } from "./openapi.ts";
import { curl, prepare, send } from "./request.ts";

export function callCard(document: Document, call: Call, key: () => string): HTMLDetailsElement {
  const card = h("details", { class: "api-call", id: call.id },
    h("summary", {},
      h("span", { class: `api-method api-method-${call.method.toLowerCase()}` }, call.method),
      h("code", { class: "api-path" }, ...breakable(call.path)),
      h("span", { class: "api-summary" }, ...prose(call.operation.summary ?? ""))));
  card.addEventListener("toggle", () => card.append(details(document, call, key)), { once: true });
  return card;
}

// A long path breaks after its slashes, not inside a word.
function breakable(path: string): (Node | string)[] {
  return path.split(/(?<=\/)/).flatMap(part => [part, h("wbr")]);
}

function details(document: Document, call: Call, key: () => string): HTMLElement {
  const { operation } = call;
  const answer = h("div", { class: "api-answer", "aria-live": "polite" });
  const sending = h("button", { class: "button button-primary" }, text("Send"));
  const form = h("form", { class: "api-form", novalidate: false },
    ...section(text("Parameters"), (operation.parameters ?? []).map(parameter => parameterField(document, call.id, parameter))),
    ...section(text("Body"), body(document, call)),
    h("div", { class: "actions" }, sending,
      h("button", { class: "button button-quiet", type: "button", onclick: () => void copyCurl() }, text("Copy"))),
    answer);

  const request = () => prepare(call.method, call.path, form, key());
  const copyCurl = async () => {
    await copy(curl(request()));
    toast(text("Copied"));
  };
  let running: AbortController | null = null;
  form.addEventListener("submit", async event => {
    event.preventDefault();
    running?.abort();
    running = new AbortController();
    const { signal } = running;
    sending.textContent = text("Sending");
    try {
      await send(request(), answer, signal);
    } catch (error) {
      if (!signal.aborted) answer.replaceChildren(h("p", { class: "warning" }, `${text("NoAnswer")}: ${String(error)}`));
    } finally {
      sending.textContent = text("Send");
    }
  });

  return h("div", { class: "api-body" },
    operation.description ? h("p", { class: "quiet" }, ...prose(operation.description)) : null,
    h("div", { class: "api-columns" },
      form,
      h("div", {}, ...section(text("Responses"), Object.entries(operation.responses ?? {}).map(([status, response]) => {
        const [type, content] = Object.entries(response.content ?? {})[0] ?? [];
        return h("div", { class: "api-response" },
          h("p", {}, h("strong", { class: "tabular" }, status), ` ${response.description ?? ""}`, type ? h("span", { class: "api-type" }, ` ${type}`) : null),
          schemaList(document, content?.schema));
      })))));
}

function section(title: string, children: HTMLElement[]): HTMLElement[] {
  return children.length === 0 ? [] : [h("h3", {}, title), ...children];
}

function body(document: Document, call: Call): HTMLElement[] {
  const content = call.operation.requestBody?.content;
  if (!content) return [];
  const multipart = content["multipart/form-data"] ?? content["application/x-www-form-urlencoded"];
  if (multipart) return parts(document, call, multipart.schema ?? {});
  const json = content["application/json"];
  if (!json) return [];
  const id = `${call.id}-json`;
  const value = JSON.stringify(example(document, json.schema), null, 2);
  return [
    h("label", { for: id, class: "visually-hidden" }, text("Body")),
    h("textarea", { class: "input code", id, name: "json:", rows: Math.min(14, value.split("\n").length + 1), spellcheck: "false" }, value),
    ...[schemaList(document, json.schema, true)].filter(list => list !== null),
  ];
}

function parts(document: Document, call: Call, schema: Parameters<typeof resolve>[1]): HTMLElement[] {
  const plain = resolve(document, schema);
  return Object.entries(plain.properties ?? {}).map(([name, part]) => {
    const id = `${call.id}-part-${name}`;
    const kind = resolve(document, part);
    const list = kind.items ? resolve(document, kind.items) : null;
    const isFile = kind.format === "binary" || list?.format === "binary";
    return h("div", { class: "api-parameter" },
      h("label", { for: id }, h("code", {}, name)),
      h("div", {},
        h("input", { class: "input", id, name: `part:${name}`, type: isFile ? "file" : "text", multiple: isFile && list !== null, "aria-describedby": `${id}-about` }),
        h("p", { class: "field-hint", id: `${id}-about` }, `${typeName(document, part)}${kind.description ? " · " : ""}`, ...prose(kind.description ?? ""))));
  });
}
