/** The report as a person sees it: opened from disk in headless Chromium, dark and light, wide and on a phone, without scripts, with a keyboard. */
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureDebianTool } from './debian.ts';

const root = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'holdfast-report-'));
const report = join(folder, 'report.html');
const shots = join(import.meta.dirname, 'out');
let browser: Browser;

beforeAll(async () => {
  mkdirSync(shots, { recursive: true });
  const demo = spawnSync(process.execPath, ['src/cli/main.ts', 'demo', '--out', report], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(demo.status, demo.stderr).toBe(0);
  const executablePath = ensureDebianTool('chromium', 'chromium');
  browser = await chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(options: {
  width: number;
  dark: boolean;
  scripts: boolean;
}): Promise<{ page: Page; requests: string[] }> {
  const context = await browser.newContext({
    viewport: { width: options.width, height: 900 },
    colorScheme: options.dark ? 'dark' : 'light',
    javaScriptEnabled: options.scripts,
  });
  const page = await context.newPage();
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(pathToFileURL(report).href);
  return { page, requests };
}

describe.each([
  ['wide, light', { width: 1280, dark: false, scripts: true }],
  ['wide, dark, without scripts', { width: 1280, dark: true, scripts: false }],
  ['on a phone', { width: 390, dark: false, scripts: false }],
])('%s', (name, options) => {
  it('shows the verdict first, loads nothing, fits the screen', async () => {
    const { page, requests } = await open(options);
    const path = join(shots, `report-${name.replaceAll(/[ ,]+/g, '-')}.png`);
    await page.screenshot({ path, fullPage: true });
    expect(statSync(path).size).toBeGreaterThan(10_000);
    expect(requests.filter((url) => !url.startsWith('file:') && !url.startsWith('data:'))).toEqual([]);
    const heading = page.locator('h1');
    expect(await heading.count()).toBe(1);
    expect((await heading.boundingBox())?.y).toBeLessThan(300);
    if (options.scripts) {
      expect(await page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth')).toBe(
        true,
      );
    }
    const width = await page.locator('body').boundingBox();
    expect(width?.width).toBeLessThanOrEqual(options.width);
    await page.context().close();
  });
});

it('is reached with the keyboard', async () => {
  const { page } = await open({ width: 1280, dark: false, scripts: true });
  const reached = new Set<string>();
  for (let presses = 0; presses < 30; presses += 1) {
    await page.keyboard.press('Tab');
    reached.add(String(await page.evaluate('document.activeElement?.outerHTML.slice(0, 80)')));
  }
  expect(reached.size).toBeGreaterThan(5);
  await page.context().close();
});
