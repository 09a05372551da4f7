import { Body, Controller, HttpCode, Post, Query, StreamableFile } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiExtraModels,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
  getSchemaPath,
} from '@nestjs/swagger';
import { Requires } from '../../http/access/requires.js';
import { CurrentActor } from '../../http/access/current-actor.js';
import { Prefers } from '../../http/accepted-type.js';
import { ApiProblems } from '../../http/problems/api-problems.js';
import { LateProblem, type LateProblemOf } from '../../http/problems/late-problem.js';
import { ClientGone } from '../../http/request/client-gone.js';
import { CsvBody } from '../../http/request/csv-body.js';
import { streamedAnswer } from '../../http/streamed-answer.js';
import { type Actor } from '../../kernel/actor.js';
import { importAnswer, importLines } from './import-answers.js';
import { ImportAnswer, ImportQuery, SEPARATORS } from './work-items-import.dto.js';
import { WorkItemsImportService } from './work-items-import.service.js';

/** Largest file, in bytes. */
const FILE_LIMIT = 50 * 1024 * 1024;

const EXAMPLE = 'kind,externalId,state,title\r\nreminder,crm-4711,open,Call Acme\r\n';

@ApiTags('work-items')
@Controller('work-items')
export class WorkItemsImportController {
  constructor(private readonly imports: WorkItemsImportService) {}

  @Post('import')
  @Requires('work-items.write')
  @HttpCode(200)
  @CsvBody(FILE_LIMIT)
  @ApiOperation({
    summary: 'Import a file in CSV',
    description:
      'Up to 50 MB and 100,000 rows in UTF-8, each a push like one of a batch. The header row names the fields in any case; every other column is an attribute. With Accept: application/x-ndjson the answer is a line per error and per batch while the import runs, and a last line of type result or problem.',
  })
  @ApiConsumes('text/csv')
  @ApiBody({ schema: { type: 'string', example: EXAMPLE } })
  @ApiExtraModels(ImportAnswer)
  @ApiOkResponse({
    description: 'The file was read. In mode each, failed counts the rows that were left out.',
    content: {
      'application/json': { schema: { $ref: getSchemaPath(ImportAnswer) } },
      'application/x-ndjson': { schema: { type: 'string' } },
    },
  })
  @ApiProblems(400)
  async import(
    @Body() file: AsyncGenerator<Buffer>,
    @Query() { separator, ...query }: ImportQuery,
    @Prefers('application/x-ndjson') asLines: boolean,
    @ClientGone() gone: AbortSignal,
    @CurrentActor() actor: Actor,
    @LateProblem() problemOf: LateProblemOf,
  ): Promise<ImportAnswer | StreamableFile> {
    const options = { ...query, separator: separator && SEPARATORS[separator] };
    const run = this.imports.open(options, actor, gone);
    if (!asLines) return importAnswer(run, file, options);
    const lines = importLines(run, file, options, problemOf);
    return streamedAnswer(lines, { type: 'application/x-ndjson' });
  }
}
