// Takes files by choice, drop, paste or camera and sends three at a time, a row with its progress for each.
import { bytes, h } from "#design/dom.ts";
import { text } from "#design/texts.ts";
import { type Options, refusal, upload, type Uploaded } from "./upload.ts";
import { paintPlaceholders } from "./placeholders.ts";
import { isFinal, watch } from "./watch.ts";

const AT_ONCE = 3;
const list = document.querySelector<HTMLElement>("[data-uploads]");
const grid = document.querySelector<HTMLElement>("[data-grid]");
const form = document.querySelector<HTMLFormElement>("[data-upload-options]");
const queue: Row[] = [];
let sending = 0;

if (list && form) {
  for (const input of document.querySelectorAll<HTMLInputElement>("[data-upload-files]")) {
    input.addEventListener("change", () => {
      add(input.files ?? []);
      input.value = "";
    });
  }
  acceptDrops();
  addEventListener("paste", event => add(event.clipboardData?.files ?? []));
  // Leaving would stop what is being sent.
  addEventListener("beforeunload", event => { if (sending > 0) event.preventDefault(); });
}

function acceptDrops(): void {
  let depth = 0;
  const carriesFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
  addEventListener("dragenter", event => { if (carriesFiles(event) && depth++ === 0) document.body.classList.add("dropping"); });
  addEventListener("dragleave", event => { if (carriesFiles(event) && --depth === 0) document.body.classList.remove("dropping"); });
  addEventListener("dragover", event => { if (carriesFiles(event)) event.preventDefault(); });
  addEventListener("drop", event => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    depth = 0;
    document.body.classList.remove("dropping");
    add(event.dataTransfer!.files);
  });
}

function add(files: Iterable<File> | ArrayLike<File>): void {
  const options = readOptions();
  if (!options) return;
  for (const file of Array.from(files)) queue.push(new Row(file, options));
  list!.closest("section")!.hidden = list!.childElementCount === 0;
  next();
}

/** Null when the sizes make no sense; then the field says so, and nothing typed is lost. */
function readOptions(): Options | null {
  const sizes = form!.elements.namedItem("sizes") as HTMLInputElement;
  const values = sizes.value.split(/[\s,]+/).filter(value => value);
  const [most, longest] = [Number(form!.dataset.maxSizes), Number(form!.dataset.maxSide)];
  const wrong = values.length > most || values.some(value => !/^\d+$/.test(value) || Number(value) < 1 || Number(value) > longest);
  const note = sizes.closest(".field")!.querySelector<HTMLElement>("[data-field-error]")!;
  sizes.setAttribute("aria-invalid", String(wrong));
  sizes.closest(".field")!.classList.toggle("field-wrong", wrong);
  note.hidden = !wrong;
  note.textContent = wrong ? text("SizesWrong", most, longest) : "";
  if (wrong) {
    form!.closest("details")!.open = true;
    sizes.focus();
    return null;
  }
  return { sizes: values.join(","), cacheSeconds: (form!.elements.namedItem("cacheSeconds") as HTMLSelectElement).value };
}

function next(): void {
  while (sending < AT_ONCE) {
    const row = queue.shift();
    if (!row) return;
    sending++;
    void row.send().finally(() => {
      sending--;
      next();
    });
  }
}

/** A file's row: what it is, how far it has come, what can be done about it. */
class Row {
  private readonly state = h("span", { class: "upload-state", role: "status" }, text("Waiting"));
  private readonly bar: HTMLProgressElement;
  private readonly actions = h("span", { class: "actions" });
  private readonly element: HTMLLIElement;
  private readonly stop = new AbortController();

  constructor(private readonly file: File, private readonly options: Options) {
    this.bar = h("progress", { class: "progress", max: 1, value: 0, "aria-label": file.name });
    this.element = h("li", { class: "upload" },
      preview(file),
      h("div", { class: "upload-words" },
        h("p", { class: "upload-name" }, h("strong", {}, file.name), h("span", { class: "quiet tabular" }, bytes(file.size))),
        this.bar,
        this.state),
      this.actions);
    this.offer(text("Cancel"), () => this.cancel());
    list!.append(this.element);
  }

  async send(): Promise<void> {
    if (this.stop.signal.aborted) return;
    try {
      // Its turn ends when it is ready: a browser has few connections, and each watched picture takes one.
      await this.follow(await upload(this.file, this.options, share => this.progress(share), this.stop.signal));
    } catch (error) {
      if (!this.stop.signal.aborted) this.fail((error as Error).message);
    }
  }

  private progress(share: number): void {
    // All sent is not all done: the server is still looking at it.
    if (share < 1) {
      this.bar.value = share;
      this.state.textContent = text("Uploading", share.toLocaleString(document.documentElement.lang, { style: "percent" }));
    } else {
      this.bar.removeAttribute("value");
      this.state.textContent = text("Converting");
    }
  }

  private follow(uploaded: Uploaded): Promise<void> {
    this.progress(1);
    this.actions.replaceChildren(h("a", { class: "button button-secondary button-small", href: `/images/${uploaded.id}` }, text("Open")));
    return new Promise(resolve => watch(uploaded.id, state => {
      if (state.status === "failed") this.fail(refusal(state.failureCode, state.failureDetail));
      if (state.status === "ready") void this.arrive(uploaded.id);
      if (isFinal(state)) resolve();
    }));
  }

  /** The server draws the new tile, as it draws all others. */
  private async arrive(id: string): Promise<void> {
    this.bar.value = 1;
    this.state.textContent = text("Ready");
    this.element.classList.add("upload-ready");
    const page = await fetch(location.pathname, { headers: { Accept: "text/html" } }).then(answer => answer.text());
    const tile = new DOMParser().parseFromString(page, "text/html").querySelector(`[data-picture="${id}"]`);
    if (tile && !grid?.querySelector(`[data-picture="${id}"]`)) {
      grid?.prepend(tile);
      if (grid) paintPlaceholders(grid);
    }
    document.querySelector("[data-empty]")?.remove();
  }

  private fail(reason: string): void {
    this.bar.remove();
    this.element.classList.add("upload-failed");
    this.state.textContent = reason;
    this.actions.replaceChildren();
    this.offer(text("Retry"), () => this.again());
    this.offer(text("Dismiss"), () => this.element.remove());
  }

  private again(): void {
    this.element.remove();
    queue.push(new Row(this.file, this.options));
    next();
  }

  private cancel(): void {
    this.stop.abort();
    this.element.remove();
  }

  private offer(label: string, action: () => void): void {
    this.actions.append(h("button", { class: "button button-quiet button-small", type: "button", onclick: action, "aria-label": `${label}: ${this.file.name}` }, label));
  }
}

// HEIC and TIFF are not shown by every browser; then the box stays plain.
function preview(file: File): HTMLElement {
  const url = URL.createObjectURL(file);
  const done = () => URL.revokeObjectURL(url);
  const picture = h("img", { src: url, alt: "", onload: done, onerror: () => { picture.remove(); done(); } });
  return h("span", { class: "upload-preview" }, picture);
}
