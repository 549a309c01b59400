// Bundles the TypeScript, CSS and fonts of all modules; called by Madang.Design.csproj as `node build.mjs OUTPUT`.
// Two builds at once in one tree are safe: the second waits for the first, sees that nothing is left to do and goes on.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import * as fs from "node:fs";
import path from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

const here = import.meta.dirname;
const output = path.resolve(process.argv[2] ?? path.join(here, "../obj/bundle"));
const stamp = path.join(output, ".stamp");
fs.mkdirSync(path.dirname(output), { recursive: true });

/** `@import "modules"` in app.css: the styles of all modules, so that a page loads one style sheet. */
const moduleStyles = {
  name: "module styles",
  setup(build) {
    build.onResolve({ filter: /^modules$/ }, () => ({ path: "modules", namespace: "modules" }));
    build.onLoad({ filter: /.*/, namespace: "modules" }, () => ({
      contents: entries(".css").map(file => `@import ${JSON.stringify(file)};`).join("\n"),
      loader: "css",
      resolveDir: here,
    }));
  },
};

await alone(async () => {
  const wanted = digest(inputs());
  if (read(stamp) === wanted) {
    // Another build was faster. Touched, so that MSBuild sees an output newer than its inputs.
    fs.utimesSync(stamp, new Date(), new Date());
    return;
  }
  install();
  check();
  await bundle();
  fs.writeFileSync(stamp, wanted);
});

/** Every file that may change the bundle. */
function inputs() {
  const own = ["package.json", "package-lock.json", "tsconfig.json", "build.mjs"].map(name => path.join(here, name));
  return [...own, ...files(path.join(here, "scripts")), ...files(path.join(here, "styles")), ...entries(".ts"), ...entries(".css")].sort();
}

/** What a module adds to the bundle lies beside its pages: src/<Module>/Pages/<name>.ts and .css. */
function entries(extension) {
  const modules = path.resolve(here, "../..");
  return fs.readdirSync(modules)
    .map(module => path.join(modules, module, "Pages"))
    .filter(folder => fs.existsSync(folder))
    .flatMap(files)
    .filter(file => file.endsWith(extension));
}

function files(folder) {
  return fs.readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => path.join(entry.parentPath, entry.name));
}

function digest(names) {
  const hash = createHash("sha256");
  for (const name of names) hash.update(path.relative(here, name)).update("\0").update(fs.readFileSync(name)).update("\0");
  return hash.digest("hex");
}

function install() {
  const installed = path.join(here, "node_modules/.stamp");
  const wanted = digest([path.join(here, "package-lock.json")]);
  if (read(installed) === wanted) return;
  // No install scripts: nothing here needs one.
  run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
  fs.writeFileSync(installed, wanted);
}

function check() {
  run(process.execPath, [path.join(here, "node_modules/typescript/bin/tsc"), "--project", here]);
}

/** Names carry the hash of their content, so that browsers may keep them for ever; manifest.json maps plain names to them. */
async function bundle() {
  const esbuild = await import("esbuild");
  const fresh = fs.mkdtempSync(`${output}-`);
  const result = await esbuild.build({
    absWorkingDir: here,
    // A module's own script is src/<Module>/Pages/<module>.ts.
    entryPoints: ["scripts/app.ts", "styles/app.css", ...fs.readdirSync(path.join(here, "scripts/pages")).map(name => `scripts/pages/${name}`), ...moduleMains()],
    entryNames: "[name]-[hash]",
    chunkNames: "chunk-[hash]",
    assetNames: "[name]-[hash]",
    alias: { "#design": path.join(here, "scripts") },
    bundle: true,
    splitting: true,
    format: "esm",
    minify: true,
    target: ["chrome123", "firefox121", "safari17.5"],
    plugins: [moduleStyles],
    loader: { ".woff2": "file" },
    legalComments: "none",
    metafile: true,
    outdir: fresh,
    logLevel: "warning",
  });

  const manifest = {};
  for (const [file, built] of Object.entries(result.metafile.outputs)) {
    const source = built.entryPoint ?? Object.keys(built.inputs)[0] ?? "";
    if (built.entryPoint) manifest[path.basename(source).replace(/\.ts$/, ".js")] = path.basename(file);
    // The part of the font that every page needs, whatever its language: worth a preload.
    if (source.endsWith("PretendardVariable.subset.91.woff2")) manifest["latin.woff2"] = path.basename(file);
  }
  fs.writeFileSync(path.join(fresh, "manifest.json"), JSON.stringify(manifest));
  for (const file of files(fresh).filter(name => /\.(js|css)$/.test(name))) {
    fs.writeFileSync(`${file}.br`, brotliCompressSync(fs.readFileSync(file), { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
  }
  fs.rmSync(output, { recursive: true, force: true });
  fs.renameSync(fresh, output);
}

function moduleMains() {
  return entries(".ts").filter(file => path.parse(file).name === path.basename(path.resolve(file, "../..")).toLowerCase());
}

function run(command, args) {
  const done = spawnSync(command, args, { cwd: here, stdio: ["ignore", "inherit", "inherit"] });
  if (done.status !== 0) {
    console.error(`error : ${command} ${args.join(" ")} ended with ${done.status ?? done.error}`);
    process.exit(1);
  }
}

function read(file) {
  return fs.existsSync(file) ? fs.readFileSync(file, "utf8") : null;
}

/** Runs the work under a lock that a killed build cannot leave behind for ever: its owner must be alive. */
async function alone(work) {
  const lock = path.join(here, "build.lock");
  while (true) {
    try {
      fs.writeFileSync(lock, String(process.pid), { flag: "wx" });
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
      const owner = Number(read(lock));
      if (owner ? !alive(owner) : older(lock, 5_000)) fs.rmSync(lock, { force: true });
      else await new Promise(resolve => setTimeout(resolve, 100));
    }
  }
  process.on("exit", () => fs.rmSync(lock, { force: true }));
  await work();
}

function older(file, milliseconds) {
  const status = fs.statSync(file, { throwIfNoEntry: false });
  return status !== undefined && Date.now() - status.mtimeMs > milliseconds;
}

function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
