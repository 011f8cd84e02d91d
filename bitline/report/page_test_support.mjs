// For tests of reports in a browser: reports on changed copies of the run folder, and what is drawn.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {cpSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';

const [program, chromiumPath, folder] = process.argv.slice(2);
const {chromium} = await import(pathToFileURL(join(folder, 'node_modules/playwright-core/index.mjs')));
export const testdata = join(dirname(fileURLToPath(import.meta.url)), 'testdata');
const reports = join(folder, 'reports');
export const attack = '<img src=x onerror="window.attacked=1"></script><script>window.attacked=1</script>';

export const desktop = {viewport: {width: 1280, height: 900}};
export const phone = {viewport: {width: 360, height: 740}, isMobile: true, hasTouch: true};

/** A report on copies of the run folder, each changed by the function that its name has. */
export function report(name, runs = {run: () => {}}) {
  const folders = Object.entries(runs).map(([run, change]) => {
    const copy = join(reports, name, run);
    cpSync(join(testdata, 'run'), copy, {recursive: true});
    change(copy);
    return copy;
  });
  const file = join(reports, `${name}.html`);
  execFileSync(program, ['report', ...folders, '--out', file]);
  return file;
}

export function edit(file, from, to) {
  const text = readFileSync(file, 'utf8');
  assert.ok(text.includes(from), `${from} is not in ${file}`);
  writeFileSync(file, text.replaceAll(from, to));
}

/** Opens a report, and holds that it draws without a word of complaint or a request. */
export async function open(browser, file, options = desktop) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints = [];
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (!request.url().startsWith('file:') && !request.url().startsWith('data:'))
      complaints.push(`request of ${request.url()}`);
  });
  await page.goto(pathToFileURL(file).href);
  await page.waitForSelector('html[data-drawn="yes"]');
  assert.deepEqual(complaints, []);
  return page;
}

/** Marks of each chart that have an extent. */
export const drawnMarks = (page) => page.locator('figure').evaluateAll((figures) =>
  figures.map((figure) =>
    [...figure.querySelectorAll('svg .role-mark path, svg .role-mark line, svg .role-mark text')]
      .filter((mark) => {
        const box = mark.getBoundingClientRect();
        return box.width > 0 || box.height > 0;
      }).length));

export const overflow = (page) => page.evaluate(() => {
  const width = document.documentElement.clientWidth;
  const inScroll = (element) => element.closest('.scroll, pre, nav, .skip, .status') !== null;
  const wide = [...document.querySelectorAll('body *')]
    .filter((element) => !inScroll(element) && element.getBoundingClientRect().right > width + 1);
  return {page: document.documentElement.scrollWidth - width, wide: wide.map((e) => e.tagName)};
});

/** Parts of the page that scroll sideways, and texts of charts that are cut or shortened. */
export const cut = (page) => page.evaluate(() => {
  const scrolling = [...document.querySelectorAll('.scroll, pre, nav')]
    .filter((part) => part.scrollWidth > part.clientWidth + 1)
    .map((part) => part.getAttribute('aria-label') ?? part.tagName);
  const texts = [...document.querySelectorAll('figure svg text')].filter((text) => {
    const own = text.getBoundingClientRect();
    const chart = text.closest('svg').getBoundingClientRect();
    return text.textContent.endsWith('…') || own.left < chart.left - 1 || own.right > chart.right + 1;
  });
  return [...scrolling, ...texts.map((text) => text.textContent)];
});

/** Opens the table behind a chart and waits for its rows. */
export async function openTable(figure) {
  if (await figure.locator('details.rows[open]').count() === 0)
    await figure.locator('details.rows > summary').click();
  await figure.locator('details.rows tbody tr').first().waitFor();
}

/** Waits until it holds. */
export async function eventually(holds, tries = 50) {
  for (let i = 0; i < tries; ++i) {
    if (await holds()) return;
    await new Promise((wake) => setTimeout(wake, 100));
  }
  throw new Error('it never holds');
}

export const axisLabels = async (figure) =>
  (await figure.locator('svg .role-axis-label text').allTextContents()).sort().join();

/** Changes a JSON file by a function. */
export function alter(file, change) {
  const json = JSON.parse(readFileSync(file, 'utf8'));
  change(json);
  writeFileSync(file, JSON.stringify(json));
}

const dataOf = (page) =>
  page.evaluate(() => JSON.parse(document.getElementById('data').textContent));

/** Values of a column of a chart or table, by its section and its place there. */
export async function column(page, section, table, name) {
  const data = await dataOf(page);
  const tables = data.sections.find((s) => s.id === section).blocks.flatMap((b) => b.tables ?? []);
  return tables.find((t) => t.name === table).columns.find((c) => c.name === name).values;
}

rmSync(reports, {recursive: true, force: true});
mkdirSync(reports, {recursive: true});
export const browser = await chromium.launch({executablePath: chromiumPath, args: ['--no-sandbox']});
