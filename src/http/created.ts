import { type Response } from 'express';

/** Answers 201 with the path of what was created, below the prefix of the API. */
export function answerCreated(response: Response, ...path: string[]): void {
  response.status(201).location(`/api/${path.map(encodeURIComponent).join('/')}`);
}
