// A menu is a <details>: it opens by itself. This closes it by Escape and by pressing elsewhere.
const opened = () => document.querySelectorAll<HTMLDetailsElement>("details[data-menu][open]");

document.addEventListener("pointerdown", event => {
  for (const menu of opened()) {
    if (!menu.contains(event.target as Node)) menu.open = false;
  }
});

document.addEventListener("keydown", event => {
  if (event.key !== "Escape") return;
  for (const menu of opened()) {
    menu.open = false;
    menu.querySelector("summary")?.focus();
  }
});
export {};
