// Passkeys: the page asks the server what to ask, the browser asks its owner, and the server checks the answer.
import { csrf } from "#design/csrf.ts";
import { text } from "#design/texts.ts";
import { toast } from "#design/toast.ts";

// A passkey is bound to a name: browsers take none on a bare address such as 127.0.0.1.
const possible = isSecureContext && "PublicKeyCredential" in window && "parseRequestOptionsFromJSON" in PublicKeyCredential
  && !/^(\d+\.){3}\d+$|^\[/.test(location.hostname);

for (const button of document.querySelectorAll<HTMLButtonElement>("[data-passkey-sign-in]")) {
  if (!possible) continue;
  button.hidden = false;
  button.closest<HTMLElement>("[data-ways]")?.removeAttribute("hidden");
  button.addEventListener("click", () => busy(button, async () => {
    const options = PublicKeyCredential.parseRequestOptionsFromJSON(await post("/api/session/passkey/options"));
    const credential = await navigator.credentials.get({ publicKey: options });
    await post("/api/session/passkey", { credential: json(credential) });
    location.assign(button.dataset.passkeySignIn || "/");
  }, text("Passkey.Refused")));
}

for (const button of document.querySelectorAll<HTMLButtonElement>("[data-passkey-add]")) {
  if (!possible) continue;
  button.hidden = false;
  document.querySelector("[data-passkey-impossible]")?.remove();
  button.addEventListener("click", () => busy(button, async () => {
    const options = PublicKeyCredential.parseCreationOptionsFromJSON(await post("/api/me/passkeys/options"));
    const credential = await navigator.credentials.create({ publicKey: options });
    await post("/api/me/passkeys", { credential: json(credential) });
    location.reload();
  }, text("Passkey.NotAdded")));
}

async function busy(button: HTMLButtonElement, work: () => Promise<void>, sorry: string): Promise<void> {
  button.disabled = true;
  try {
    await work();
  } catch (error) {
    // Who closes the browser's own window has changed their mind.
    if (!(error instanceof DOMException && (error.name === "NotAllowedError" || error.name === "AbortError"))) toast(sorry, "wrong");
  } finally {
    button.disabled = false;
  }
}

function json(credential: Credential | null): unknown {
  if (!(credential instanceof PublicKeyCredential)) throw new Error("The browser gave no passkey.");
  return credential.toJSON();
}

async function post(path: string, body?: unknown): Promise<any> {
  const answer = await fetch(path, { method: "POST", headers: { ...csrf(), "Content-Type": "application/json" }, body: JSON.stringify(body ?? {}) });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return answer.json();
}
