// node build/coverage.mjs FOLDER GOAL FLOOR: merges all Cobertura files below FOLDER, prints the covered lines of each
// project and of all, and fails below FLOOR percent.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, goal, floor] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const reports = readdirSync(folder, { recursive: true }).filter(name => name.endsWith('coverage.cobertura.xml'));

// Project -> line of a file -> whether any test reached it.
const projects = new Map();
for (const report of reports) {
  const xml = readFileSync(join(folder, report), 'utf8');
  const root = /<source>([^<]*)<\/source>/.exec(xml)?.[1] ?? '';
  for (const [, project, classes] of xml.matchAll(/<package name="([^"]+)"[^>]*>([\s\S]*?)<\/package>/g)) {
    const lines = projects.get(project) ?? projects.set(project, new Map()).get(project);
    for (const [, file, body] of classes.matchAll(/<class [^>]*filename="([^"]+)"[^>]*>([\s\S]*?)<\/class>/g)) {
      for (const [, number, hits] of body.matchAll(/<line number="(\d+)" hits="(\d+)"/g)) {
        const line = `${join(root, file)}:${number}`;
        lines.set(line, lines.get(line) || hits !== '0');
      }
    }
  }
}

const count = lines => ({ all: lines.length, covered: lines.filter(Boolean).length });
const percent = ({ all, covered }) => (all === 0 ? 100 : (100 * covered) / all);
const row = (name, part) => console.log(`${name.padEnd(24)} ${percent(part).toFixed(1).padStart(6)} % ${String(part.covered).padStart(7)} of ${part.all}`);

for (const [project, lines] of [...projects].sort()) row(project, count([...lines.values()]));
const total = count([...projects.values()].flatMap(lines => [...lines.values()]));
row('lines covered, in total', total);
console.log(`goal ${goal} %, floor ${floor} %`);

if (reports.length === 0 || total.all === 0) {
  console.error('No coverage was reported at all.');
  process.exit(1);
}
if (percent(total) < floor) {
  console.error('The coverage fell below the floor: test what was added.');
  process.exit(1);
}
