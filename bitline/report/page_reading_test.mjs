// What a reader of a report finds, on a desktop and on a phone. Run by .ci/page, as page_test.mjs.
import assert from 'node:assert/strict';
import {cpSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import {
  alter, browser, cut, eventually, open, openTable, overflow, phone, report,
} from './page_test_support.mjs';

test.after(() => browser.close());

test('on a phone nothing has to be pushed sideways, and no word of a chart is shortened', async () => {
  const page = await open(browser, report('pocket', {run: () => {}, 'a run with a longer name': () => {}}), phone);
  for (const figure of await page.locator('figure').all()) await openTable(figure);
  assert.deepEqual(await cut(page), []);
  assert.deepEqual(await overflow(page), {page: 0, wide: []});
  const values = page.locator('#network details td').first();
  const heading = await values.evaluate((cell) => getComputedStyle(cell, '::before').content);
  assert.equal(heading, '"Output"');
  await page.context().close();
  assert.deepEqual(await cut(await open(browser, report('pocket-alone'), phone)), []);
});

test('the head says what the figures stand on, and what range methods are', async () => {
  const page = await open(browser, report('head'));
  const facts = await page.locator('#summary dl > div').allTextContents();
  for (const fact of ['Networkresnet203 layers', 'Datasamples', 'Array128 × 128', 'Search images50',
    'Validation images50', 'Test images1,000the whole test set'])
    assert.ok(facts.some((text) => text.startsWith(fact)), `${fact} in ${facts}`);
  const body = await page.locator('main').innerText();
  assert.equal(body.split('from the smallest to the largest sum that was seen').length, 2);
});

test('accuracies where plans were judged stand beside those of the test', async () => {
  const page = await open(browser, report('judged', {run: (run) => {
    const name = join(run, 'results.csv');
    const lines = readFileSync(name, 'utf8').split('\n');
    const fields = lines[3].split(',');
    fields[lines[0].split(',').indexOf('validation_accuracy')] = '23.4567';
    lines[3] = fields.join(',');
    writeFileSync(name, lines.join('\n'));
  }}));
  const figure = page.locator('#accuracy figure');
  assert.deepEqual(await figure.locator('svg .role-row-title text, svg .role-column-title text, ' +
    'svg .role-title text').allTextContents(), ['Validation images', 'Test images']);
  const parts = await figure.locator('svg .cell > g').evaluateAll((groups) =>
    groups.map((group) => group.getBoundingClientRect()).map(({top, left}) => ({top, left})));
  assert.equal(parts.length, 2);
  assert.ok(Math.abs(parts[0].top - parts[1].top) < 2 && parts[0].left < parts[1].left);
  const shown = await figure.locator('svg [aria-roledescription="point"]').evaluateAll((points) =>
    points.map((point) => point.getAttribute('aria-label')));
  assert.ok(shown.some((label) => label.includes('23.4567')), `${shown}`);
});

test('the lossless network stays where plans are chosen by what was done to their network', async () => {
  const page = await open(browser, report('lossless'));
  const figure = page.locator('#accuracy figure');
  const select = figure.locator('select[data-field="treatment"]');
  assert.deepEqual(await select.locator('option').allTextContents(),
    ['all', 'untreated', 'recalibrated', 'retrained']);
  const points = figure.locator('svg [aria-roledescription="point"]');
  const before = await points.count();
  await select.selectOption('recalibrated');
  await eventually(async () => await points.count() < before);
  const labels = await figure.locator('svg .role-mark text').allTextContents();
  assert.deepEqual(labels.filter((label) => label === 'lossless'), ['lossless', 'lossless']);
});

test('axes begin where data can be', async () => {
  const page = await open(browser, report('axes'));
  const labels = await page.locator('section:not(#sums) svg .role-axis-label text').allTextContents();
  assert.deepEqual(labels.filter((label) => label.startsWith('−')), []);
  const starts = await page.locator('#levels .chart, #search .chart, #cost .chart').evaluateAll(
    (charts) => charts.map((chart) => [chart.closest('figure').querySelector('h3').textContent,
      chart.view]).filter(([title]) => !title.startsWith('Accuracy of every'))
      .map(([title, view]) => [title, view.scale('x')])
      .filter(([, scale]) => scale.type === 'linear')
      .map(([title, scale]) => [title, scale.domain()[0]]));
  assert.ok(starts.length >= 4, `${starts}`);
  for (const [title, start] of starts) assert.equal(start, 0, title);
});

test('chosen ranges have a part for each number of levels, with a point for each layer', async () => {
  const page = await open(browser, report('chosen'));
  const figure = page.locator('#search figure').nth(1);
  const parts = figure.locator('svg .role-scope > g');
  assert.equal(await parts.count(), 2);
  for (const part of await parts.all())
    assert.equal(await part.locator('[aria-roledescription="point"]').count(), 3);
});

test('stages begin with their total, and plans of one cost share a row', async () => {
  const page = await open(browser, report('rows', {run: (run) => {
    cpSync(join(run, 'costs/L6-layer-wise.json'), join(run, 'costs/L6-min-max.json'));
    alter(join(run, 'run.json'), (summary) => { summary.seconds['cost-L6-min-max'] = 0.1; });
  }}));
  const stages = await page.locator('#configuration tbody th').allTextContents();
  assert.deepEqual(stages.slice(0, 3), ['all stages', 'search-L4-layer-wise', 'allocate']);
  assert.deepEqual(await page.locator('#cost .block tbody th').allTextContents(),
    ['L4-layer-wise', 'L6-layer-wise, L6-min-max']);
});
