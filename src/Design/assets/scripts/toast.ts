/** Says something in passing at the foot of the page; screen readers say it too. With an address it is a link, and stays for longer. */
export function toast(text: string, kind: "plain" | "wrong" = "plain", href?: string): void {
  const place = document.querySelector("[data-toasts]");
  if (!place) return;
  const note = document.createElement(href ? "a" : "div");
  if (href) (note as HTMLAnchorElement).href = href;
  note.className = kind === "wrong" ? "toast toast-wrong" : "toast";
  note.textContent = text;
  place.append(note);
  // What went wrong stays long enough to be read twice, and what leads somewhere to be reached.
  setTimeout(() => note.remove(), kind === "wrong" || href ? 8_000 : 3_000);
}
