// Buttons of CopyButton.razor.
import { toast } from "./toast.ts";

document.addEventListener("click", async event => {
  const button = (event.target as Element).closest<HTMLElement>("[data-copy]");
  if (!button) return;
  const source = button.dataset.copyFrom && document.querySelector(button.dataset.copyFrom);
  await copy((source ? source.textContent : button.dataset.copy) ?? "");
  toast(button.dataset.copied ?? "✓");
});

/** Copies also where the page came by plain http from another machine, which has no clipboard API. */
export async function copy(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "visually-hidden";
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
