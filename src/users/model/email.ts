import { NAME_MAX } from './names.js';

/** E-mail addresses are compared without regard to case. */
export function normalizeEmail(email: string): string {
  return email.trim().toLowerCase();
}

/** The name of a user who was given none: what stands before the @. */
export function nameFrom(email: string): string {
  return (normalizeEmail(email).split('@')[0] ?? '').slice(0, NAME_MAX).toWellFormed();
}
