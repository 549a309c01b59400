// The market's pages: the editor's pictures, the like button, sharing, the gallery. All of it is there without scripts too, in plainer form.
import "./editor.ts";
import { csrf } from "#design/csrf.ts";
import { text } from "#design/texts.ts";
import { toast } from "#design/toast.ts";

for (const form of document.querySelectorAll<HTMLFormElement>("[data-like]")) {
  form.addEventListener("submit", event => {
    event.preventDefault();
    void like(form);
  });
}

async function like(form: HTMLFormElement): Promise<void> {
  const button = form.querySelector<HTMLButtonElement>(".like")!;
  const liked = button.getAttribute("aria-pressed") === "true";
  button.disabled = true;
  try {
    const answer = await fetch(`/api/listings/${form.dataset.like}/like`, { method: liked ? "DELETE" : "PUT", headers: csrf() });
    // A stranger is led to sign in, by the form as it is.
    if (answer.status === 401 || answer.status === 403) return form.submit();
    if (!answer.ok) return toast(text("Failed"), "wrong");
    button.setAttribute("aria-pressed", String(!liked));
    button.querySelector(".heart")!.classList.toggle("heart-filled", !liked);
    form.action = `/market/${form.dataset.like}/${liked ? "like" : "unlike"}`;
    const count = button.querySelector<HTMLElement>("[data-likes]")!;
    count.textContent = (Number(count.textContent!.replace(/\D/g, "")) + (liked ? -1 : 1)).toLocaleString(document.documentElement.lang);
  } catch {
    toast(text("Failed"), "wrong");
  } finally {
    button.disabled = false;
  }
}

for (const button of document.querySelectorAll<HTMLButtonElement>("[data-share]")) {
  button.addEventListener("click", () => void share(button.dataset.title ?? document.title));
}

async function share(title: string): Promise<void> {
  const url = location.origin + location.pathname;
  try {
    if (navigator.share) await navigator.share({ title, url });
    else {
      await navigator.clipboard.writeText(url);
      toast(text("Copied"));
    }
  } catch {
    // Given up by the person, or not allowed here: the address is in the address bar.
  }
}

for (const gallery of document.querySelectorAll<HTMLElement>("[data-gallery]")) {
  const strip = gallery.querySelector<HTMLElement>(".gallery-strip");
  const thumbs = [...gallery.querySelectorAll<HTMLAnchorElement>("[data-thumb]")];
  if (!strip || thumbs.length === 0) continue;
  const mark = () => {
    const shown = Math.round(strip.scrollLeft / strip.clientWidth);
    thumbs.forEach((thumb, place) => thumb.setAttribute("aria-current", String(place === shown)));
  };
  thumbs.forEach((thumb, place) => thumb.addEventListener("click", event => {
    event.preventDefault();
    strip.scrollTo({ left: place * strip.clientWidth, behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  }));
  strip.addEventListener("scroll", mark, { passive: true });
  mark();
}
