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

  it('to work items leads to their page, with the same filters', () => {
    const hrefOf = (href: string) => safeLink(href)?.href;
    expect(hrefOf('/api/work-items')).toBe('/work-items');
    expect(hrefOf('/api/work-items?condition=overdue&entityType=account&entityId=acme')).toBe(
      '/work-items?condition=overdue&scope=account%2Facme',
    );
    expect(hrefOf('/api/work-items?entityType=command_center')).toBe(
      '/work-items?scope=command_center%2Fcommand_center',
    );
    expect(hrefOf('/api/work-items/reminder/1')).toBe('/api/work-items/reminder/1');
    expect(hrefOf('/risk?severity=high')).toBe('/risk?severity=high');
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
