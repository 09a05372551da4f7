import { applyDecorators, type Type } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, getSchemaPath } from '@nestjs/swagger';

/** Documents the 200 of a list that is a page in JSON or, for `Accept: text/csv`, the whole list. */
export function ApiPageOrCsv(page: Type): MethodDecorator {
  return applyDecorators(
    ApiExtraModels(page),
    ApiOkResponse({
      description:
        'A page or, where Accept prefers text/csv, every row of the filters as a file in CSV; page, pageSize and cursor have no effect on it.',
      content: {
        'application/json': { schema: { $ref: getSchemaPath(page) } },
        'text/csv': { schema: { type: 'string' } },
      },
    }),
  );
}
