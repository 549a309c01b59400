// A draft that was saved once saves itself a moment after the last change, and says when. Whatever the server has not got yet is kept in this window.
import { csrf } from "#design/csrf.ts";
import { h } from "#design/dom.ts";
import { text } from "#design/texts.ts";
import { forget, forgetMade, idOf, keep, kept, keyOf, type KeptWords } from "./kept-words.ts";

/** How the editor's pictures are read and shown again. */
export interface Shown {
  read: () => KeptWords["pictures"];
  show: (pictures: KeptWords["pictures"]) => void;
}

const PAUSE = 1_200;
const FIRST_WAIT = 4_000;
const LONGEST_WAIT = 60_000;
/** Of the writings without an answer: with the version that the server acknowledged, and the one under way, fewer than the 50 that it takes. */
const MOST_VERSIONS = 40;
/** What the form carries beside what somebody typed. */
const OWN = new Set(["id", "form", "__csrf", "picture", "do", "live"]);

let form: HTMLFormElement;
let pictures: Shown;
let key: string;
/** What the server has; empty where the page shows what was refused. */
let saved: string;
/** The versions that are ours to write over: first the one that the page shows or the server acknowledged, then those that this window wrote without an answer. */
let versions: string[] = [];
/** The last writing. The same words once more are the same one, which the server writes once: attempts alone do not make the versions many. */
let last = { sent: "", version: "" };
/** The fields that were said to be wrong here. */
let marked: string[] = [];
/** 0: nothing is to be saved by itself. */
let timer = 0;
let saving = false;
let failures = 0;
/** Another window, or the other side of a question, has to be heard first. */
let stopped = false;
let leaving = false;

try {
  forgetMade();
} catch {
  // No storage here.
}

/** Keeps what is typed into the form, and saves it where it is a draft. The answer is called when the pictures changed. */
export function keepDraft(editor: HTMLFormElement, shown: Shown): () => void {
  [form, pictures, key] = [editor, shown, keyOf(editor)];
  // The browser's own memory would bring back old words over a newer version.
  form.autocomplete = "off";
  versions = form.dataset.version ? [form.dataset.version] : [];
  const isRefused = form.dataset.unsaved !== undefined;
  saved = isRefused ? "" : now();
  if (isRefused) keep(key, words());
  else restore();
  form.addEventListener("input", touched);
  form.addEventListener("change", touched);
  form.addEventListener("submit", event => {
    if (event.defaultPrevented) return;
    leaving = true;
    rest();
    if (now() !== saved || kept(key)) keep(key, { ...words(), sent: true });
  });
  addEventListener("pageshow", event => { if (event.persisted) leaving = false; });
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && void save());
  addEventListener("pagehide", () => void save());
  addEventListener("online", () => void save());
  addEventListener("beforeunload", event => { if (!leaving && isDraft() && now() !== saved && (failures > 0 || stopped)) event.preventDefault(); });
  if (isDraft() && !stopped && now() === saved) tell("plain", text("Draft.On"));
  return touched;
}

function isDraft(): boolean {
  return form.dataset.autosave !== undefined;
}

function words(): KeptWords {
  const fields = [...new FormData(form)].filter((field): field is [string, string] => typeof field[1] === "string" && !OWN.has(field[0]));
  return { versions, form: form.querySelector<HTMLInputElement>("input[name=form]")!.value, sent: false, fields, pictures: pictures.read() };
}

/** Equal for equal words. */
function now(): string {
  const { fields, pictures: shown } = words();
  return JSON.stringify([fields, shown.map(picture => picture.id)]);
}

function touched(): void {
  // A page that was sent and is typed into was not left.
  leaving = false;
  if (now() === saved) {
    forget(key);
    return;
  }
  keep(key, words());
  // While nothing gets through, typing does not bring the next attempt nearer.
  if (!stopped && (failures === 0 || timer === 0)) later(PAUSE);
}

function rest(): void {
  clearTimeout(timer);
  timer = 0;
}

function later(milliseconds: number): void {
  rest();
  if (!isDraft()) return;
  timer = setTimeout(() => {
    timer = 0;
    void save();
  }, milliseconds);
}

async function save(): Promise<void> {
  if (!isDraft() || saving || stopped || leaving || now() === saved) return;
  rest();
  saving = true;
  if (now() !== last.sent) last = { sent: now(), version: newId() };
  const { sent, version } = last;
  const body = new FormData(form);
  body.delete("files");
  body.set("over", versions.join(" "));
  body.set("version", version);
  versions = [...versions.slice(0, 1), ...versions.slice(1).filter(one => one !== version).slice(-MOST_VERSIONS), version];
  keep(key, words());
  tell("plain", text("Draft.Saving"));
  try {
    // It arrives also when the page is left meanwhile.
    const answer = await fetch("/market/editor/draft", { method: "POST", headers: { Accept: "application/json", ...csrf() }, body, keepalive: true });
    if (answer.ok) arrived(version, (await answer.json()).at, sent);
    else await refused(version, answer);
  } catch {
    retry();
  } finally {
    saving = false;
  }
  if (!stopped && failures === 0 && now() !== saved && now() !== sent) later(PAUSE);
}

