// What a browser makes of a report. Run by .ci/page, which names the program and the browser:
//   node page_test.mjs BITLINE CHROMIUM FOLDER
// FOLDER takes the reports. The run folder in testdata/ is that of a small run.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {cpSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {test} from 'node:test';
import {fileURLToPath, pathToFileURL} from 'node:url';

const [program, chromiumPath, folder] = process.argv.slice(2);
const {chromium} = await import(pathToFileURL(join(folder, 'node_modules/playwright-core/index.mjs')));
const testdata = join(dirname(fileURLToPath(import.meta.url)), 'testdata');
const reports = join(folder, 'reports');
const attack = '<img src=x onerror="window.attacked=1"></script><script>window.attacked=1</script>';

const desktop = {viewport: {width: 1280, height: 900}};
const phone = {viewport: {width: 360, height: 740}, isMobile: true, hasTouch: true};

/** A report on copies of the run folder, each changed by the function that its name has. */
function report(name, runs = {run: () => {}}) {
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

function edit(file, from, to) {
  const text = readFileSync(file, 'utf8');
  assert.ok(text.includes(from), `${from} is not in ${file}`);
  writeFileSync(file, text.replaceAll(from, to));
}

/** Opens a report, and holds that it draws without a word of complaint or a request. */
async function open(browser, file, options = desktop) {
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
const drawnMarks = (page) => page.locator('figure').evaluateAll((figures) =>
  figures.map((figure) =>
    [...figure.querySelectorAll('svg .role-mark path, svg .role-mark line, svg .role-mark text')]
      .filter((mark) => {
        const box = mark.getBoundingClientRect();
        return box.width > 0 || box.height > 0;
      }).length));

const overflow = (page) => page.evaluate(() => {
  const width = document.documentElement.clientWidth;
  const inScroll = (element) => element.closest('.scroll, pre, nav, .skip, .status') !== null;
  const wide = [...document.querySelectorAll('body *')]
    .filter((element) => !inScroll(element) && element.getBoundingClientRect().right > width + 1);
  return {page: document.documentElement.scrollWidth - width, wide: wide.map((e) => e.tagName)};
});

/** Opens the table behind a chart and waits for its rows. */
async function openTable(figure) {
  if (await figure.locator('details.rows[open]').count() === 0)
    await figure.locator('details.rows > summary').click();
  await figure.locator('details.rows tbody tr').first().waitFor();
}

const dataOf = (page) =>
  page.evaluate(() => JSON.parse(document.getElementById('data').textContent));

/** Values of a column of a chart or table, by its section and its place there. */
async function column(page, section, table, name) {
  const data = await dataOf(page);
  const tables = data.sections.find((s) => s.id === section).blocks.flatMap((b) => b.tables ?? []);
  return tables.find((t) => t.name === table).columns.find((c) => c.name === name).values;
}

rmSync(reports, {recursive: true, force: true});
mkdirSync(reports, {recursive: true});
const browser = await chromium.launch({executablePath: chromiumPath, args: ['--no-sandbox']});
test.after(() => browser.close());

test('every chart is drawn, on a desktop, on a phone, in the dark, and for several runs', async () => {
  const one = report('drawn');
  const two = report('compared', {first: () => {}, second: () => {}});
  for (const [file, options] of [[one, desktop], [one, phone], [one, {...desktop, colorScheme: 'dark'}],
    [two, desktop]]) {
    const page = await open(browser, file, options);
    const marks = await drawnMarks(page);
    assert.ok(marks.length >= 5, `${marks.length} charts`);
    for (const count of marks) assert.ok(count >= 3, `marks of the charts: ${marks}`);
    await page.context().close();
  }
});

test('a report is one file below 5 MB', () => {
  assert.ok(statSync(report('size')).size < 5e6);
});

test('the layer picker draws the layer and shows its rows', async () => {
  const page = await open(browser, report('picker'));
  const figure = page.locator('#sums figure');
  const select = figure.locator('select[data-field="layer"]');
  const layers = await select.locator('option').allTextContents();
  assert.ok(layers.length >= 2);
  await openTable(figure);
  const bars = () => figure.locator('svg .role-mark path').evaluateAll((paths) =>
    paths.map((path) => path.getAttribute('d')).join());
  const before = await bars();
  await select.selectOption(layers[1]);
  await page.waitForFunction(([selector, old]) =>
    [...document.querySelectorAll(selector)].map((p) => p.getAttribute('d')).join() !== old,
  ['#sums figure svg .role-mark path', before]);
  const shown = await figure.locator('tbody tr th').allTextContents();
  assert.deepEqual([...new Set(shown)], [layers[1]]);
});

test('choices work from the keyboard and keep the focus', async () => {
  const page = await open(browser, report('keyboard'));
  const select = page.locator('#sums select[data-field="layer"]');
  const second = await select.locator('option').nth(1).textContent();
  await select.focus();
  await page.keyboard.press('ArrowDown');
  assert.equal(await page.locator('#sums select[data-field="layer"]').inputValue(), second);
  assert.equal(await page.evaluate(() => document.activeElement.dataset.field), 'layer');
});

test('every chart has a table, and every table a name', async () => {
  const page = await open(browser, report('tables'));
  for (const figure of await page.locator('figure').all()) await openTable(figure);
  assert.equal(await page.locator('table:not([aria-label])').count(), 0);
});

test('nothing is cut on a phone or on paper', async () => {
  const file = report('layouts');
  for (const options of [desktop, phone]) {
    const page = await open(browser, file, options);
    assert.deepEqual(await overflow(page), {page: 0, wide: []});
    await page.context().close();
  }
  const page = await open(browser, file, {viewport: {width: 688, height: 1000}});  // A4 less edges
  await page.emulateMedia({media: 'print'});
  assert.deepEqual(await overflow(page), {page: 0, wide: []});
  const scrolling = await page.locator('.scroll, pre').evaluateAll((parts) =>
    parts.filter((part) => part.scrollWidth > part.clientWidth + 1).length);
  assert.equal(scrolling, 0);
});

test('a number that is altered in the run folder is in the data of the chart', async () => {
  const before = await open(browser, report('unaltered'));
  assert.ok(!(await column(before, 'accuracy', 'rows', 'accuracy')).includes(12.3456));
  const file = report('altered', {run: (run) => {
    const name = join(run, 'results.csv');
    const lines = readFileSync(name, 'utf8').split('\n');
    const place = lines[0].split(',').indexOf('test_accuracy');
    const fields = lines[2].split(',');
    fields[place] = '12.3456';
    lines[2] = fields.join(',');
    writeFileSync(name, lines.join('\n'));
  }});
  const page = await open(browser, file);
  assert.ok((await column(page, 'accuracy', 'rows', 'accuracy')).includes(12.3456));
  const drawn = await page.locator('#accuracy .chart').evaluate((place) =>
    place.view.data('rows').map((row) => row.accuracy));
  assert.ok(drawn.includes(12.3456));
});

test('names of layers and runs stay text', async () => {
  const layer = JSON.parse(readFileSync(join(testdata, 'run/mapping.json'), 'utf8')).nodes
    .find((node) => node.place === 'array').name;
  const inCsv = `"${attack.replaceAll('"', '""')}"`;
  const file = report('attacked', {'run <b>bold<': (run) => {
    const results = readFileSync(join(run, 'results.csv'), 'utf8');
    for (const plan of new Set(results.match(/plans\/[^,]+\.json/g)))
      edit(join(run, plan), `"${layer}"`, JSON.stringify(attack));
    edit(join(run, 'mapping.json'), `"${layer}"`, JSON.stringify(attack));
    edit(join(run, 'profile/counts.csv'), `\n${layer},`, `\n${inCsv},`);
    edit(join(run, 'run.json'), '"command": "', '"command": "</script><script>window.attacked=1</script>');
  }});
  const page = await open(browser, file);
  assert.equal(await page.locator('h1').textContent(), 'run <b>bold<');
  assert.equal(await page.locator('#sums select[data-field="layer"] option').first().textContent(), attack);
  for (const figure of await page.locator('figure').all()) await openTable(figure);
  await page.locator('#network svg .role-mark path').first().hover();
  assert.equal(await page.evaluate(() => window.attacked), undefined);
  assert.equal(await page.locator('main img, main b, main script').count(), 0);
});

test('the button copies the command', async () => {
  const page = await open(browser, report('copied'));
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', {name: 'Copy command'}).click();
  await page.getByRole('button', {name: 'Copied'}).waitFor();
  const command = JSON.parse(readFileSync(join(testdata, 'run/run.json'), 'utf8')).command;
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), command);
});
