type Child = Node | string | null | undefined | false;

/** Makes an element: `h("a", { href: "/" }, "Home")`. Text is text, never markup. `on...` takes a listener. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string | number | boolean | null | undefined | ((event: Event) => void)> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...children.filter(child => child !== null && child !== undefined && child !== false));
  return element;
}

/** A sentence with `code` in backticks, as descriptions of the API have it. */
export function prose(sentence: string): (Node | string)[] {
  return sentence.split("`").map((part, index) => index % 2 === 1 ? h("code", {}, part) : part);
}

/** "1.2 MB" in the page's language. */
export function bytes(count: number): string {
  const language = document.documentElement.lang;
  if (count < 1_000) return `${count} B`;
  const [value, unit] = count < 1_000_000 ? [count / 1_000, "kB"] : [count / 1_000_000, "MB"];
  return `${value.toLocaleString(language, { maximumFractionDigits: value < 10 ? 1 : 0 })} ${unit}`;
}
