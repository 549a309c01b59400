// Two renditions of a picture over one another, with a border to drag, and what each format weighs at this width.
import { bytes, h } from "#design/dom.ts";
import { text } from "#design/texts.ts";

interface Side {
  picture: HTMLImageElement;
  label: HTMLElement;
  format: () => HTMLInputElement;
  quality: HTMLInputElement;
}

function start(root: HTMLElement): void {
  const one = <T extends Element>(selector: string) => root.querySelector<T>(selector)!;
  const base = root.dataset.compare!;
  const width = one<HTMLInputElement>("[data-width]");
  const split = one<HTMLInputElement>("[data-split]");
  const sides = (["left", "right"] as const).map((name): Side => ({
    picture: one(`[data-picture-${name}]`),
    label: one(`[data-label-${name}]`),
    format: () => one(`[name=${name}-format]:checked`),
    quality: one(`[name=${name}-quality]`),
  }));

  const draw = () => {
    one<HTMLElement>("[data-width-shown]").textContent = `${width.value} px`;
    for (const side of sides) void show(side, address(base, width.value, side.format().value, side.quality.value));
    const seen = address(base, width.value, sides[1]!.format().value, sides[1]!.quality.value);
    void load(seen).then(rendition => { one<HTMLElement>("[data-address]").textContent = rendition?.url ?? location.origin + seen; });
    void weigh(one("[data-weights]"), base, width.value);
  };

  // While a slider moves only its number follows; the pictures come when it rests.
  let rest = 0;
  root.addEventListener("input", event => {
    const target = event.target as HTMLInputElement;
    if (target === split) return root.style.setProperty("--split", `${split.value}%`);
    one<HTMLElement>("[data-width-shown]").textContent = `${width.value} px`;
    const shown = target.parentElement?.querySelector("[data-quality-shown]");
    if (shown) shown.textContent = target.value;
    clearTimeout(rest);
    rest = window.setTimeout(draw, 250);
  });
  for (const preset of root.querySelectorAll<HTMLButtonElement>("[data-preset]")) {
    preset.addEventListener("click", () => {
      width.value = preset.dataset.preset!;
      draw();
    });
  }
  draw();
}

function address(base: string, width: string, format: string, quality: string): string {
  const query = new URLSearchParams({ w: width, fm: format });
  if (format !== "png") query.set("q", quality);
  return `${base}?${query}`;
}

async function show(side: Side, url: string): Promise<void> {
  side.picture.dataset.url = url;
  const format = side.format();
  const name = format.nextElementSibling!.textContent;
  // PNG loses nothing, so there is nothing to choose.
  side.quality.disabled = format.value === "png";
  side.label.textContent = `${name} · …`;
  const blob = (await load(url))?.blob;
  // A later choice may have been faster.
  if (side.picture.dataset.url !== url) return;
  side.label.textContent = blob ? `${name} · ${bytes(blob.size)}` : `${name} · ${text("NotMade")}`;
  if (!blob) return;
  URL.revokeObjectURL(side.picture.src);
  side.picture.src = URL.createObjectURL(blob);
}

/** A bar for each format; the longest is the heaviest. */
async function weigh(list: HTMLElement, base: string, width: string): Promise<void> {
  list.dataset.width = width;
  const formats = [["AVIF", "avif", "65"], ["WebP", "webp", "80"], ["JPEG", "jpg", "80"]] as const;
  const sizes = await Promise.all(formats.map(([, format, quality]) => load(address(base, width, format, quality)).then(rendition => rendition?.blob.size ?? null)));
  if (list.dataset.width !== width) return;
  const heaviest = Math.max(...sizes.map(size => size ?? 0), 1);
  const jpeg = sizes[2] ?? null;
  list.replaceChildren(...formats.map(([name], index) => {
    const size = sizes[index] ?? null;
    const bar = h("span", { class: "weight-bar" });
    bar.style.setProperty("--share", String((size ?? 0) / heaviest));
    return h("li", { class: "weight" },
      h("strong", {}, name), bar,
      h("span", { class: "tabular" }, size === null ? text("NotMade") : bytes(size)),
      h("span", { class: "quiet small tabular" }, index === 2 || size === null || !jpeg ? "" : difference(size / jpeg - 1)));
  }));
}

function difference(share: number): string {
  const percent = Math.abs(share).toLocaleString(document.documentElement.lang, { style: "percent" });
  return share < 0 ? text("Smaller", percent) : text("Larger", percent);
}

/** A picture with its final address, which is another one where addresses are signed. */
interface Rendition {
  url: string;
  blob: Blob;
}

const loaded = new Map<string, Promise<Rendition | null>>();

function load(url: string): Promise<Rendition | null> {
  let answer = loaded.get(url);
  if (!answer) {
    answer = fetch(url).then(async response => response.ok ? { url: response.url, blob: await response.blob() } : null).catch(() => null);
    loaded.set(url, answer);
    // A refusal may pass; a picture at an address does not change.
    void answer.then(rendition => { if (!rendition) loaded.delete(url); });
  }
  return answer;
}

const stage = document.querySelector<HTMLElement>("[data-compare]");
if (stage) start(stage);
