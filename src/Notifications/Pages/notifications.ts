// On every page of a member: keeps the bell's count live and says in passing what came.
import { csrf } from "#design/csrf.ts";
import { text } from "#design/texts.ts";
import { toast } from "#design/toast.ts";

interface Item { id: string; at: string; href?: string | null; title: Record<string, string> }
interface State { unread: number; newest: Item[] }

const bell = document.querySelector<HTMLElement>("[data-bell]");
const language = document.documentElement.lang;
let events: EventSource | null = null;
// What is newer than what the page was made with rings; as instants, because the page and the events write them differently.
let since = bell?.dataset.since ? Date.parse(bell.dataset.since) : 0;

let unread = Number(bell?.dataset.unread ?? 0);

/** The list is made by the server alone: an open one is fetched anew. Not one that is being used, nor a later page. */
async function refresh(): Promise<void> {
  const list = document.querySelector("[data-notes=first]");
  if (!list || list.contains(document.activeElement)) return;
  const page = await fetch(location.href, { headers: { Accept: "text/html" } });
  const fresh = page.ok && new DOMParser().parseFromString(await page.text(), "text/html").querySelector("[data-notes=first]");
  if (!fresh) return;
  list.replaceWith(fresh);
  tellTimes();
}

function show(state: State): void {
  if (!bell) return;
  const count = bell.querySelector<HTMLElement>("[data-bell-count]")!;
  count.textContent = state.unread > 99 ? "99+" : String(state.unread);
  count.hidden = state.unread === 0;
  bell.setAttribute("aria-label", state.unread > 0 ? text("Bell.Unread", state.unread) : text("Bell"));

  if (state.unread !== unread) void refresh();
  unread = state.unread;

  const fresh = state.newest.filter(item => Date.parse(item.at) > since);
  if (fresh.length === 0) return;
  since = Math.max(...fresh.map(item => Date.parse(item.at)));
  bell.classList.remove("bell-rings");
  void bell.offsetWidth; // so that the animation begins anew
  bell.classList.add("bell-rings");
  for (const item of fresh.reverse()) toast(item.title[language] ?? item.title.en ?? "", "plain", item.href ?? "/notifications");
}

// A browser keeps few connections to one host: a page that nobody looks at gives its own back, and catches up when it is looked at again.
function listen(): void {
  if (document.hidden) {
    events?.close();
    events = null;
  } else if (bell && !events) {
    events = new EventSource("/api/notifications/events");
    events.onmessage = event => show(JSON.parse(event.data) as State);
  }
}

document.addEventListener("visibilitychange", listen);
// A page in the back-forward cache must hold no connection, or it is not kept.
window.addEventListener("pagehide", () => { events?.close(); events = null; });
window.addEventListener("pageshow", listen);
listen();

// Following a notification reads it. The page does not wait for that.
document.addEventListener("click", event => {
  const id = (event.target as Element).closest<HTMLElement>("a[data-read]")?.dataset.read;
  if (id) void fetch(`/api/notifications/${id}/read`, { method: "POST", headers: csrf(), keepalive: true });
});

/** The reader's own time. */
function tellTimes(): void {
  for (const time of document.querySelectorAll<HTMLTimeElement>("time[data-time]")) {
    time.textContent = new Date(time.dateTime).toLocaleString(language, { dateStyle: "medium", timeStyle: "short" });
  }
}

tellTimes();
