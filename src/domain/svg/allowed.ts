/** What an SVG picture may consist of: shapes, their colours, and what cuts them. */

export const SVG = 'http://www.w3.org/2000/svg';
export const XLINK = 'http://www.w3.org/1999/xlink';

/**
 * Elements that are kept. `use`, `pattern`, `marker` and `filter` are not: a few of them within each other can keep a browser
 * busy for minutes.
 */
export const KEPT_ELEMENTS: ReadonlySet<string> = new Set([
  ...['g', 'defs', 'style', 'clipPath', 'mask', 'linearGradient', 'radialGradient', 'stop'],
  ...['path', 'rect', 'circle', 'ellipse', 'line', 'polyline', 'polygon', 'text', 'tspan'],
]);

/** Elements that show nothing, left out with all that is in them. */
export const UNSEEN_ELEMENTS: ReadonlySet<string> = new Set(['title', 'desc', 'metadata']);

/** Elements whose text is seen. */
export const ELEMENTS_WITH_TEXT: ReadonlySet<string> = new Set(['text', 'tspan']);

/** Attributes that are kept; of others nothing is seen in a picture. */
export const KEPT_ATTRIBUTES: ReadonlySet<string> = new Set([
  ...['id', 'class', 'style', 'transform', 'viewBox', 'preserveAspectRatio', 'width', 'height', 'href'],
  ...['x', 'y', 'x1', 'y1', 'x2', 'y2', 'cx', 'cy', 'r', 'rx', 'ry', 'fx', 'fy', 'fr', 'd', 'points'],
  ...['offset', 'gradientUnits', 'gradientTransform', 'spreadMethod', 'clipPathUnits'],
  ...['maskUnits', 'maskContentUnits', 'mask-type', 'mask', 'clip-path', 'clip-rule'],
  ...[
    'fill',
    'fill-opacity',
    'fill-rule',
    'stroke',
    'stroke-dasharray',
    'stroke-dashoffset',
    'stroke-linecap',
  ],
  ...['stroke-linejoin', 'stroke-miterlimit', 'stroke-opacity', 'stroke-width', 'stop-color', 'stop-opacity'],
  ...['opacity', 'color', 'display', 'visibility', 'overflow', 'paint-order', 'vector-effect'],
  ...['shape-rendering', 'text-rendering', 'color-interpolation', 'text-anchor', 'dominant-baseline'],
  ...['font-family', 'font-size', 'font-style', 'font-weight', 'letter-spacing', 'dx', 'dy', 'textLength'],
]);

/** Functions of CSS that compute. Every other one is refused, since some load what they name. */
const FUNCTIONS = new Set([
  ...['rgb', 'rgba', 'hsl', 'hsla', 'hwb', 'lab', 'lch', 'oklab', 'oklch', 'calc', 'var'],
  ...[
    'matrix',
    'translate',
    'translatex',
    'translatey',
    'scale',
    'scalex',
    'scaley',
    'rotate',
    'skewx',
    'skewy',
  ],
]);

/** `url(#name)`, which names a part of the picture itself. */
const OWN_PART = /url\(\s*(['"]?)#[\w.:-]+\1\s*\)/gi;

/**
 * What is wrong with a style, or with an attribute that is read like one; null: it loads nothing. Escapes could hide the name of a
 * function.
 */
export function styleProblem(text: string): string | null {
  const rest = text.replaceAll(OWN_PART, '');
  if (/[\\@]/.test(rest)) return 'Styles in the picture must have no backslashes and no rules with @.';
  const names = [...rest.matchAll(/([^\s(){}:;,'"]*)\(/g)].map(([, name = '']) => name.toLowerCase());
  if (names.some((name) => !FUNCTIONS.has(name)))
    return 'Styles in the picture must refer to its own parts only, as in url(#name), and have functions of colour and place only.';
  return null;
}
