// Puts the data of a report on the page. C++ wrote them (bitline/report/page_data.h) as sections of
// blocks; each kind of block has a function here. Texts become text nodes and nothing else.
'use strict';

(() => {
  const page = JSON.parse(document.getElementById('data').textContent);
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const redraws = [];

  function element(name, properties = {}, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  }

  // ---- tables: kept by column, texts by their place in a dictionary

  const columnOf = (table, name) => table.columns.find((column) => column.name === name);
  const valueOf = (column, row) =>
    column.dictionary ? column.dictionary[column.values[row]] : column.values[row];

  /** Places of the rows that have all the chosen values; a table without the field has every one. */
  function rowsOf(table, chosen) {
    const tests = Object.entries(chosen)
      .map(([field, value]) => [columnOf(table, field), value])
      .filter(([column, value]) => column && value !== null);
    const rows = [];
    for (let row = 0; row < table.columns[0].values.length; ++row)
      if (tests.every(([column, value]) => valueOf(column, row) === value)) rows.push(row);
    return rows;
  }

  function objectsOf(table, chosen) {
    return rowsOf(table, chosen).map((row) =>
      Object.fromEntries(table.columns.map((column) => [column.name, valueOf(column, row)])));
  }

  function textOf(column, value) {
    if (value === null || value === '') return '–';
    if (column.digits === undefined) return String(value);
    return value.toLocaleString('en-US', {
      minimumFractionDigits: column.digits,
      maximumFractionDigits: column.digits,
    }).replace(/^-/, '−');
  }

  function tableElement(table, chosen, label) {
    const columns = table.columns.filter((column) => !column.hidden);
    const kind = (column) =>
      (column.digits === undefined && !column.aligned ? '' : 'number');
    const head = element('tr', {}, ...columns.map((column) =>
      element('th', {scope: 'col', className: kind(column), textContent: column.title})));
    const body = rowsOf(table, chosen).map((row) =>
      element('tr', {}, ...columns.map((column, place) => {
        const cell = element(place === 0 ? 'th' : 'td', {
          className: kind(column),
          textContent: textOf(column, valueOf(column, row)),
        });
        if (place === 0) cell.scope = 'row';
        return cell;
      })));
    const made = element('table', {}, element('thead', {}, head), element('tbody', {}, ...body));
    made.setAttribute('aria-label', label);
    const scroll = element('div', {className: 'scroll', tabIndex: 0}, made);
    scroll.setAttribute('role', 'region');
    scroll.setAttribute('aria-label', label);
    return scroll;
  }

  // ---- choices above a table or a chart

  /** What a choice offers after those before it: the values of its field, as they come. */
  function offered(tables, field, chosen) {
    const values = new Set();
    for (const table of tables) {
      const column = columnOf(table, field);
      if (column) for (const row of rowsOf(table, chosen)) values.add(valueOf(column, row));
    }
    return [...values];
  }

  /** Selects for `block`; calls `changed` with the chosen values, also at once. */
  function choicesElement(block, changed) {
    const bar = element('div', {className: 'choices'});
    const wanted = Object.fromEntries(block.choices.map((c) => [c.field, c.initial]));
    const update = () => {
      const chosen = {};
      bar.replaceChildren();
      for (const choice of block.choices) {
        const values = offered(block.tables, choice.field, chosen);
        const options = choice.all && values.length > 1 ? [choice.all, ...values] : values;
        const known = options.some((value) => String(value) === String(wanted[choice.field]));
        const value = known ? options.find((v) => String(v) === String(wanted[choice.field]))
                            : options[0];
        chosen[choice.field] = value === undefined || value === choice.all ? null : value;
        if (options.length > 1) bar.append(selectElement(choice, options, value, wanted, update));
      }
      bar.hidden = bar.children.length === 0;
      changed(chosen);
    };
    update();
    return bar;
  }

  function selectElement(choice, options, value, wanted, update) {
    const select = element('select', {}, ...options.map((option) =>
      element('option', {textContent: String(option), value: String(option)})));
    select.value = String(value);
    select.dataset.field = choice.field;
    select.addEventListener('change', () => {
      wanted[choice.field] = select.value;
      const bar = select.closest('.choices');
      update();
      bar.querySelector(`select[data-field="${choice.field}"]`).focus();
    });
    return element('label', {}, element('span', {textContent: choice.label}), select);
  }

  // ---- charts

  /** The page's colours and type for Vega; page.css has them. */
  function theme() {
    const style = getComputedStyle(document.documentElement);
    const color = (name) => style.getPropertyValue(`--${name}`).trim();
    const series = color('series').split(/\s+/);
    const font = color('sans');
    const narrow = innerWidth < 640;
    const quiet = {labelColor: color('muted'), titleColor: color('muted'), labelFont: font,
      titleFont: font, labelFontSize: 12, titleFontSize: 12, titleFontWeight: 500};
    return {
      background: null,
      font,
      view: {stroke: null},
      axis: {...quiet, gridColor: color('line'), domainColor: color('line'),
        tickColor: color('line'), titlePadding: 10, labelPadding: 5},
      axisX: {grid: false, labelSeparation: 8},
      legend: {...quiet, orient: 'top', direction: 'horizontal', symbolSize: 90, offset: 14,
        symbolBaseFillColor: color('muted'), symbolBaseStrokeColor: color('muted'),
        layout: {top: {margin: 28, direction: narrow ? 'vertical' : 'horizontal', anchor: 'start'}},
        columns: narrow ? 1 : 4, labelLimit: 260},
      header: {labelColor: color('muted'), labelFont: font, labelFontSize: 12, labelPadding: 4},
      range: {category: series, ordinal: series, heatmap: [color('raised'), series[0]]},
      bar: {color: series[0], cornerRadiusEnd: 2},
      style: {
        lossless: {color: color('lossless'), strokeWidth: 1.5},
        'lossless-band': {color: color('lossless'), fillOpacity: 0.09},
        'lossless-label': {color: color('lossless'), fontSize: 12},
        thin: {strokeWidth: 1.5, strokeOpacity: 0.65},
        faint: {strokeWidth: 1, strokeOpacity: 0.3},
        interval: {strokeWidth: 1.5, strokeOpacity: 0.75},
        estimate: {filled: true, size: 75, opacity: 1},
        dropped: {filled: false, strokeWidth: 1, opacity: 0.55, size: 16},
        chosen: {strokeWidth: 1.5, strokeOpacity: 0.5},
        histogram: {color: series[0]},
        threshold: {color: color('threshold'), strokeWidth: 1.2, strokeDash: [4, 3]},
        range: {color: color('range'), fillOpacity: 0.1},
        stacked: {stroke: color('ground'), strokeWidth: 1, cornerRadiusEnd: 0},
        before: {color: color('lossless'), thickness: 2, opacity: 1},
        beside: {color: color('muted'), fontSize: 12, align: 'left', dx: 9, dy: 10},
        'in-bar': {color: color('ground'), fontSize: 12, fontWeight: 600, align: 'right', dx: -6},
        cell: {stroke: color('ground'), strokeWidth: 1},
        'in-cell': {fontSize: 11},
      },
    };
  }

  /** Width that a chart may take. The parts of a facet are as wide as it, without axis and edge. */
  function sized(spec, width) {
    const axis = 70;
    if (spec.facet) return {...spec, spec: {...spec.spec, width: width - axis}};
    return {...spec, width, autosize: {type: 'fit-x', contains: 'padding', resize: true}};
  }

  function draw(block, place, chosen) {
    const datasets = Object.fromEntries(
      block.tables.map((table) => [table.name, objectsOf(table, chosen)]));
    if (datasets[block.tables[0].name].length === 0) {
      place.replaceChildren(element('p', {className: 'empty', textContent: 'Nothing to draw here.'}));
      return Promise.resolve();
    }
    const spec = {...sized(block.spec, Math.floor(place.clientWidth)), datasets,
      description: `${block.title}. ${block.description}`};
    return vegaEmbed(place, spec, {
      ast: true,  // expressions are interpreted: the page allows no code from strings
      renderer: 'svg',
      actions: {export: true, source: false, compiled: false, editor: false},
      config: theme(),
      tooltip: {theme: 'custom'},
      downloadFileName: `bitline-${block.name}`,
    }).then((result) => { place.view = result.view; });
  }

  function chart(block) {
    const place = element('div', {className: 'chart'});
    const rows = element('details', {className: 'rows', open: block.open},
      element('summary', {textContent: 'Table behind this chart'}));
    let chosen = {};
    const fill = () => {
      rows.replaceChildren(rows.firstElementChild);
      if (rows.open)
        rows.append(...block.tables.map((table) => tableElement(table, chosen, block.title)));
    };
    const redraw = () => draw(block, place, chosen);
    const choices = choicesElement(block, (values) => {
      chosen = values;
      if (place.isConnected) redraw();
      fill();
    });
    const above = element('div', {className: 'above'}, choices);
    const caption = element('figcaption', {textContent: block.description});
    if (zooming.isZoomable(block.spec)) {
      caption.append(' ', element('span', {className: 'screen', textContent: zooming.hint}));
      above.append(zooming.buttons(place));
      zooming.followFingers(place);
    }
    rows.addEventListener('toggle', fill);
    redraws.push(redraw);
    return element('figure', {}, element('h3', {textContent: block.title}), above, place,
      caption, rows);
  }

  // ---- the other blocks

  const blocks = {
    chart,
    text: (block) => element('p', {className: block.tone, textContent: block.text}),
    facts: (block) => element('dl', {className: 'facts'}, ...block.facts.map((fact) =>
      element('div', {}, element('dt', {textContent: fact.label}),
        element('dd', {className: 'value', textContent: fact.value}),
        element('dd', {className: 'remark', textContent: fact.note})))),
    table(block) {
      const place = element('div');
      const choices = choicesElement(block, (chosen) =>
        place.replaceChildren(tableElement(block.tables[0], chosen, block.title)));
      return element('div', {className: 'block'}, element('h3', {textContent: block.title}),
        choices, place);
    },
    code(block) {
      const text = element('pre', {tabIndex: 0}, element('code', {textContent: block.text}));
      const status = element('span', {className: 'status', role: 'status'});
      const button = element('button', {type: 'button', textContent: block.button});
      button.addEventListener('click', () => copy(block, text, button, status));
      return element('div', {className: 'block code'},
        element('div', {className: 'head'}, element('h3', {textContent: block.title}), button,
          status), text);
    },
  };

  /** A browser that gives no access to the clipboard gets the text selected. */
  async function copy(block, text, button, status) {
    try {
      await navigator.clipboard.writeText(block.text);
      button.textContent = 'Copied';
    } catch {
      getSelection().selectAllChildren(text);
      button.textContent = 'Selected; press Ctrl+C';
    }
    status.textContent = button.textContent;
    setTimeout(() => {
      button.textContent = block.button;
      status.textContent = '';
    }, 2500);
  }

  function section(data) {
    return element('section', {id: data.id}, element('h2', {textContent: data.title}),
      element('p', {className: 'lead', textContent: data.lead}),
      ...data.blocks.map((block) => blocks[block.kind](block)));
  }

  function redrawAll() {
    document.documentElement.classList.toggle('dark', dark.matches);
    return Promise.all(redraws.map((redraw) => redraw()));
  }

  function build() {
    document.title = `${page.title} – Bitline report`;
    document.querySelector('h1').textContent = page.title;
    document.querySelector('.origin').textContent = `Written by ${page.origin}.`;
    document.querySelector('nav').append(...page.sections.map((data) =>
      element('a', {href: `#${data.id}`, textContent: data.title})));
    document.getElementById('content').append(...page.sections.map(section));
  }

  function followWindow() {
    let width = innerWidth;
    let timer = 0;
    addEventListener('resize', () => {
      if (innerWidth === width) return;  // phones resize when their bars come and go
      width = innerWidth;
      clearTimeout(timer);
      timer = setTimeout(redrawAll, 150);
    });
    dark.addEventListener('change', redrawAll);
  }

  build();
  followWindow();
  redrawAll().then(() => { document.documentElement.dataset.drawn = 'yes'; });
})();
