// On the page of a picture that is still being prepared: shows it as soon as it is ready.
import { watch, isFinal } from "./watch.ts";

const waiting = document.querySelector<HTMLElement>("[data-waiting]");
if (waiting) watch(waiting.dataset.waiting!, state => { if (isFinal(state)) location.reload(); });
