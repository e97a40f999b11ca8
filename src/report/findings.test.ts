import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { check } from '../check/check.ts';
import { makeWorld } from '../cli/world-inputs.ts';
import { findingListOutput, type FindingListOutput } from './finding-schemas.ts';
import { findingsText } from './findings-text.ts';
import { githubAnnotations } from './github.ts';
import { findingsHtml } from './html/findings-page.ts';
import { junit } from './junit.ts';
import { noPaint } from './paint.ts';
import { sarif } from './sarif.ts';

const root = join(import.meta.dirname, '../..');

function listOf(path: string, lead = ''): FindingListOutput {
  const text = lead + readFileSync(join(root, path), 'utf8');
  const { world } = makeWorld({ texts: [{ file: path, text, named: true }], named: [], kubernetesVersion: undefined });
  return findingListOutput(check(world));
}

const broken = listOf('test/fixtures/check/PD03/fail.yaml');
const [first] = broken.findings as [FindingListOutput['findings'][number]];
/** Everything that a format could take for its own. */
const nasty: FindingListOutput = {
  ...broken,
  findings: [
    {
      ...first,
      message: 'a <b> & "c" \'d\' 100%\r\n::error::e \u0000\u001B[31m ]]> `f`',
      origin: { file: 'a b/ü:1,2%.yaml', line: 3, column: 1 },
      known: true,
    },
  ],
  summary: { ...broken.summary, known: 1 },
  waived: [{ rule: 'WL01', object: first.object, reason: '<i>', owner: 'o', expires: '2027-01-01' }],
  unknown: [{ rule: 'WL07', why: '"<why>"' }],
};

describe('SARIF', () => {
  const schema = JSON.parse(
    gunzipSync(readFileSync(join(root, 'test/schemas/formats/sarif-2.1.0.json.gz'))).toString(),
  ) as object;
  const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);
  const results = (text: string): readonly { partialFingerprints: object; locations: readonly object[] }[] =>
    (JSON.parse(text) as { runs: [{ results: [] }] }).runs[0].results;

  it.each([
    ['findings', broken],
    ['nothing', { ...broken, findings: [] }],
    ['all that is odd', nasty],
  ])('is valid with %s', (_, list) => {
    expect(validate(JSON.parse(sarif(list, '1.2.3'))), JSON.stringify(validate.errors)).toBe(true);
  });

  it('would be refused when it is wrong', () => {
    const wrong = JSON.parse(sarif(broken, '1.2.3')) as { runs: [{ results: [{ level: string }] }] };
    wrong.runs[0].results[0].level = 'bad';
    expect(validate(wrong)).toBe(false);
  });

  it('keeps fingerprints when lines move', () => {
    const moved = results(sarif(listOf('test/fixtures/check/PD03/fail.yaml', '# One\n# two\n'), '1.2.3'));
    const before = results(sarif(broken, '1.2.3'));
    expect(moved.map(({ partialFingerprints }) => partialFingerprints)).toEqual(
      before.map(({ partialFingerprints }) => partialFingerprints),
    );
    expect(moved[0]?.locations).not.toEqual(before[0]?.locations);
  });

  it('writes file names as references', () => {
    expect(sarif(nasty, '1.2.3')).toContain('"uri": "a%20b/%C3%BC%3A1%2C2%25.yaml"');
  });
});

describe('JUnit', () => {
  it('has a case for each finding, and failures for those that fail', () => {
    const text = junit(broken, ({ rule }) => rule === 'PD03');
    expect(text.match(/<failure /g)).toHaveLength(broken.findings.filter(({ rule }) => rule === 'PD03').length);
    expect(text.match(/<testcase /g)).toHaveLength(broken.findings.length + broken.unknown.length);
  });

  it('says in one passing case what was looked at when nothing was found', () => {
    const text = junit({ ...broken, findings: [], unknown: [] }, () => true);
    expect(text).toContain('<testcase classname="holdfast" name="');
    expect(text).toContain('tests="1" failures="0"');
  });

  it('lets nothing of a message be markup', () => {
    const text = junit(nasty, () => true);
    expect(text).toContain('a &lt;b&gt; &amp; &quot;c&quot; &apos;d&apos; 100%');
    expect(text).not.toMatch(/(?![\t\n\r])\p{Cc}/u);
  });
});

describe('GitHub', () => {
  it('is one line for each new finding, with the place', () => {
    const lines = githubAnnotations(broken).trimEnd().split('\n');
    expect(lines).toHaveLength(broken.findings.length + 1);
    expect(lines[0]).toMatch(
      /^::(?:error|warning|notice) file=test\/fixtures\/check\/PD03\/fail\.yaml,line=\d+,col=\d+,title=/,
    );
  });

  it('lets no message be a command', () => {
    const list: FindingListOutput = JSON.parse(
      JSON.stringify(nasty).replace('"known":true,', '').replace(',"known":true}', '}'),
    );
    const lines = githubAnnotations(list).trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    expect(lines[0]).toContain('file=a b/ü%3A1%2C2%25.yaml');
    expect(githubAnnotations(nasty).trimEnd().split('\n')).toHaveLength(1);
  });
});

it('HTML escapes what people wrote and loads nothing', () => {
  const page = findingsHtml(nasty);
  expect(page).toContain('a &lt;b&gt; &amp;');
  expect(page).toContain('&lt;i&gt;');
  expect(page).not.toMatch(/<script|src=|https?:/);
});

it('text says in one line that nothing was found and what was looked at', () => {
  const list = listOf('test/fixtures/check/PD03/fail.yaml');
  const none = { ...list, findings: [], unknown: [], summary: { ...list.summary, errors: 0, warnings: 0, infos: 0 } };
  const text = findingsText(none, { paint: noPaint, width: 120, wide: false });
  expect(text).toMatch(/^Nothing found in \d+ objects \(\d+ workloads, 0 nodes\) by \d+ rules\.\n$/);
});
