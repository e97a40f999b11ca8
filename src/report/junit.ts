/** Findings as JUnit XML: a test case for each; those that fail the check are failures, what is unknown is skipped. */
import type { FindingListOutput, FindingOutput } from './finding-schemas.ts';
import { findingsSentence, objectName, placeOf, witnessSentence } from './finding-words.ts';

export function junit(list: FindingListOutput, fails: (finding: FindingOutput) => boolean): string {
  const { findings, unknown } = list;
  const cases = [
    ...findings.map((finding) => caseOf(finding, fails(finding))),
    ...unknown.map(({ rule, why }) =>
      testCase({ classname: rule, name: 'unknown' }, element('skipped', { message: why })),
    ),
    ...(findings.length === 0 ? [testCase({ classname: 'holdfast', name: findingsSentence(list) }, '')] : []),
  ];
  const counts = {
    tests: String(cases.length),
    failures: String(findings.filter(fails).length),
    errors: '0',
    skipped: String(unknown.length),
  };
  const suite = element('testsuite', { name: 'holdfast check', ...counts }, `\n${cases.join('')}  `);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="holdfast" tests="${counts.tests}" failures="${counts.failures}">\n  ${suite}\n</testsuites>\n`;
}

function caseOf(finding: FindingOutput, fails: boolean): string {
  const { rule, title, severity, message, remedy, witness, why, origin } = finding;
  const text = [placeOf(finding), message, witness === undefined ? '' : witnessSentence(witness), why, remedy]
    .filter((line) => line !== '')
    .join('\n');
  const body = fails
    ? element('failure', { type: severity, message: `${rule} ${title}` }, escapeXml(text))
    : element('system-out', {}, escapeXml(`${severity}: ${text}`));
  return testCase(
    {
      classname: objectName(finding.object),
      name: `${rule} ${title}`,
      ...(origin.file === undefined ? {} : { file: origin.file }),
      ...(origin.line === undefined ? {} : { line: String(origin.line) }),
    },
    body,
  );
}

function testCase(attributes: Readonly<Record<string, string>>, body: string): string {
  return `    ${element('testcase', attributes, body === '' ? undefined : `\n      ${body}\n    `)}\n`;
}

function element(name: string, attributes: Readonly<Record<string, string>>, body?: string): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(value)}"`);
  return body === undefined ? `<${name}${written.join('')}/>` : `<${name}${written.join('')}>${body}</${name}>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** XML 1.0 forbids most control characters; they become U+FFFD. Line ends in attributes would be read as blanks. */
function escapeXml(text: string): string {
  return text
    .replaceAll(/[&<>"']/g, (letter) => ENTITIES[letter] ?? letter)
    .replaceAll(/(?![\t\n\r])\p{Cc}|[\uFFFE\uFFFF]|\p{Cs}/gu, '\uFFFD');
}
