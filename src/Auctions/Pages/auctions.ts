// Keeps the panel of an auction as it is on the server: by its events, and by its clock.
import { text } from "#design/texts.ts";

interface Live {
  state: "scheduled" | "live" | "sold" | "unsold" | "withdrawn" | "cancelled";
  price: number;
  minimum: number | null;
  leader: string | null;
  bids: number;
  startsAt: string;
  endsAt: string;
  extensions: number;
  outages: number;
  reserve: "none" | "met" | "not_met";
  buyNow: number | null;
}
interface Mine { leading: boolean; order?: string }
interface Auction { live: Live; now: string; mine?: Mine; selling?: { order?: string } }

const SOON = 10 * 60_000;
const SAY_EVERY = 5_000;
const ASK_EVERY = 2_000;

const panel = document.querySelector<HTMLElement>("[data-auction]");
if (panel) follow(panel);

function follow(panel: HTMLElement): void {
  const id = panel.dataset.auction!;
  const part = <T extends HTMLElement>(name: string) => panel.querySelector<T>(`[data-auction-${name}]`);
  const language = document.documentElement.lang;
  const decimals = Number(panel.dataset.decimals);
  // As the server writes it: by the house's clock on the wall, wherever the reader is.
  const wall = new Intl.DateTimeFormat(language, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "UTC" });
  const offset = Number(panel.dataset.offset) * 60_000;
  // Until the server is asked, its clock as it was when it made the page.
  let ahead = Date.parse(panel.dataset.now!) - Date.now();
  let live: Live | null = null;
  let startsAt = Date.parse(panel.dataset.starts!);
  let endsAt = Date.parse(panel.dataset.ends!);
  let state = panel.dataset.state as Live["state"];
  let events: EventSource | null = null;
  let [asked, asking, saidAt, unsaid] = [0, 0, 0, 0];
  let stands = panel.dataset.mine ?? "";

  const now = () => Date.now() + ahead;
  const money = (amount: number) => panel.dataset.money!.replace(
    "{0}", (amount / 10 ** decimals).toLocaleString(language, { minimumFractionDigits: decimals, maximumFractionDigits: decimals }));

  /** The server's clock is half the way there and back from its answer; and with it what only we may see. */
  async function ask(): Promise<void> {
    asked = Date.now();
    try {
      const answer = await fetch(`/api/auctions/${id}`, { headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      const arrived = Date.now();
      const auction = await answer.json() as Auction;
      ahead = Date.parse(auction.now) - (asked + arrived) / 2;
      standing(auction.mine);
      sold(auction.mine?.order ?? auction.selling?.order);
    } catch {
      // The events come back by themselves, and ask again then.
    }
  }

  function askSoon(): void {
    if (!panel.dataset.member) return;
    clearTimeout(asking);
    asking = window.setTimeout(() => void ask(), Math.max(0, asked + ASK_EVERY - Date.now()));
  }

  function standing(mine?: Mine): void {
    const which = !mine ? "" : state === "live" ? (mine.leading ? "leading" : "outbid") : state === "sold" ? (mine.leading ? "won" : "lost") : "";
    for (const note of panel.querySelectorAll<HTMLElement>("[data-auction-mine]")) note.hidden = note.dataset.auctionMine !== which;
    if (which !== stands && state === "live") void available();
    stands = which;
  }

  /** Who leads no more has points again, and the other way round. */
  async function available(): Promise<void> {
    if (!part("available")) return;
    const answer = await fetch("/api/wallet", { headers: { Accept: "application/json" } }).catch(() => null);
    if (answer?.ok) write("available", text("Available", money((await answer.json() as { available: number }).available)));
  }

  /** The way to the order, for its two sides. */
  function sold(order?: string): void {
    const place = part("order");
    if (!place || !order) return;
    place.querySelector("a")!.href = `/orders/${order}`;
    place.hidden = false;
  }

  function write(name: string, words: string, moves = false): void {
    const place = part(name);
    if (!place || place.textContent === words) return;
    place.textContent = words;
    if (!moves) return;
    place.classList.remove("auction-moved");
    void place.offsetWidth; // so that the animation begins anew
    place.classList.add("auction-moved");
  }

  function show(next: Live): void {
    const before = live;
    live = next;
    const wasOpen = state === "live" || state === "scheduled";
    [state, startsAt, endsAt] = [next.state, Date.parse(next.startsAt), Date.parse(next.endsAt)];
    if (state === "scheduled" && now() >= startsAt) state = "live";
    const isOver = state !== "live" && state !== "scheduled";
    panel.dataset.state = state;
    write("state", text(`State.${state}`));
    write("price-label", text(state === "sold" ? "SoldFor" : next.bids === 0 ? "StartPrice" : isOver ? "LastPrice" : "Price"));
    write("price", money(next.price), true);
    write("bids", text("Bids", next.bids));
    write("leader-label", text(state === "sold" ? "Winner" : isOver ? "Highest" : "Leader"));
    write("leader", next.leader ?? "", true);
    part("leader-line")!.hidden = !next.leader;
    write("ends", text(isOver ? "EndedAt" : "EndsAt", wall.format(endsAt + offset)));
    write("extended", text("Extended", next.extensions), true);
    part("extended")!.hidden = next.extensions === 0;
    for (const badge of panel.querySelectorAll<HTMLElement>("[data-auction-reserve]")) badge.hidden = badge.dataset.auctionReserve !== next.reserve;
    const field = panel.querySelector<HTMLInputElement>("#auction-maximum");
    if (next.minimum) {
      write("minimum", text("Minimum", money(next.minimum)));
      if (field) field.placeholder = (next.minimum / 10 ** decimals).toLocaleString(language);
    }
    const buy = part("buy");
    if (buy) buy.hidden = !next.buyNow;
    // With the first bid its seller can end it no more.
    if (next.bids > 0) {
      part("unbid")?.remove();
      part("has-bids")?.removeAttribute("hidden");
    }
    part("clock")!.hidden = isOver;
    if (isOver) {
      const open = part("open");
      if (open) open.hidden = true;
      // What its seller could do is over, too; what he can do now the server says on the next page.
      const seller = panel.querySelector<HTMLElement>(".auction-seller");
      if (seller && before) seller.hidden = true;
      standing();
      // What became of it for the reader, and where it goes on.
      if (before) askSoon();
    } else if (!before || before.leader !== next.leader || before.bids !== next.bids) {
      askSoon();
    }
    if (before && wasOpen) say();
    if (before && (isOver && wasOpen)) events?.close();
    if (before && before.bids !== next.bids) void history();
    tick();
  }

  /** Read out, but not more often than one can listen. */
  function say(): void {
    clearTimeout(unsaid);
    unsaid = window.setTimeout(() => {
      saidAt = Date.now();
      const place = part("say");
      if (place && live) place.textContent = live.state === "live" || live.state === "scheduled"
        ? text("Say.live", money(live.price), live.bids)
        : text(live.state === "sold" ? "Say.sold" : "Say.over", money(live.price));
    }, Math.max(0, saidAt + SAY_EVERY - Date.now()));
  }

  /** The list of bids is made by the server alone: it is fetched anew, a moment after it changed. */
  let fetching = 0;
  async function history(): Promise<void> {
    const place = document.querySelector("[data-auction-history]");
    if (!place || fetching) return;
    fetching = window.setTimeout(async () => {
      fetching = 0;
      const page = await fetch(location.pathname, { headers: { Accept: "text/html" } }).catch(() => null);
      const fresh = page?.ok ? new DOMParser().parseFromString(await page.text(), "text/html").querySelector("[data-auction-history]") : null;
      const old = document.querySelector("[data-auction-history]");
      if (fresh && old && !old.contains(document.activeElement)) old.replaceWith(fresh);
    }, 3_000 + Math.random() * 2_000);
  }

  function tick(): void {
    const place = part("left");
    if (!place) return;
    if (state === "scheduled" && now() >= startsAt) location.reload(); // the form is the server's to make
    const left = (state === "scheduled" ? startsAt : endsAt) - now();
    const words = wordsFor(left);
    if (place.textContent !== words) place.textContent = words;
    part("clock")!.classList.toggle("auction-urgent", state === "live" && left <= SOON);
  }

  function wordsFor(left: number): string {
    const seconds = Math.max(0, Math.ceil(left / 1000));
    const [days, hours, minutes] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3_600) % 24, Math.floor(seconds / 60) % 60];
    const two = (value: number) => String(value).padStart(2, "0");
    if (days > 0) return text("Left.Days", days, hours);
    if (hours > 0) return text("Left.Hours", hours, minutes);
    return seconds > 0 ? `${two(minutes)}:${two(seconds % 60)}` : text("Left.None");
  }

  // As for the bell: a page that nobody looks at gives its connection back, and catches up when it is looked at again.
  function listen(): void {
    if (document.hidden) {
      events?.close();
      events = null;
    } else if (!events && (state === "live" || state === "scheduled")) {
      void ask();
      events = new EventSource(`/api/auctions/${id}/live`);
      events.onmessage = event => show(JSON.parse(event.data) as Live);
    }
  }

  document.addEventListener("visibilitychange", listen);
  window.addEventListener("pagehide", () => { events?.close(); events = null; });
  window.addEventListener("pageshow", listen);
  listen();
  setInterval(tick, 250);
  tick();
}