function arrived(version: string, at: string, sent: string): void {
  versions = [version];
  [saved, failures] = [sent, 0];
  mark({});
  if (now() === saved) forget(key);
  else keep(key, words());
  tell("good", text("Draft.Saved", at));
}

async function refused(version: string, answer: Response): Promise<void> {
  const problem: { errors?: Record<string, { detail: string }> } = await answer.json().catch(() => ({}));
  if (answer.status >= 500 || answer.status === 429) return retry();
  failures = 0;
  versions = versions.filter(one => one !== version);
  if (problem.errors) {
    // It is tried again when something of it is changed.
    mark(problem.errors);
    tell("wrong", text("Draft.Wrong"));
    return;
  }
  stopped = true;
  if (answer.status === 401 || answer.status === 403) tell("wrong", text("Draft.SignedOut"), text("Draft.SignIn"), () => { leaving = true; location.assign(`/sign-in?return=${encodeURIComponent(`/market/${idOf(form)}/edit`)}`); });
  else if (answer.status === 404) tell("wrong", text("Draft.Gone"));
  else if (answer.status === 409) tell("wrong", text("Draft.Elsewhere"), text("Draft.Look"), () => location.reload());
  else tell("wrong", text("Draft.Refused"), text("Draft.Reload"), () => location.reload());
}

function retry(): void {
  failures++;
  tell("wrong", text("Draft.Failed"), text("Draft.Again"), () => void save());
  later(Math.min(FIRST_WAIT * 2 ** (failures - 1), LONGEST_WAIT));
}

/** Says beside the fields what is wrong with them. */
function mark(errors: Record<string, { detail: string }>): void {
  const touching = [...marked, ...Object.keys(errors)];
  marked = Object.keys(errors);
  for (const place of form.querySelectorAll<HTMLElement>("[data-field-error]")) {
    const field = place.closest(".field")!;
    const name = field.querySelector<HTMLInputElement>("[name]")?.name ?? "";
    if (!touching.includes(name)) continue;
    place.textContent = errors[name]?.detail ?? "";
    place.hidden = !errors[name];
    field.classList.toggle("field-wrong", Boolean(errors[name]));
    const input = field.querySelector(".input");
    if (errors[name]) input?.setAttribute("aria-invalid", "true");
    else input?.removeAttribute("aria-invalid");
  }
  const gone = form.querySelector<HTMLElement>("[data-picture-error]")!;
  if (errors.pictures) [gone.textContent, gone.hidden] = [errors.pictures.detail, false];
}

function restore(): void {
  const before = kept(key);
  if (!before) return;
  const isNewer = form.dataset.version !== undefined && !before.versions.includes(form.dataset.version);
  // Sent by a button and arrived: what the page shows is what became of it.
  if (before.sent && isNewer) return forget(key);
  for (const [name, value] of before.fields) {
    const field = form.elements.namedItem(name);
    if (field instanceof RadioNodeList || field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement || field instanceof HTMLSelectElement) field.value = value;
  }
  pictures.show(before.pictures);
  // What was on its way as the page was left may arrive after the page came back.
  if (!isNewer) versions = [...new Set([...versions, ...before.versions])];
  if (now() === saved) return forget(key);
  if (!idOf(form)) form.querySelector<HTMLInputElement>("input[name=form]")!.value = before.form;
  keep(key, { ...before, sent: false });
  if (!isNewer) {
    note(text("Draft.Restored"));
    later(PAUSE);
    return;
  }
  // Saved elsewhere, or as the page was left: whose words are kept is not ours to say.
  stopped = true;
  note(text("Draft.Two"),
    h("button", { type: "button", class: "button button-primary button-small", "data-draft-mine": true, onclick: () => { stopped = false; unnote(); touched(); } }, text("Draft.Mine")),
    h("button", { type: "button", class: "button button-secondary button-small", "data-draft-theirs": true, onclick: () => { forget(key); leaving = true; location.reload(); } }, text("Draft.Theirs")));
}

/** Also where the page came over plain HTTP, which knows no randomUUID. */
function newId(): string {
  const hex = [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function note(said: string, ...buttons: HTMLElement[]): void {
  unnote();
  form.prepend(h("div", { class: "editor-restored", role: "status", "data-draft-note": true }, h("p", {}, said), ...(buttons.length > 0 ? [h("div", { class: "actions" }, ...buttons)] : [])));
}

function unnote(): void {
  form.querySelector("[data-draft-note]")?.remove();
}

function tell(kind: "plain" | "good" | "wrong", said: string, action?: string, act?: () => void): void {
  const place = form.querySelector<HTMLElement>("[data-draft-status]");
  if (!place) return;
  place.hidden = false;
  place.dataset.draftStatus = kind;
  place.replaceChildren(h("span", {}, said), ...(action && act ? [h("button", { type: "button", class: "editor-status-act", onclick: act }, action)] : []));
}
