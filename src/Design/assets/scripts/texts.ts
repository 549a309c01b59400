const all: Record<string, string> = {};
for (const block of document.querySelectorAll("script[data-texts]")) Object.assign(all, JSON.parse(block.textContent ?? "{}"));

/** A text of ScriptTexts.razor, with {0}, {1} filled in. A missing one shows its key, as on the server. */
export function text(key: string, ...values: (string | number)[]): string {
  return (all[key] ?? key).replace(/\{(\d)\}/g, (_, index) => String(values[Number(index)] ?? ""));
}
