// Shows a picture's ThumbHash until the picture itself is there.
import { placeholder } from "./thumbhash.ts";

export function paintPlaceholders(root: ParentNode): void {
  for (const element of root.querySelectorAll<HTMLElement>("[data-thumbhash]")) {
    const hash = element.dataset.thumbhash;
    const picture = element.querySelector("img");
    const missing = () => element.classList.add("picture-missing");
    if (picture?.complete && picture.naturalWidth === 0) missing();
    else picture?.addEventListener("error", missing, { once: true });
    if (!hash || (picture?.complete && picture.naturalWidth > 0)) continue;
    const url = placeholder(hash);
    if (!url) continue;
    element.style.backgroundImage = `url(${url})`;
    // Not for ever: a transparent picture would show it through.
    picture?.addEventListener("load", () => { element.style.backgroundImage = ""; }, { once: true });
  }
}

paintPlaceholders(document);
