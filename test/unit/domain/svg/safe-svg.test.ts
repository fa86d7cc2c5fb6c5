import { describe, expect, test } from 'vitest';
import { safeSvg } from '../../../../src/domain/svg/safe-svg.ts';

const ROOT = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 36 36">';
const picture = (inside: string) => `${ROOT}${inside}</svg>`;
const made = (text: string): string => {
  const result = safeSvg(text);
  return 'svg' in result ? result.svg : `refused: ${result.problem}`;
};
const refused = (text: string): string => {
  const result = safeSvg(text);
  return 'problem' in result ? result.problem : `taken: ${result.svg}`;
};

/** As drawing programs write them. */
const FROM_EDITORS = {
  inkscape: `<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<!-- Created with Inkscape -->
<svg width="36mm" height="36mm" viewBox="0 0 36 36" version="1.1" id="svg5" xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape"
  xmlns:sodipodi="http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd" xmlns="http://www.w3.org/2000/svg" xmlns:svg="http://www.w3.org/2000/svg">
  <sodipodi:namedview id="namedview7" pagecolor="#ffffff"><inkscape:grid type="xygrid"/></sodipodi:namedview>
  <defs id="defs2"><linearGradient id="a"><stop style="stop-color:#b3401a;stop-opacity:1" offset="0"/></linearGradient></defs>
  <g inkscape:label="Layer 1" inkscape:groupmode="layer" id="layer1"><rect style="fill:url(#a);stroke-width:0.26" width="36" height="36" x="0" y="0"/></g>
</svg>`,
  illustrator: `<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<svg version="1.1" id="Layer_1" xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" x="0px" y="0px"
  viewBox="0 0 36 36" style="enable-background:new 0 0 36 36;" xml:space="preserve">
<style type="text/css"><![CDATA[ .st0{fill:#B3401A;} .st0>.st1{clip-path:url(#SVGID_2_);} ]]></style>
<radialGradient id="g" xlink:href="#h"/><path class="st0" d="M12,27V10h13"/></svg>`,
  figma: `<svg width="36" height="36" viewBox="0 0 36 36" fill="none" xmlns="http://www.w3.org/2000/svg">
<g clip-path="url(#clip0_1_2)"><mask id="mask0_1_2" style="mask-type:luminance" maskUnits="userSpaceOnUse" x="0" y="0" width="36" height="36"><path d="M36 0H0V36H36V0Z" fill="white"/></mask>
<g mask="url(#mask0_1_2)"><path d="M12 27V10h13" stroke="white" stroke-width="4"/></g></g><defs><clipPath id="clip0_1_2"><rect width="36" height="36" fill="white"/></clipPath></defs></svg>`,
};

