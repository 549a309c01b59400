// Tells while a form is filled in what is taken or malformed. The server says it again when the form is sent.
import { csrf } from "#design/csrf.ts";
import { text } from "#design/texts.ts";

interface Answer {
  available?: boolean;
  code?: string;
  detail?: string;
}

for (const input of document.querySelectorAll<HTMLInputElement>("[data-availability] input[data-check]")) {
  let last = input.value;
  input.addEventListener("change", () => {
    const value = input.value.trim();
    if (value === last) return;
    last = value;
    if (value === "") return show(input, null);
    void ask(input.dataset.check!, value).then(answer => {
      // A later answer belongs to what is typed now.
      if (input.value.trim() === value) show(input, answer);
    });
  });
  // While it is mended, the complaint about it is old.
  input.addEventListener("input", () => show(input, null));
}

async function ask(field: string, value: string): Promise<Answer | null> {
  try {
    const response = await fetch("/api/members/availability", {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", ...csrf() },
      body: JSON.stringify({ [field]: value }),
    });
    return response.ok ? await response.json() as Answer : null;
  } catch {
    return null;
  }
}

function show(input: HTMLInputElement, answer: Answer | null): void {
  const field = input.closest<HTMLElement>(".field")!;
  const error = field.querySelector<HTMLElement>("[data-field-error]")!;
  const wrong = answer?.available === false;
  field.classList.toggle("field-wrong", wrong);
  field.classList.toggle("field-free", answer?.available === true);
  error.hidden = !wrong;
  error.textContent = wrong ? words(answer) : "";
  error.setAttribute("role", "status");
  if (wrong) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
}

function words(answer: Answer): string {
  // The words of the page are handed over without "Failure.member." before them.
  const key = answer.code!.replace(/^member\./, "");
  const known = text(key);
  return known === key ? answer.detail ?? "" : known;
}
