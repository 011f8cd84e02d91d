// How charts look: the page's colours and type, which page.css has, and sizes. On a phone the names
// of layers and designs stand above what belongs to them.
'use strict';

const chartStyle = (() => {
  const isNarrow = () => innerWidth < 640;
  const namesLimit = 240;  // pixels
  const aboveTheirBars = {labelAlign: 'left', labelPadding: 0, labelOffset: -17, labelLimit: 0,
    ticks: false, domain: false};

  /** The page's colours and type for Vega; page.css has them. */
  function theme() {
    const style = getComputedStyle(document.documentElement);
    const color = (name) => style.getPropertyValue(`--${name}`).trim();
    const series = color('series').split(/\s+/);
    const font = color('sans');
    const narrow = isNarrow();
    const quiet = {labelColor: color('muted'), titleColor: color('muted'), labelFont: font,
      titleFont: font, labelFontSize: 12, titleFontSize: 12, titleFontWeight: 500};
    return {
      background: null,
      font,
      view: {stroke: null},
      axis: {...quiet, gridColor: color('line'), domainColor: color('line'),
        tickColor: color('line'), titlePadding: 10, labelPadding: 5},
      axisX: {grid: false, labelSeparation: 8},
      axisYDiscrete: narrow ? aboveTheirBars : {labelLimit: namesLimit},
      scale: narrow ? {bandPaddingInner: 0.5, barBandPaddingInner: 0.5, rectBandPaddingInner: 0.5,
        bandPaddingOuter: 0.5} : {},
      legend: {...quiet, orient: 'top', direction: 'horizontal', symbolSize: 90, offset: 14,
        symbolBaseFillColor: color('muted'), symbolBaseStrokeColor: color('muted'),
        layout: {top: {margin: 28, direction: narrow ? 'vertical' : 'horizontal', anchor: 'start'}},
        columns: narrow ? 1 : 4, labelLimit: 260},
      header: {labelColor: color('muted'), labelFont: font, labelFontSize: 12, labelPadding: 4},
      range: {category: series, ordinal: series, heatmap: [color('raised'), series[0]]},
      bar: {color: series[0], cornerRadiusEnd: 2},
      point: {color: series[0]},
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

  const namesOf = (view) => [view, ...view.layer ?? []].map((part) => part.encoding?.y)
    .find((y) => y?.type === 'nominal')?.field;

  /** Pixels to the left of a part of a facet. */
  function axisWidth(view, rows) {
    const names = namesOf(view);
    if (!names) return 70;
    if (isNarrow()) return 24;
    const longest = Math.max(...rows.map((row) => row[names].length));
    return Math.min(namesLimit, 7 * longest) + 24;
  }

  /** A view with room for names of layers; designs have it. */
  function tall(view) {
    return namesOf(view) === 'layer' && isNarrow() ? {...view, height: 1.8 * view.height} : view;
  }

  /** Width that a chart may take. The parts of a facet share it, without axis and gaps. */
  function sized(spec, width, rows) {
    if (!spec.facet)
      return {...tall(spec), width, autosize: {type: 'fit-x', contains: 'padding', resize: true}};
    const columns = isNarrow() ? 1 : spec.columns ?? 1;
    const gaps = (columns - 1) * (spec.spacing.column ?? 0);
    const part = Math.floor((width - axisWidth(spec.spec, rows) - gaps) / columns);
    return {...spec, ...spec.columns && {columns}, spec: {...tall(spec.spec), width: part}};
  }

  return {isNarrow, theme, sized};
})();
