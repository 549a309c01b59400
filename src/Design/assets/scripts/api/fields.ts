// Draws what a call takes and gives.
import { h, prose } from "../dom.ts";
import { text } from "../texts.ts";
import { type Document, name, type Parameter, resolve, type Schema } from "./openapi.ts";

/** An input for every parameter; its name says where it goes: "query:width". */
export function parameterField(document: Document, prefix: string, parameter: Parameter): HTMLElement {
  const schema = resolve(document, parameter.schema);
  const id = `${prefix}-${parameter.in}-${parameter.name}`;
  const attributes = { class: "input", id, name: `${parameter.in}:${parameter.name}`, "aria-describedby": `${id}-about`, autocomplete: "off" };
  const input = schema.enum
    ? h("select", attributes, ...["", ...schema.enum.map(String)].map(value => h("option", { value }, value)))
    : h("input", { ...attributes, required: parameter.required, spellcheck: "false", placeholder: schema.default === undefined ? null : String(schema.default) });
  return h("div", { class: "api-parameter" },
    h("label", { for: id }, h("code", {}, parameter.name), parameter.required && h("span", { class: "api-required" }, text("Required"))),
    h("div", {}, input,
      h("p", { class: "field-hint", id: `${id}-about` }, `${parameter.in} · ${name(document, parameter.schema)}${parameter.description ? " · " : ""}`, ...prose(parameter.description ?? ""))));
}

/** The fields of a schema as a list, nested ones folded away. What is required matters only in what is sent. */
export function schemaList(document: Document, schema: Schema | undefined, required = false, seen: readonly (Schema | undefined)[] = []): HTMLElement | null {
  const plain = resolve(document, schema);
  const inner = plain.items ? resolve(document, plain.items) : plain;
  if (!inner.properties || seen.includes(inner.properties as Schema)) return null;
  const path = [...seen, inner.properties as Schema];
  return h("ul", { class: "api-schema" }, ...Object.entries(inner.properties).map(([key, part]) => {
    const nested = schemaList(document, part, required, path);
    const line = [
      h("code", {}, key), " ", h("span", { class: "api-type" }, name(document, part)),
      required && inner.required?.includes(key) ? h("span", { class: "api-required" }, text("Required")) : null,
      resolve(document, part).description ? h("span", { class: "quiet" }, " ", ...prose(resolve(document, part).description!)) : null,
    ];
    return nested ? h("li", {}, h("details", {}, h("summary", {}, ...line), nested)) : h("li", {}, ...line);
  }));
}
