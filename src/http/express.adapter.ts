import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import { ExpressAdapter } from '@nestjs/platform-express';
import { type Express } from 'express';

/**
 * Serves Express with requests and answers that have its prototypes from the beginning. Express gives each of
 * them its own prototype when it arrives, which V8 answers with slow objects that stay in memory for several
 * collections: three quarters of the time of an empty request. With the right prototype there is nothing to change.
 * Source: express lib/application.js, app.handle, 5.3.
 */
export class ExpressHttpAdapter extends ExpressAdapter {
  override initHttpServer(): void {
    const app = this.getInstance<Express>();
    class ExpressRequest extends IncomingMessage {}
    class ExpressResponse extends ServerResponse {}
    app.request = adopt(ExpressRequest.prototype, app.request);
    app.response = adopt(ExpressResponse.prototype, app.response);
    this.setHttpServer(
      createServer({ IncomingMessage: ExpressRequest, ServerResponse: ExpressResponse }, app),
    );
  }
}

/**
 * Makes a prototype stand for the one that Express made for an application: with the same own properties, and
 * inheriting the same.
 */
function adopt<T extends object>(prototype: object, made: T): T {
  Object.defineProperties(prototype, Object.getOwnPropertyDescriptors(made));
  return Object.setPrototypeOf(prototype, Object.getPrototypeOf(made) as object) as T;
}
