// Pictures of the editor: sent as soon as they are chosen, three at a time, each with its progress; put in order and taken away without a round trip.
import { keepDraft } from "./draft.ts";
import { equip, makeOrderable, settle, tiles } from "./picture-order.ts";
import { csrf } from "#design/csrf.ts";
import { h } from "#design/dom.ts";
import { text } from "#design/texts.ts";

interface Picture {
  id: string;
  squareUrl: string;
}

const AT_ONCE = 3;
const form = document.querySelector<HTMLFormElement>("[data-editor]");
const list = form?.querySelector<HTMLOListElement>("[data-pictures]");
const files = form?.querySelector<HTMLInputElement>("[data-files]");
const queue: (() => Promise<void>)[] = [];
let sending = 0;
let changed = () => {};

if (form && list && files) {
  files.addEventListener("change", () => {
    take([...(files.files ?? [])]);
    // They are on their way; the form is not to send them once more.
    files.value = "";
  });
  list.addEventListener("click", event => {
    const button = (event.target as Element).closest<HTMLButtonElement>("[data-move], [data-remove]");
    const tile = button?.closest<HTMLLIElement>("[data-picture]");
    if (!button || !tile) return;
    event.preventDefault();
    if (button.dataset.move) settle(tile, tiles().indexOf(tile) + Number(button.dataset.move));
    else remove(tile);
  });
  makeOrderable(list, () => changed());
  form.addEventListener("submit", event => {
    if (sending === 0) return;
    event.preventDefault();
    say(text("StillSending"));
  });
  changed = keepDraft(form, {
    read: () => [...list.querySelectorAll<HTMLElement>("[data-picture]")].map(tile => ({ id: tile.dataset.picture!, url: tile.querySelector("img")!.src })),
    show: pictures => {
      for (const tile of tiles()) tile.remove();
      for (const { id, url } of pictures) list.querySelector(".editor-add")!.before(fill(h("li", { class: "editor-picture" }), { id, squareUrl: url }));
      recount();
    },
  });
  addEventListener("beforeunload", event => { if (sending > 0) event.preventDefault(); });
}

function take(chosen: File[]): void {
  say("");
  const room = Number(list!.dataset.most) - count();
  if (chosen.length > room) say(text("TooMany", list!.dataset.most!));
  for (const file of chosen.slice(0, Math.max(0, room))) {
    const bar = h("progress", { class: "progress", max: 1, value: 0, "aria-label": text("Sending", file.name) });
    const url = URL.createObjectURL(file);
    const shown = h("img", { src: url, alt: "", width: 160, height: 160, onerror: () => shown.remove() });
    const tile = h("li", { class: "editor-picture editor-sending" }, shown, bar);
    list!.querySelector(".editor-add")!.before(tile);
    queue.push(() => send(file, tile, bar).finally(() => URL.revokeObjectURL(url)));
  }
  recount();
  next();
}

function next(): void {
  while (sending < AT_ONCE) {
    const job = queue.shift();
    if (!job) return;
    sending++;
    void job().finally(() => {
      sending--;
      next();
    });
  }
}

async function send(file: File, tile: HTMLLIElement, bar: HTMLProgressElement): Promise<void> {
  try {
    const picture = await upload(file, share => {
      if (share < 1) bar.value = share;
      else bar.removeAttribute("value");
    });
    tile.classList.remove("editor-sending");
    fill(tile, picture);
    changed();
  } catch (error) {
    tile.remove();
    say(`${file.name}: ${(error as Error).message}`);
  }
  recount();
}

/** A picture that is there, with what can be done with it. */
function fill(tile: HTMLLIElement, picture: Picture): HTMLLIElement {
  tile.dataset.picture = picture.id;
  tile.replaceChildren(
    h("img", { src: picture.squareUrl, alt: "", width: 160, height: 160 }),
    h("input", { type: "hidden", name: "picture", value: picture.id }),
    h("span", { class: "editor-picture-tools" },
      tool(`left:${picture.id}`, text("Earlier"), "M14.5 6l-6 6 6 6", { "data-move": "-1" }),
      tool(`right:${picture.id}`, text("Later"), "M9.5 6l6 6-6 6", { "data-move": "1" }),
      tool(`remove:${picture.id}`, text("Remove"), "M4.5 7h15M9.5 7V5.5A1.5 1.5 0 0 1 11 4h2a1.5 1.5 0 0 1 1.5 1.5V7M6.5 7l.8 11.2A2 2 0 0 0 9.3 20h5.4a2 2 0 0 0 2-1.8L17.5 7M10 11v5M14 11v5", { "data-remove": true })));
  equip(tile);
  return tile;
}

function upload(file: File, onProgress: (share: number) => void): Promise<Picture> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/api/listings/pictures");
    request.setRequestHeader("Accept", "application/json");
    for (const [name, value] of Object.entries(csrf())) request.setRequestHeader(name, value);
    request.upload.onprogress = event => event.lengthComputable && onProgress(event.loaded / event.total);
    request.onload = () => request.status === 201 ? resolve(JSON.parse(request.responseText)) : reject(new Error(reason(request)));
    request.onerror = () => reject(new Error(text("Failed")));
    const body = new FormData();
    body.append("file", file, file.name);
    request.send(body);
  });
}

function reason(request: XMLHttpRequest): string {
  try {
    const { code, detail } = JSON.parse(request.responseText);
    const known = text(`Refused.${code}`);
    return known === `Refused.${code}` ? detail : known;
  } catch {
    return text("Failed");
  }
}

function tool(value: string, label: string, path: string, more: Record<string, string | boolean>): HTMLButtonElement {
  const icon = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [name, attribute] of Object.entries({ viewBox: "0 0 24 24", width: "20", height: "20", class: "icon", "aria-hidden": "true" })) icon.setAttribute(name, attribute);
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  for (const [name, attribute] of Object.entries({ d: path, fill: "none", stroke: "currentColor", "stroke-width": "1.75", "stroke-linecap": "round", "stroke-linejoin": "round" })) line.setAttribute(name, attribute);
  icon.append(line);
  const button = h("button", { type: "submit", name: "do", value, "aria-label": label, ...more });
  button.append(icon);
  return button;
}

function remove(tile: HTMLLIElement): void {
  const other = (tile.nextElementSibling ?? tile.previousElementSibling) as HTMLElement | null;
  tile.remove();
  recount();
  changed();
  other?.querySelector<HTMLElement>("button, input")?.focus();
}

function count(): number {
  return list!.querySelectorAll(".editor-picture").length;
}

function recount(): void {
  const shown = form!.querySelector("[data-picture-count]");
  if (shown) shown.textContent = `${count()}/${list!.dataset.most}`;
  list!.querySelector<HTMLElement>(".editor-add")!.hidden = count() >= Number(list!.dataset.most);
}

function say(words: string): void {
  const place = form!.querySelector<HTMLElement>("[data-picture-error]")!;
  place.textContent = words;
  place.hidden = words === "";
}
