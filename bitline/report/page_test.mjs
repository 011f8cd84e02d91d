// What a browser makes of a report. Run by .ci/page, which names the program and the browser:
//   node page_test.mjs BITLINE CHROMIUM FOLDER
// FOLDER takes the reports. The run folder in testdata/ is that of a small run.
import assert from 'node:assert/strict';
import {readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import {
  alter, attack, axisLabels, browser, column, desktop, drawnMarks, edit, eventually, open, openTable,
  overflow, phone, report, testdata,
} from './page_test_support.mjs';

test.after(() => browser.close());

test('every chart is drawn, on a desktop, on a phone, in the dark, and for several runs', async () => {
  const one = report('drawn');
  const two = report('compared', {first: () => {}, second: () => {}});
  for (const [file, options] of [[one, desktop], [one, phone], [one, {...desktop, colorScheme: 'dark'}],
    [two, desktop]]) {
    const page = await open(browser, file, options);
    const marks = await drawnMarks(page);
    assert.ok(marks.length >= 14, `${marks.length} charts`);
    for (const count of marks) assert.ok(count >= 3, `marks of the charts: ${marks}`);
    await page.context().close();
  }
});

test('charts are drawn where a run lacks files, a plan, or ends a budget otherwise', async () => {
  const file = report('lacking', {
    whole: () => {},
    lacking: (run) => {
      for (const part of ['costs', 'allocation.json', 'explanations'])
        rmSync(join(run, part), {recursive: true});
    },
    otherwise: (run) => {
      alter(join(run, 'allocation.json'), (allocation) => {
        delete allocation.best;
        allocation.budget = {cost: 5000000000};
      });
      alter(join(run, 'explanations/L6-layer-wise-recalibrated.json'), (explanation) => {
        delete explanation.worst;
        for (const layer of explanation.layers) layer.signal_to_noise_db = null;
      });
    },
    area: (run) => alter(join(run, 'allocation.json'), (allocation) => {
      allocation.cost_unit = '1e-3 um2';
    }),
  });
  const page = await open(browser, file);
  for (const count of await drawnMarks(page)) assert.ok(count >= 3, `${count} marks`);
  assert.deepEqual(await page.locator('#levels h3').allTextContents(), [
    'Accuracy against ADC energy', 'Levels of each layer', 'Sensitivity of each layer',
    'Accuracy against ADC area', 'Levels of each layer', 'Sensitivity of each layer']);
  const upright = await page.locator('#levels figure').first().locator('svg .role-mark line')
    .evaluateAll((lines) => lines.filter((line) => line.getBoundingClientRect().height > 100));
  assert.equal(upright.length, 1);  // the budget on cost
  const noise = page.locator('#diagnosis figure').nth(1);
  await noise.locator('select[data-field="run"]').selectOption('otherwise');
  await eventually(async () => await noise.locator('svg .role-mark path').count() === 0);
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

test('numbers that are altered in the files of costs, levels and diagnosis are drawn', async () => {
  const page = await open(browser, report('altered-files', {run: (run) => {
    alter(join(run, 'costs/L6-layer-wise.json'), (cost) => {
      cost.plan.energy_nj_per_image.ADCs = 1234.5678;
    });
    alter(join(run, 'allocation.json'), (allocation) => {
      allocation.best.cost = 7777000000;
      Object.values(allocation.sensitivities)[1][0].correct = 11;
    });
    alter(join(run, 'explanations/L6-layer-wise-recalibrated.json'), (explanation) => {
      explanation.layers[0].signal_to_noise_db = 3.4567;
      explanation.layers[1].clipped_by_stream[2] = 0.654321;
    });
  }}));
  const drawn = (section, table, name) => page.locator(`#${section} .chart`).evaluateAll(
    (places, [wanted, field]) => places.flatMap((place) => {
      const known = Object.keys(place.view.getState({data: (data) => data === wanted}).data);
      return known.length === 0 ? [] : place.view.data(wanted).map((row) => row[field]);
    }), [table, name]);
  assert.ok((await drawn('cost', 'circuits', 'value')).includes(1234.5678));
  assert.ok((await drawn('levels', 'plans', 'cost')).some((cost) => Math.abs(cost - 7777) < 1e-6));
  const lost = await drawn('levels', 'cells', 'value');
  assert.ok(lost.some((points) => Math.abs(points - 100 * (77 - 11) / 80) < 1e-9), `${lost}`);
  assert.ok((await drawn('diagnosis', 'layers', 'noise')).includes(3.4567));
  const clipped = await drawn('diagnosis', 'cells', 'value');
  assert.ok(clipped.some((share) => Math.abs(share - 65.4321) < 1e-9), `${clipped}`);
});

test('a picker shows the costs and the diagnosis of another plan', async () => {
  const page = await open(browser, report('plans'));
  for (const [section, plan] of [['cost', 'L6-layer-wise'],
    ['diagnosis', 'L6-layer-wise, recalibrated']]) {
    const figure = page.locator(`#${section} figure`).first();
    const select = figure.locator('select[data-field="plan"]');
    assert.equal(await select.inputValue(), plan);
    const marks = () => figure.locator('svg .role-mark path').evaluateAll((paths) =>
      paths.map((path) => path.getAttribute('d') + path.getAttribute('transform')).join());
    const before = await marks();
    await select.selectOption('L4-layer-wise');
    await eventually(async () => await marks() !== before);
  }
});

test('charts zoom and go back by buttons, also from the keyboard', async () => {
  const page = await open(browser, report('zoomed'));
  for (const section of ['accuracy', 'levels', 'sums', 'search']) {
    const figure = page.locator(`#${section} figure`).first();
    const labels = () => axisLabels(figure);
    const before = await labels();
    await figure.getByRole('button', {name: 'Zoom in'}).click();
    await eventually(async () => await labels() !== before);
    await figure.getByRole('button', {name: 'Reset zoom'}).focus();
    await page.keyboard.press('Enter');
    await eventually(async () => await labels() === before);
  }
});

test('two fingers zoom a chart, and one moves it', async () => {
  const page = await open(browser, report('pinched'), phone);
  const figure = page.locator('#search figure').first();
  const chart = figure.locator('.chart');
  await chart.scrollIntoViewIfNeeded();
  const box = await chart.boundingBox();
  const x = box.x + box.width / 2;
  const y = box.y + box.height / 2;
  const touch = await page.context().newCDPSession(page);
  const fingers = (type, ...places) => touch.send('Input.dispatchTouchEvent',
    {type, touchPoints: places.map((place, id) => ({x: place, y, id}))});
  const before = await axisLabels(figure);
  await fingers('touchStart', x - 20, x + 20);
  for (const apart of [30, 45, 60, 80]) await fingers('touchMove', x - apart, x + apart);
  await fingers('touchEnd');
  await eventually(async () => await axisLabels(figure) !== before);
  const zoomed = await axisLabels(figure);
  await fingers('touchStart', x);
  for (const way of [20, 40, 60, 80]) await fingers('touchMove', x + way);
  await fingers('touchEnd');
  await eventually(async () => await axisLabels(figure) !== zoomed);
});

test('names of layers and runs stay text', async () => {
  const layer = JSON.parse(readFileSync(join(testdata, 'run/mapping.json'), 'utf8')).nodes
    .find((node) => node.place === 'array').name;
  const inCsv = `"${attack.replaceAll('"', '""')}"`;
  const file = report('attacked', {'run <b>bold<': (run) => {
    const results = readFileSync(join(run, 'results.csv'), 'utf8');
    for (const plan of new Set(results.match(/plans\/[^,]+\.json/g)))
      edit(join(run, plan), `"${layer}"`, JSON.stringify(attack));
    for (const file of ['mapping.json', 'allocation.json', ...['costs', 'explanations'].flatMap(
      (kind) => readdirSync(join(run, kind)).map((plan) => `${kind}/${plan}`))])
      edit(join(run, file), `"${layer}"`, JSON.stringify(attack));
    for (const [file, from] of [['costs/L6-layer-wise.json', '"flash"'],
      ['costs/L6-layer-wise.json', '"32 nm"'], ['explanations/L4-layer-wise.json', '"more levels"']])
      edit(join(run, file), from, JSON.stringify(attack));
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
