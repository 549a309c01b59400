// Applies a theme at once and stores it in the background, where the form alone would load the page again.
const form = document.querySelector<HTMLFormElement>("[data-theme-form]");

form?.addEventListener("submit", event => {
  const button = event.submitter as HTMLButtonElement | null;
  if (!button) return;
  event.preventDefault();
  document.documentElement.dataset.theme = button.value;
  for (const other of form.querySelectorAll("button")) other.setAttribute("aria-pressed", String(other === button));
  const fields = new FormData(form, button);
  void fetch(form.action, { method: "POST", body: new URLSearchParams(fields as unknown as Record<string, string>), redirect: "manual" });
});
