// The order of the editor's pictures: dragged by mouse, pen or finger, or moved by the arrow keys on their handle. The buttons do the same for whoever does neither.
import { h } from "#design/dom.ts";
import { text } from "#design/texts.ts";

const STILL = 5;
const EDGE = 72;
const SPEED = 12;

let list: HTMLOListElement;
let changed: () => void;

/** Makes the pictures of a list movable; `moved` is called whenever their order became another one. */
export function makeOrderable(pictures: HTMLOListElement, moved: () => void): void {
  [list, changed] = [pictures, moved];
  tiles().forEach(equip);
  list.addEventListener("pointerdown", grab);
  list.addEventListener("keydown", event => {
    const tile = (event.target as Element).closest("[data-grip]")?.closest<HTMLLIElement>(".editor-picture");
    if (!tile || event.altKey || event.ctrlKey || event.metaKey) return;
    const at = tiles().indexOf(tile);
    const to = { ArrowLeft: at - 1, ArrowUp: at - 1, ArrowRight: at + 1, ArrowDown: at + 1, Home: 0, End: tiles().length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    settle(tile, to);
  });
}

/** Gives a picture its handle. */
export function equip(tile: HTMLLIElement): void {
  tile.querySelector("img")?.setAttribute("draggable", "false");
  const dots = h("span", { class: "editor-grip-dots", "aria-hidden": "true" });
  tile.append(h("button", { type: "button", class: "editor-grip", "data-grip": true, "aria-label": text("Grip"), "aria-describedby": "pictures-order" }, dots));
}

/** Moves a picture to a place and says where it is now. */
export function settle(tile: HTMLLIElement, to: number): void {
  const before = tiles().indexOf(tile);
  moveTo(tile, to);
  const now = tiles().indexOf(tile);
  if (now === before) return;
  say(now);
  changed();
}

export function tiles(): HTMLLIElement[] {
  return [...list.querySelectorAll<HTMLLIElement>(".editor-picture")];
}

// It is the others that go around the one that is moved: what is taken out of a page loses its focus and its finger.
function moveTo(tile: HTMLLIElement, to: number): void {
  const all = tiles();
  const places = new Map(all.map(one => [one, { left: one.offsetLeft, top: one.offsetTop }]));
  const place = Math.max(0, Math.min(to, all.length - 1));
  let at = all.indexOf(tile);
  for (; at < place; at++) tile.before(tile.nextElementSibling!);
  for (; at > place; at--) tile.after(tile.previousElementSibling!);
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  for (const [one, { left, top }] of places) {
    if (one !== tile && (one.offsetLeft !== left || one.offsetTop !== top)) {
      one.animate([{ transform: `translate(${left - one.offsetLeft}px, ${top - one.offsetTop}px)` }, {}], { duration: 160, easing: "cubic-bezier(0.2, 0, 0, 1)" });
    }
  }
}

function grab(down: PointerEvent): void {
  const target = down.target as Element;
  const tile = target.closest<HTMLLIElement>(".editor-picture");
  if (!tile || down.button !== 0 || !down.isPrimary) return;
  // A finger on a picture scrolls the page, and takes it along by the handle alone.
  if (!target.closest("[data-grip]") && (down.pointerType === "touch" || target.closest("button"))) return;
  const start = tiles().indexOf(tile);
  const box = list.getBoundingClientRect();
  const held = { x: down.clientX - box.left - tile.offsetLeft, y: down.clientY - box.top - tile.offsetTop };
  let last = { x: down.clientX, y: down.clientY };
  let frame = 0;
  const done = new AbortController();

  const follow = () => {
    const place = list.getBoundingClientRect();
    const point = { x: last.x - place.left, y: last.y - place.top };
    const over = tiles().findIndex(one =>
      one !== tile && point.x >= one.offsetLeft && point.x <= one.offsetLeft + one.offsetWidth && point.y >= one.offsetTop && point.y <= one.offsetTop + one.offsetHeight);
    if (over >= 0) moveTo(tile, over);
    tile.style.transform = `translate(${point.x - held.x - tile.offsetLeft}px, ${point.y - held.y - tile.offsetTop}px)`;
  };
  // Held at the edge of the window, the page goes along.
  const scroll = () => {
    const by = last.y < EDGE ? -SPEED : last.y > innerHeight - EDGE ? SPEED : 0;
    if (by !== 0) {
      scrollBy({ top: by, behavior: "instant" });
      follow();
    }
    frame = requestAnimationFrame(scroll);
  };
  const end = (keep: boolean) => {
    done.abort();
    cancelAnimationFrame(frame);
    tile.classList.remove("editor-dragged");
    tile.style.transform = "";
    if (!keep) moveTo(tile, start);
    else if (frame !== 0 && tiles().indexOf(tile) !== start) {
      say(tiles().indexOf(tile));
      changed();
    }
  };

  const { signal } = done;
  list.addEventListener("pointermove", event => {
    if (event.pointerId !== down.pointerId) return;
    last = { x: event.clientX, y: event.clientY };
    if (frame === 0) {
      if (Math.hypot(last.x - down.clientX, last.y - down.clientY) < STILL) return;
      list.setPointerCapture(down.pointerId);
      tile.classList.add("editor-dragged");
      frame = requestAnimationFrame(scroll);
    }
    follow();
  }, { signal });
  addEventListener("pointerup", event => event.pointerId === down.pointerId && end(true), { signal });
  addEventListener("pointercancel", event => event.pointerId === down.pointerId && end(false), { signal });
  addEventListener("keydown", event => event.key === "Escape" && end(false), { signal });
}

function say(place: number): void {
  const voice = list.parentElement!.querySelector<HTMLElement>("[data-picture-say]");
  if (voice) voice.textContent = text(place === 0 ? "Placed.First" : "Placed", place + 1, tiles().length);
}
