import { templateOf } from './template.js';

describe('the template of an import', () => {
  it('has an example row of the kind, quoted where it must be', () => {
    const now = Date.parse('2026-03-10T12:00:00Z');
    expect(templateOf('handoff', now).split('\r\n')[1]).toBe(
      'handoff,example-1,,,pending,medium,Replace this row,2026-03-17,,',
    );
    expect(templateOf('intake_lead', now)).toContain('"{""budget"":20000,');
  });
});
