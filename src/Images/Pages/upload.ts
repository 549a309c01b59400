// One file on its way to the server. XMLHttpRequest, because fetch cannot tell how much has been sent.
import { csrf } from "#design/csrf.ts";
import { text } from "#design/texts.ts";

export interface Uploaded {
  id: string;
  name: string;
  status: string;
}

export interface Options {
  sizes: string;
  cacheSeconds: string;
}

/** Why it was refused, in the language of the page where the code is known. */
export class UploadRefused extends Error {}

export function refusal(code: string | null | undefined, detail: string | null | undefined): string {
  const known = text(`Refused.${code}`);
  return known === `Refused.${code}` ? detail || text("NoAnswer") : known;
}

export function upload(file: File, options: Options, onProgress: (share: number) => void, signal: AbortSignal): Promise<Uploaded> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/api/images");
    request.responseType = "text";
    request.setRequestHeader("Accept", "application/json");
    for (const [name, value] of Object.entries(csrf())) request.setRequestHeader(name, value);
    request.upload.onprogress = event => event.lengthComputable && onProgress(event.loaded / event.total);
    request.onload = () => request.status === 201 ? resolve(JSON.parse(request.response)) : reject(new UploadRefused(reason(request)));
    request.onerror = () => reject(new UploadRefused(text("NoAnswer")));
    request.onabort = () => reject(new DOMException("", "AbortError"));
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(body(file, options));
  });
}

// Fields before the file: the server streams, and must know them when the file begins.
function body(file: File, options: Options): FormData {
  const form = new FormData();
  if (options.sizes) form.append("sizes", options.sizes);
  if (options.cacheSeconds) form.append("cacheSeconds", options.cacheSeconds);
  form.append("file", file, file.name);
  return form;
}

function reason(request: XMLHttpRequest): string {
  try {
    const { code, detail } = JSON.parse(request.response);
    return refusal(code, detail);
  } catch {
    return text("NoAnswer");
  }
}
