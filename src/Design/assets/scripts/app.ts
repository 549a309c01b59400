// Runs on every page. Each part enlivens what it finds; the page works without any of it where a form can do it.
import "./menus.ts";
import "./theme.ts";
import "./dialog.ts";
import "./copy.ts";
