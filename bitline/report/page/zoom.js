// Zooming without a wheel: buttons, and two fingers. Vega zooms by Shift and the wheel and goes back
// by a double-click, so both speak to it in these.
'use strict';

const zooming = (() => {
  const step = 1.5;
  const hint = 'Drag to move; zoom with the buttons, two fingers, or Shift and the wheel; ' +
    'double-click to go back.';

  const isZoomable = (spec) => JSON.stringify(spec).includes('"bind":"scales"');

  /** Where a chart takes events: its ground, of a facet that of its first part. */
  const groundOf = (place) =>
    place.querySelector('.role-scope path.background') ?? place.querySelector('path.background');

  function send(place, Kind, type, {x, y, ...details}) {
    groundOf(place)?.dispatchEvent(new Kind(type,
      {bubbles: true, cancelable: true, shiftKey: true, clientX: x, clientY: y, ...details}));
  }

  function middle(place) {
    const box = groundOf(place).getBoundingClientRect();
    return {x: box.x + box.width / 2, y: box.y + box.height / 2};
  }

  /** Vega takes 1.001 to the power of the wheel's way. */
  function zoom(place, factor, point = middle(place)) {
    send(place, WheelEvent, 'wheel', {...point, deltaY: -Math.log(factor) / Math.log(1.001)});
  }

  /** Buttons for the chart in `place`. */
  function buttons(place) {
    const button = (text, label, action) => {
      const made = Object.assign(document.createElement('button'),
        {type: 'button', textContent: text, title: label});
      made.setAttribute('aria-label', label);
      made.addEventListener('click', () => { if (groundOf(place)) action(); });
      return made;
    };
    const bar = Object.assign(document.createElement('div'), {className: 'zoom'});
    bar.setAttribute('role', 'group');
    bar.setAttribute('aria-label', 'Zoom');
    bar.append(button('+', 'Zoom in', () => zoom(place, step)),
      button('−', 'Zoom out', () => zoom(place, 1 / step)),
      button('Reset', 'Reset zoom', () => send(place, MouseEvent, 'dblclick', middle(place))));
    return bar;
  }

  /** Two fingers that part zoom in between them. One finger moves along, which Vega does. */
  function followFingers(place) {
    let apart = 0;
    const read = ({touches: [a, b]}) => ({
      apart: Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY),
      x: (a.clientX + b.clientX) / 2,
      y: (a.clientY + b.clientY) / 2,
    });
    const follow = (event) => {
      const fingers = event.touches.length === 2 ? read(event) : {apart: 0};
      if (apart > 0 && fingers.apart > 0) zoom(place, fingers.apart / apart, fingers);
      apart = fingers.apart;
    };
    for (const type of ['touchstart', 'touchmove', 'touchend', 'touchcancel'])
      place.addEventListener(type, follow, {passive: true});
    // Else Vega takes each of the two for a finger that moves along.
    addEventListener('pointermove', (event) => {
      if (apart > 0) event.stopImmediatePropagation();
    }, {capture: true});
    place.classList.add('zoomable');
  }

  return {hint, isZoomable, buttons, followFingers};
})();
