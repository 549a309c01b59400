// node build/results.mjs FOLDER [CHECK...]: names what failed in the TRX files below FOLDER, adds the checks that failed, and
// ends with the line `N passed, N failed`. A test that was skipped counts as failed: nobody sees a skip. One that failed and
// then passed alone (in an `.again.trx`) counts as passed and is named as FLAKY.
//
// node build/results.mjs --failed FOLDER MOST: a filter of `dotnet test` for the methods that failed, or nothing when they are
// more than MOST, or when the run itself broke off.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const unescape = text => text.replace(/&(lt|gt|quot|apos|amp);/g, (_, name) => ({ lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' })[name]);
const attribute = (xml, name) => unescape(new RegExp(`\\b${name}="([^"]*)"`).exec(xml)?.[1] ?? '');

/** Every result below a folder: the last word on each test, and whether the first was another. */
function results(folder) {
  const reports = readdirSync(folder, { recursive: true }).filter(name => name.endsWith('.trx'));
  const tests = new Map();
  for (const report of reports.sort((a, b) => a.endsWith('.again.trx') - b.endsWith('.again.trx'))) {
    const xml = readFileSync(join(folder, report), 'utf8');
    const methods = new Map([...xml.matchAll(/<UnitTest [^]*?<\/UnitTest>/g)].map(([unit]) =>
      [attribute(unit, 'id'), /<TestMethod [^>]*>/.exec(unit)?.[0] ?? '']));
    for (const [test] of xml.matchAll(/<UnitTestResult [^>]*>/g)) {
      const [id, outcome, method] = [attribute(test, 'testId'), attribute(test, 'outcome'), methods.get(attribute(test, 'testId')) ?? ''];
      const name = attribute(test, 'testName');
      const before = tests.get(id);
      // A second try can clear a test, and cannot blame one that had passed.
      if (before?.outcome === 'Passed') continue;
      tests.set(id, { name, outcome, project: report.split('/')[0], flaky: before !== undefined, method: `${attribute(method, 'className')}.${attribute(method, 'name').split('(')[0]}` });
    }
  }
  return [...tests.values()];
}

const arguments_ = process.argv.slice(2);
if (arguments_[0] === '--failed') {
  const said = readdirSync(arguments_[1]).filter(name => name.endsWith('.trx')).flatMap(name => readFileSync(join(arguments_[1], name), 'utf8').match(/<RunInfo [^]*?<\/RunInfo>/g) ?? []);
  const brokeOff = said.some(info => attribute(info, 'outcome') === 'Error' && !info.includes('[FAIL]'));
  const methods = new Set(results(arguments_[1]).filter(test => test.outcome === 'Failed').map(test => test.method));
  if (!brokeOff && methods.size <= Number(arguments_[2])) console.log([...methods].map(method => `FullyQualifiedName=${method}`).join('|'));
} else {
  const [folder, ...checks] = arguments_;
  const tests = results(folder);
  const passed = tests.filter(test => test.outcome === 'Passed');
  const bad = tests.filter(test => test.outcome !== 'Passed');
  const failed = bad.map(test => test.outcome === 'Failed' ? test.name : `${test.name} (${test.outcome === 'NotExecuted' ? 'skipped' : test.outcome || 'unknown'})`);
  // A run that reported its failed tests is one fault, not two; a run that broke without a failed test is a fault of its own.
  const explained = new Set(bad.map(test => `tests of ${test.project}`));
  failed.push(...checks.filter(check => !explained.has(check)));
  if (passed.length + failed.length === 0) failed.push('no test ran at all');

  console.log('');
  for (const test of passed.filter(test => test.flaky)) console.log(`FLAKY ${test.name}`);
  for (const name of failed) console.log(`FAILED ${name}`);
  console.log(`${passed.length} passed, ${failed.length} failed`);
  process.exit(failed.length === 0 ? 0 : 1);
}
