import { randomBytes, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { argon2id, type Argon2idCost } from './argon2id.js';

/** Source: OWASP Password Storage Cheat Sheet, argon2id (19 MiB, 2 passes, 1 lane). */
const COST: Argon2idCost = { memory: 19_456, passes: 2, lanes: 1 };
const SALT_BYTES = 16;
const TAG_BYTES = 32;
/** Version 19 (0x13) is the one of RFC 9106; older ones are not supported. */
const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,3})\$([\w+/-]+)\$([\w+/-]+)$/;

/** argon2id hashes, and checks that take the same time whether or not the user exists. */
@Injectable()
export class PasswordHasher {
  private readonly nobody = this.hash(randomBytes(24).toString('hex'));

  /** The hash of a password in PHC form, salt and parameters included. */
  async hash(password: string): Promise<string> {
    const salt = randomBytes(SALT_BYTES);
    const tag = await argon2id(password, salt, COST, TAG_BYTES);
    const { memory, passes, lanes } = COST;
    return `$argon2id$v=19$m=${memory},t=${passes},p=${lanes}$${base64(salt)}$${base64(tag)}`;
  }

  /** Whether the password is correct; without a hash, false after the same work. */
  async verify(passwordHash: string | undefined, password: string): Promise<boolean> {
    const fits = await fitsHash(passwordHash ?? (await this.nobody), password);
    return passwordHash !== undefined && fits;
  }
}

async function fitsHash(passwordHash: string, password: string): Promise<boolean> {
  const match = PHC.exec(passwordHash);
  if (!match) throw new Error('A stored password hash is no argon2id hash in PHC form.');
  const [, memory, passes, lanes, salt = '', tag = ''] = match;
  const expected = Buffer.from(tag, 'base64');
  const cost = { memory: Number(memory), passes: Number(passes), lanes: Number(lanes) };
  const found = await argon2id(password, Buffer.from(salt, 'base64'), cost, expected.length);
  return timingSafeEqual(found, expected);
}

/** Base64 without padding, as the PHC string format has it. */
function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}
