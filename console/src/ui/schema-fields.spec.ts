import { fieldsWith, formOf, inputOf, labelOf } from './schema-fields.js';

const snooze = {
  type: 'object',
  properties: {
    until: { type: 'string', format: 'date-time' },
    for: { type: 'string', enum: ['1h', '1d'] },
    untilWorse: { type: 'boolean' },
  },
  oneOf: [{ required: ['until'] }, { required: ['for'] }],
};
const assign = {
  type: 'object',
  properties: { assigneeId: { type: ['string', 'null'], format: 'uuid' } },
  required: ['assigneeId'],
};

describe('the form of an input', () => {
  it('has a field for each property, after its type', () => {
    const { fields } = formOf({
      properties: {
        note: { type: 'string', minLength: 1, maxLength: 2000 },
        days: { type: 'integer' },
        lines: { type: 'array' },
        contractId: { type: 'string', format: 'uuid' },
        ...snooze.properties,
        ...assign.properties,
      },
      required: ['note'],
    });
    expect(Object.fromEntries(fields.map(({ name, kind }) => [name, kind]))).toEqual({
      note: 'text',
      days: 'number',
      lines: 'json',
      contractId: 'text',
      until: 'instant',
      for: 'choice',
      untilWorse: 'switch',
      assigneeId: 'person',
    });
    expect(fields[0]).toMatchObject({ label: 'Note', required: true, maxLength: 2000 });
  });

  it('shows one of several alternatives, which is then required', () => {
    const form = formOf(snooze);
    expect(form.alternatives).toEqual([['until'], ['for']]);
    const shown = fieldsWith(form, 1);
    expect(shown.map(({ name, required }) => [name, required])).toEqual([
      ['for', true],
      ['untilWorse', false],
    ]);
    expect(inputOf(shown, { until: '2026-11-24T10:00', for: '1d', untilWorse: true })).toEqual({
      for: '1d',
      untilWorse: true,
    });
  });

  it('sends a time in UTC, and leaves out what is empty', () => {
    const shown = fieldsWith(formOf(snooze), 0);
    const local = '2026-11-24T10:00';
    expect(inputOf(shown, { until: local, untilWorse: false })).toEqual({
      until: new Date(local).toISOString(),
    });
  });

  it('sends null for nobody', () => {
    const { fields } = formOf(assign);
    expect(inputOf(fields, { assigneeId: '' })).toEqual({ assigneeId: null });
    expect(inputOf(fields, { assigneeId: 'a' })).toEqual({ assigneeId: 'a' });
  });

  it('reads what it can not draw as JSON', () => {
    const { fields } = formOf({ properties: { lines: { type: 'array' } } });
    expect(inputOf(fields, { lines: '[1]' })).toEqual({ lines: [1] });
    expect(() => inputOf(fields, { lines: '[1' })).toThrow(SyntaxError);
  });

  it('names a field in words', () => {
    expect(labelOf('untilWorse')).toBe('Until worse');
    expect(labelOf('due_at')).toBe('Due at');
  });
});
