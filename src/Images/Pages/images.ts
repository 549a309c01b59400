// The pages /images and /images/{id}. Each part enlivens what it finds.
import "./placeholders.ts";
import "./uploads.ts";
import "./compare.ts";
import "./waiting.ts";
