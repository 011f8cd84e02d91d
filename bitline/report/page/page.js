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

  /** Places of the rows that have all the chosen values; one without a value, or a table without the
      field, has every one. */
  function rowsOf(table, chosen) {
    const tests = Object.entries(chosen)
      .map(([field, value]) => [columnOf(table, field), value])
      .filter(([column, value]) => column && value !== null);
    const rows = [];
    for (let row = 0; row < table.columns[0].values.length; ++row)
      if (tests.every(([column, value]) =>
        [value, null].includes(valueOf(column, row)))) rows.push(row);
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

  /** More columns than that are stacked on a phone, where each value has its heading beside it. */
  const columnsOfAPhone = 3;

  function tableElement(table, chosen, label) {
    const columns = table.columns.filter((column) => !column.hidden);
    const kind = (column) =>
      (column.digits === undefined && !column.aligned ? '' : 'number');
    const head = element('tr', {role: 'row'}, ...columns.map((column) =>
      element('th', {scope: 'col', role: 'columnheader', className: kind(column),
        textContent: column.title})));
    const body = rowsOf(table, chosen).map((row) =>
      element('tr', {role: 'row'}, ...columns.map((column, place) => {
        const cell = element(place === 0 ? 'th' : 'td', {
          role: place === 0 ? 'rowheader' : 'cell',
          className: kind(column),
          textContent: textOf(column, valueOf(column, row)),
        });
        cell.dataset.title = column.title;
        if (place === 0) cell.scope = 'row';
        return cell;
      })));
    // Styled as blocks, a table is one by its roles alone.
    const made = element('table',
      {role: 'table', className: columns.length > columnsOfAPhone ? 'wide' : ''},
      element('thead', {role: 'rowgroup'}, head), element('tbody', {role: 'rowgroup'}, ...body));
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
    values.delete(null);
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

  function draw(block, place, chosen) {
    const datasets = Object.fromEntries(
      block.tables.map((table) => [table.name, objectsOf(table, chosen)]));
    if (datasets[block.tables[0].name].length === 0) {
      place.replaceChildren(element('p', {className: 'empty', textContent: 'Nothing to draw here.'}));
      return Promise.resolve();
    }
    const rows = datasets[block.tables[0].name];
    const spec = {...chartStyle.sized(block.spec, Math.floor(place.clientWidth), rows), datasets,
      description: `${block.title}. ${block.description}`};
    return vegaEmbed(place, spec, {
      ast: true,  // expressions are interpreted: the page allows no code from strings
      renderer: 'svg',
      actions: {export: true, source: false, compiled: false, editor: false},
      config: chartStyle.theme(),
      tooltip: {theme: 'custom'},
      downloadFileName: `bitline-${block.name}`,
    }).then((result) => { place.view = result.view; });
  }

  function chart(block) {
    const place = element('div', {className: 'chart'});
    const rows = element('details', {className: 'rows', open: block.open && !chartStyle.isNarrow()},
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
