import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { hash, verify } from '@node-rs/argon2';

/** Algorithm 2 is argon2id. Source of the parameters: OWASP Password Storage Cheat Sheet, argon2id (19 MiB, 2 passes, 1 lane). */
const PARAMETERS = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** argon2id hashes, and checks that take the same time whether or not the user exists. */
@Injectable()
export class PasswordHasher {
  private readonly nobody = this.hash(randomBytes(24).toString('hex'));

  /** The hash of a password in PHC form, salt and parameters included. */
  hash(password: string): Promise<string> {
    return hash(password, PARAMETERS);
  }

  /** Whether the password fits; without a hash, the same work for nothing and false. */
  async verify(passwordHash: string | undefined, password: string): Promise<boolean> {
    const fits = await verify(passwordHash ?? (await this.nobody), password);
    return passwordHash !== undefined && fits;
  }
}
