import { safeLink } from './safe-link.js';

describe('a link from data', () => {
  it('is followed to other sites by http(s) alone, and to own paths that exist', () => {
    expect(safeLink('https://crm.example.com/a?b=c')).toEqual({
      href: 'https://crm.example.com/a?b=c',
      external: true,
    });
    expect(safeLink('/api/work-items?condition=overdue')).toMatchObject({ external: false });
    expect(safeLink('/actions/1')).toMatchObject({ external: false });
  });

  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    ' javascript:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,x',
    '//evil.example.com',
    '/\\evil.example.com',
    'https://',
    'https:///evil',
    '/deliveries?state=failed',
    'mailto:a@example.com',
    '',
    null,
  ])('is not followed to %j', (href) => {
    expect(safeLink(href)).toBeUndefined();
  });
});
