// Turns a filled-in form into a request, and an answer into something to look at.
import { csrf } from "../csrf.ts";
import { bytes, h } from "../dom.ts";
import { text } from "../texts.ts";

export interface Prepared {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: FormData | string | null;
}

export function prepare(method: string, path: string, form: HTMLFormElement, key: string): Prepared {
  const query = new URLSearchParams();
  const headers: Record<string, string> = {};
  let multipart: FormData | null = null;
  let body: string | null = null;
  for (const [field, value] of new FormData(form)) {
    const [place, ...rest] = field.split(":");
    const name = rest.join(":");
    if (value === "" || (value instanceof File && value.size === 0 && value.name === "")) continue;
    if (place === "path") path = path.replace(new RegExp(`\\{\\*{0,2}${name}(:[^}]*)?\\}`), encodeURIComponent(String(value)));
    if (place === "query") query.append(name, String(value));
    if (place === "header") headers[name] = String(value);
    if (place === "part") (multipart ??= new FormData()).append(name, value);
    if (place === "json") {
      body = String(value);
      headers["Content-Type"] = "application/json";
    }
  }
  if (key) headers.Authorization = `Bearer ${key}`;
  const search = query.toString();
  return { method, url: path + (search ? `?${search}` : ""), headers, body: multipart ?? body };
}

export function curl({ method, url, headers, body }: Prepared): string {
  const quote = (value: string) => `'${value.replaceAll("'", `'\\''`)}'`;
  const parts = ["curl", method === "GET" ? "" : `-X ${method}`, quote(location.origin + url)];
  for (const [name, value] of Object.entries(headers)) parts.push(`-H ${quote(`${name}: ${value}`)}`);
  if (typeof body === "string") parts.push(`-d ${quote(body)}`);
  if (body instanceof FormData) for (const [name, value] of body) parts.push(`-F ${quote(`${name}=${value instanceof File ? `@${value.name}` : value}`)}`);
  return parts.filter(part => part).join(" \\\n  ");
}

/** Sends it and shows the answer as it comes; events of a stream appear one by one. */
export async function send({ method, url, headers, body }: Prepared, place: HTMLElement, stop: AbortSignal): Promise<void> {
  const started = performance.now();
  // The page's own sign-in counts unless a key is given; then the cookie stays away, as it would for a program.
  const own = headers.Authorization ? {} : csrf();
  const answer = await fetch(url, { method, headers: { ...headers, ...own }, body, signal: stop, credentials: headers.Authorization ? "omit" : "same-origin" });
  const type = answer.headers.get("Content-Type") ?? "";
  const kind = answer.ok ? "badge badge-good" : "badge badge-urgent";
  const facts = h("p", { class: "api-answer-facts tabular" }, h("span", { class: kind }, `${answer.status} ${answer.statusText}`.trim()), ` ${Math.round(performance.now() - started)} ms`);
  place.replaceChildren(facts);
  const more = [...answer.headers].filter(([name]) => /^(etag|location|cache-control|content-|vary|retry-after|link)/.test(name));
  if (more.length > 0) place.append(h("dl", { class: "api-headers" }, ...more.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])));

  if (type.startsWith("image/")) {
    const picture = await answer.blob();
    facts.append(` · ${bytes(picture.size)}`);
    place.append(h("img", { src: URL.createObjectURL(picture), alt: text("Answer"), class: "api-picture" }));
    return;
  }
  const block = h("pre", { class: "code-block", tabindex: "0", "aria-label": text("Answer") });
  if (type.startsWith("text/event-stream")) {
    place.append(block);
    const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) block.append(part.value);
    return;
  }
  const raw = await answer.text();
  facts.append(` · ${bytes(new Blob([raw]).size)}`);
  if (!raw) return;
  block.textContent = type.includes("json") ? JSON.stringify(JSON.parse(raw), null, 2) : raw.slice(0, 100_000);
  place.append(block);
}
