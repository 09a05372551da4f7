import { UUID, uuidv7 } from 'uuidv7';
import { firstUuidV7, NIL_UUID, timeOfUuidV7 } from './uuid.js';

describe('The first UUIDv7 of a time', () => {
  it('is its ms, the version, the variant and zeros', () => {
    expect(firstUuidV7(new Date('2026-12-01T00:00:00Z'))).toBe(
      '01a22ee6-b000-7000-8000-000000000000',
    );
    expect(UUID.parse(firstUuidV7(new Date())).getVersion()).toBe(7);
  });

  it('is not greater than one that is generated then, and greater than one of the ms before', () => {
    const id = uuidv7();
    const time = timeOfUuidV7(id);
    expect(firstUuidV7(time) <= id).toBe(true);
    expect(firstUuidV7(new Date(time.getTime() + 1)) > id).toBe(true);
  });

  it('has its time', () => {
    const time = new Date('2027-02-28T23:59:59.999Z');
    expect(timeOfUuidV7(firstUuidV7(time))).toEqual(time);
  });

  it('is that of 1970 for an earlier time, and greater than the nil UUID', () => {
    expect(firstUuidV7(new Date(-1))).toBe(firstUuidV7(new Date(0)));
    expect(firstUuidV7(new Date(0)) > NIL_UUID).toBe(true);
  });
});
