// node build/results.mjs FOLDER [CHECK...]: names what failed in the TRX files below FOLDER, adds the checks that failed, and
// ends with the line `N passed, N failed`. A test that was skipped counts as failed: nobody sees a skip.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, ...checks] = process.argv.slice(2);
const unescape = text => text.replace(/&(lt|gt|quot|apos|amp);/g, (_, name) => ({ lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' })[name]);

let passed = 0;
const failed = [];
const explained = new Set();
for (const report of readdirSync(folder, { recursive: true }).filter(name => name.endsWith('.trx'))) {
  const xml = readFileSync(join(folder, report), 'utf8');
  for (const [test] of xml.matchAll(/<UnitTestResult [^>]*>/g)) {
    const outcome = /outcome="([^"]*)"/.exec(test)?.[1] ?? 'Unknown';
    const name = unescape(/testName="([^"]*)"/.exec(test)?.[1] ?? '?');
    if (outcome === 'Passed') passed++;
    else {
      explained.add(`tests of ${report.split('/')[0]}`);
      failed.push(outcome === 'Failed' ? name : `${name} (${outcome === 'NotExecuted' ? 'skipped' : outcome})`);
    }
  }
}

// A run that reported its failed tests is one fault, not two; a run that broke without a failed test is a fault of its own.
for (const check of checks) {
  if (!explained.has(check)) failed.push(check);
}
if (passed + failed.length === 0) failed.push('no test ran at all');

console.log('');
for (const name of failed) console.log(`FAILED ${name}`);
console.log(`${passed} passed, ${failed.length} failed`);
process.exit(failed.length === 0 ? 0 : 1);
