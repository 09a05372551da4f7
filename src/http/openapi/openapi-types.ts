import { type OpenAPIObject } from '@nestjs/swagger';

/** The parts of the OpenAPI document that the modules complete; `@nestjs/swagger` exports only the whole. */
export type OpenApiOperation = NonNullable<OpenAPIObject['paths'][string]['get']>;
export type OpenApiResponse = Exclude<
  OpenApiOperation['responses'][string],
  undefined | { $ref: string }
>;
export type OpenApiContent = NonNullable<OpenApiResponse['content']>[string];
export type OpenApiSchema = NonNullable<OpenApiContent['schema']>;

/** What a module adds to the document of this server, before examples and error answers are filled in. */
export interface OpenApiPart {
  addTo(document: OpenAPIObject): void;
}

/** The methods that an operation may have. */
export const OPERATION_METHODS = ['get', 'put', 'post', 'patch', 'delete'] as const;
export type OperationMethod = (typeof OPERATION_METHODS)[number];
