// What of OpenAPI 3.1 this page reads.
export interface Document {
  info: { title: string; version: string; description?: string };
  paths: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, Schema> };
}

export interface Operation {
  tags?: string[];
  summary?: string;
  description?: string;
  operationId?: string;
  parameters?: Parameter[];
  requestBody?: { required?: boolean; description?: string; content: Record<string, { schema?: Schema }> };
  responses?: Record<string, { description?: string; content?: Record<string, { schema?: Schema }> }>;
}

export interface Parameter {
  name: string;
  in: "path" | "query" | "header" | "cookie";
  required?: boolean;
  description?: string;
  schema?: Schema;
}

export interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  title?: string;
  description?: string;
  enum?: unknown[];
  default?: unknown;
  example?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
  additionalProperties?: Schema | boolean;
}

export interface Call {
  id: string;
  method: string;
  path: string;
  tag: string;
  operation: Operation;
}

// HEAD answers as GET does, without the body; it needs no line of its own.
const methods = ["get", "post", "put", "patch", "delete"];

export function calls(document: Document, other: string): Call[] {
  return Object.entries(document.paths).flatMap(([path, item]) =>
    methods.filter(method => item[method]).map(method => ({
      id: `${method}-${path.replace(/[^a-z0-9]+/gi, "-")}`,
      method: method.toUpperCase(),
      path,
      tag: item[method]!.tags?.[0] ?? other,
      operation: item[method]!,
    })));
}

/** Follows references, puts `allOf` together and looks through "or null". */
export function resolve(document: Document, schema: Schema | undefined): Schema {
  if (!schema) return {};
  if (schema.$ref) {
    const { $ref, ...rest } = schema;
    return { ...resolve(document, document.components?.schemas?.[$ref.split("/").at(-1)!]), ...rest };
  }
  const choices = (schema.oneOf ?? schema.anyOf)?.filter(choice => choice.type !== "null");
  if (choices?.length === 1) return { ...schema, oneOf: undefined, anyOf: undefined, ...resolve(document, choices[0]) };
  if (!schema.allOf) return schema;
  return schema.allOf.map(part => resolve(document, part)).reduce((whole, part) => ({
    ...whole,
    ...part,
    properties: { ...whole.properties, ...part.properties },
    required: [...(whole.required ?? []), ...(part.required ?? [])],
  }), { ...schema, allOf: undefined });
}

export function name(document: Document, schema: Schema | undefined): string {
  const plain = resolve(document, schema);
  if (plain.enum) return plain.enum.map(String).join(" | ");
  // Numbers are described as "integer or string" by .NET, because it reads both.
  const types = [plain.type ?? []].flat().filter(type => type !== "null");
  const type = types.find(candidate => candidate !== "string") ?? types[0] ?? (plain.properties ? "object" : "any");
  if (type === "array") return `${name(document, plain.items)}[]`;
  return plain.format ? `${type} (${plain.format})` : type;
}

/** A value of the right shape to start from. */
export function example(document: Document, schema: Schema | undefined, depth = 0): unknown {
  const plain = resolve(document, schema);
  if (plain.example !== undefined) return plain.example;
  if (plain.default !== undefined) return plain.default;
  if (plain.enum) return plain.enum[0];
  if (depth > 4) return null;
  const type = name(document, plain).split(" ")[0]!;
  if (type.endsWith("[]")) return [example(document, plain.items, depth + 1)];
  if (type === "integer" || type === "number") return 0;
  if (type === "boolean") return false;
  if (plain.properties) return Object.fromEntries(Object.entries(plain.properties).map(([key, part]) => [key, example(document, part, depth + 1)]));
  return type === "string" ? "" : null;
}
