// What somebody typed into the editor and is not saved yet lies in this window's own storage, so that a reload loses nothing. It is gone when the window is.

export interface KeptWords {
  /** The saved version that they were typed over, and those that this window wrote since, arrived or not. */
  versions: string[];
  /** A new listing's form, which becomes the listing's id. */
  form: string;
  /** Sent by a button: a newer version on the server is these words. */
  sent: boolean;
  fields: [string, string][];
  pictures: { id: string; url: string }[];
}

const BEGIN = "madang.draft.";

/** Nobody else who signs in in this window sees them. */
export function keyOf(form: HTMLFormElement): string {
  return `${BEGIN}${form.dataset.owner}.${idOf(form) || "new"}`;
}

export function idOf(form: HTMLFormElement): string {
  return form.querySelector<HTMLInputElement>("input[name=id]")!.value;
}

export function keep(key: string, words: KeptWords): void {
  try {
    sessionStorage.setItem(key, JSON.stringify(words));
  } catch {
    // A window that keeps nothing, or is full: then only the server keeps it.
  }
}

export function kept(key: string): KeptWords | null {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

export function forget(key: string): void {
  try {
    sessionStorage.removeItem(key);
  } catch {
    // Nothing was kept.
  }
}

/** A new listing's words are its own once it has a page. */
export function forgetMade(): void {
  for (const key of Object.keys(sessionStorage)) {
    const form = key.startsWith(BEGIN) && key.endsWith(".new") ? kept(key)?.form : null;
    if (form && location.pathname.startsWith(`/market/${form}`)) forget(key);
  }
}