describe('an SVG picture', () => {
  test.each(Object.entries(FROM_EDITORS))(
    'as %s writes it is taken, and stays as it is from then on',
    (_editor, text) => {
      const once = made(text);
      expect(once).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" .*<\/svg>$/s);
      expect(once).not.toMatch(/inkscape|sodipodi|xlink|DOCTYPE|<!--|CDATA/);
      expect(made(once)).toBe(once);
    },
  );

  test('keeps what is seen, and nothing else', () => {
    const text = picture(
      '<!-- secret --><title>Logo</title><metadata><x/></metadata><other:a xmlns:other="urn:x"><path d="M1 1"/></other:a>' +
        '<path d="M0 0" fill="url(#a)" data-name="x" tabindex="1"/><text x="1">A &amp; B</text>',
    );
    expect(made(text)).toBe(`${ROOT}<path d="M0 0" fill="url(#a)"></path><text x="1">A &amp; B</text></svg>`);
  });

  test('with a prefix for its elements has none any more', () => {
    const text = '<s:svg xmlns:s="http://www.w3.org/2000/svg" viewBox="0 0 36 36"><s:path d="M0 0"/></s:svg>';
    expect(made(text)).toBe(picture('<path d="M0 0"></path>'));
  });

  test('that names a gradient twice, or has line breaks in a value, comes out well-formed', () => {
    const text = picture(
      '<linearGradient xmlns:x="http://www.w3.org/1999/xlink" x:href="#a" href="#b"/><path d="M0&#10;0&#13;1"/>',
    );
    expect(made(text)).toBe(picture('<linearGradient href="#b"></linearGradient><path d="M0 0 1"></path>'));
    expect(made(made(text))).toBe(made(text));
  });

  test.each([
    ['a script', '<script>alert(1)</script>', /no <script>/],
    ['a script in another case', '<SCRIPT>alert(1)</SCRIPT>', /no <SCRIPT>/],
    ['another document', '<foreignObject><b/></foreignObject>', /no <foreignObject>/],
    ['a link', '<a href="javascript:alert(1)"/>', /no <a>/],
    ['an image', '<image href="https://tracker.example/x.png"/>', /no <image>/],
    ['an animation', '<set attributeName="href" to="javascript:alert(1)"/>', /no <set>/],
    ['copies of itself', '<use href="#a"/>', /no <use>/],
    ['a filter', '<filter id="a"/>', /no <filter>/],
    ['an event handler', '<path onload="alert(1)"/>', /event handlers/],
    ['an event handler in another case', '<path ONLOAD="alert(1)"/>', /event handlers/],
    ['a colour from elsewhere', '<path fill="url(https://tracker.example/x)"/>', /its own parts/],
    ['a colour from the same site', '<path fill="url(/x)"/>', /its own parts/],
    ['a mask from elsewhere', '<path mask="url(//tracker.example/x#a)"/>', /its own parts/],
    ['a gradient from elsewhere', '<linearGradient href="https://tracker.example/x#a"/>', /its own parts/],
    [
      'a gradient from elsewhere, with a prefix of its own',
      '<linearGradient xmlns:l="http://www.w3.org/1999/xlink" l:href="https://tracker.example/x#a"/>',
      /its own parts/,
    ],
    ['a style that loads', '<path style="fill:URL( \'https://tracker.example\' )"/>', /its own parts/],
    ['a style that loads by another name', '<path style="fill:image-set(\'x\' 1x)"/>', /its own parts/],
    ['a hidden style that loads', '<path style="fill:\\75rl(x)"/>', /no backslashes/],
    ['a style sheet that loads', '<style>.a{fill:url(https://tracker.example)}</style>', /its own parts/],
    ['a style sheet that loads another', '<style>@import "x";</style>', /no rules with @/],
    ['a style sheet cut by a comment', '<style>.a{fill:u<!-- -->rl(x)}</style>', /its own parts/],
    ['a style sheet cut by a section', '<style>.a{fill:ur<![CDATA[l(x)]]>}</style>', /its own parts/],
    ['an unknown entity', '&secret;', /well-formed/],
    ['an end that is missing', '<g>', /well-formed/],
    ['2,001 elements', '<path/>'.repeat(2_000), /at most 2000 elements/],
    ['41 elements within each other', `${'<g>'.repeat(40)}${'</g>'.repeat(40)}`, /at most 40 deep/],
  ])('with %s is refused', (_what, inside, problem) => {
    expect(refused(picture(inside))).toMatch(problem);
  });

  test.each([
    ['nothing', '', /well-formed/],
    ['text', 'logo', /well-formed/],
    ['HTML', '<html><body/></html>', /must begin with <svg/],
    ['no namespace', '<svg viewBox="0 0 1 1"/>', /must begin with <svg xmlns=/],
    ['no viewBox', '<svg xmlns="http://www.w3.org/2000/svg" width="9"/>', /must have a viewBox/],
    ['an event handler on itself', ROOT.replace('>', ' onload="alert(1)"/>'), /event handlers/],
    ['entities', `<!DOCTYPE svg [<!ENTITY a "b">]>${picture('')}`, /no entities/],
    ['a stylesheet', `<?xml-stylesheet href="x.css"?>${picture('')}`, /no stylesheet/],
  ])('of %s is refused', (_what, text, problem) => {
    expect(refused(text)).toMatch(problem);
  });

  test('leaves out what another language than SVG would run', () => {
    const text = picture('<h:script xmlns:h="http://www.w3.org/1999/xhtml">alert(1)</h:script><g/>');
    expect(made(text)).toBe(picture('<g></g>'));
  });
});
