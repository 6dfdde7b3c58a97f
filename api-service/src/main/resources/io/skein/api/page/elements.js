// Builds DOM nodes. Strings become text nodes, never markup, so data cannot turn into code.

const SVG = 'http://www.w3.org/2000/svg';

/** An HTML element: attributes, an `on` map of listeners, then children (nodes, strings, numbers; null is left out). */
export function element(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** The same for an SVG element. */
export function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === 'on') {
      for (const [type, listener] of Object.entries(value)) node.addEventListener(type, listener);
    } else {
      node.setAttribute(name, value === true ? '' : String(value));
    }
  }
  node.append(...present(children));
  return node;
}

/** Replaces the children of a node; null and false are left out. */
export function replace(node, ...children) {
  node.replaceChildren(...present(children));
  return node;
}

function present(children) {
  return children.flat(Infinity)
    .filter((child) => child !== null && child !== undefined && child !== false)
    .map((child) => (child instanceof Node ? child : String(child)));
}

/** Sets text only when it differs, so that a screen reader and the layout are left alone. */
export function setText(node, text) {
  const value = String(text);
  if (node.textContent !== value) node.textContent = value;
}

export function button(label, listener, attributes = {}) {
  return element('button', { type: 'button', ...attributes, on: { click: listener } }, label);
}

/** A progress bar with its own accessible name; `set(null)` makes it indeterminate. */
export function progressBar(label) {
  const bar = element('progress', { max: 100, 'aria-label': label });
  return {
    bar,
    set(percent) {
      if (percent === null) bar.removeAttribute('value');
      else bar.value = Math.max(0, Math.min(100, percent));
    },
  };
}
