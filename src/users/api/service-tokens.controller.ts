import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  HttpCode,
  Param,
  Post,
  Query,
  Res,
} from '@nestjs/common';
import {
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import { type Response } from 'express';
import { CurrentActor } from '../../http/access/current-actor.js';
import { Requires } from '../../http/access/requires.js';
import { answerCreated } from '../../http/created.js';
import { CursorQuery } from '../../http/paging/cursor-page.js';
import { ApiProblems } from '../../http/problems/api-problems.js';
import { type Actor } from '../../kernel/actor.js';
import {
  NewServiceToken,
  NewServiceTokenAnswer,
  ServiceTokenAnswer,
  ServiceTokenPage,
} from './service-tokens.dto.js';
import { ServiceTokensService } from './service-tokens.service.js';

const ApiId = ApiParam({
  name: 'id',
  format: 'uuid',
  description: 'Id of the service token.',
});

@ApiTags('service-tokens')
@Controller('service-tokens')
export class ServiceTokensController {
  constructor(private readonly tokens: ServiceTokensService) {}

  @Get()
  @Requires('service-tokens.manage')
  @ApiOperation({
    summary: 'List the service tokens, newest first',
    description:
      'Those whose scopes all lie in the caller’s own, with the last use. The tokens themselves are not stored.',
  })
  @ApiOkResponse({ type: ServiceTokenPage })
  @ApiProblems(400)
  list(@Query() query: CursorQuery, @CurrentActor() actor: Actor): Promise<ServiceTokenPage> {
    return this.tokens.list(query, actor);
  }

  @Post()
  @Header('Cache-Control', 'no-store')
  @Requires('service-tokens.manage')
  @ApiOperation({
    summary: 'Make a service token',
    description:
      'For a machine that pushes or presses; it is the actor on record. The answer shows the token this once. Role and scopes are never beyond the maker’s; it ends after at most a year.',
  })
  @ApiCreatedResponse({ type: NewServiceTokenAnswer })
  @ApiProblems('GRANT_BEYOND_OWN')
  async create(
    @Body() body: NewServiceToken,
    @CurrentActor() actor: Actor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<NewServiceTokenAnswer> {
    const made = await this.tokens.create(body, actor);
    answerCreated(response, 'service-tokens', made.id);
    return made;
  }

  @Get(':id')
  @Requires('service-tokens.manage')
  @ApiOperation({
    summary: 'Get a service token',
    description: 'With its last use, without the token itself.',
  })
  @ApiId
  @ApiOkResponse({ type: ServiceTokenAnswer })
  @ApiProblems('SERVICE_TOKEN_NOT_FOUND')
  get(@Param('id') id: string, @CurrentActor() actor: Actor): Promise<ServiceTokenAnswer> {
    return this.tokens.get(id, actor);
  }

  @Delete(':id')
  @HttpCode(204)
  @Requires('service-tokens.manage')
  @ApiOperation({
    operationId: 'deleteServiceToken',
    summary: 'Revoke a service token',
    description:
      'It is refused on all servers within AUTH_CACHE_MS, and stays on the list. Repeating it is a success.',
  })
  @ApiId
  @ApiNoContentResponse({ description: 'Revoked.' })
  @ApiProblems('SERVICE_TOKEN_NOT_FOUND')
  revoke(@Param('id') id: string, @CurrentActor() actor: Actor): Promise<void> {
    return this.tokens.revoke(id, actor);
  }
}
