// A button in each password field that shows what was typed: on a phone nobody hits all the right keys blindly.
import { h } from "#design/dom.ts";
import { text } from "#design/texts.ts";

for (const input of document.querySelectorAll<HTMLInputElement>("input[data-reveal]")) {
  const button = h("button", { type: "button", class: "reveal", "aria-controls": input.id, "aria-pressed": "false" }, text("Reveal"));
  button.addEventListener("click", () => {
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    button.textContent = text(shown ? "Conceal" : "Reveal");
    button.setAttribute("aria-pressed", String(shown));
    input.focus();
  });
  // What goes over the wire, and into the browser's memory of forms, is a password again.
  input.form?.addEventListener("submit", () => { input.type = "password"; });
  const box = h("div", { class: "reveal-box" });
  input.replaceWith(box);
  box.append(input, button);
}
