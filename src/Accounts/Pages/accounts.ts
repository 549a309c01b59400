import "./availability.ts";
import "./passkeys.ts";
import "./reveal.ts";
