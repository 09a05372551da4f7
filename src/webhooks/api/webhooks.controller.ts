import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  HttpCode,
  Param,
  Patch,
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
  NewWebhook,
  WebhookAnswer,
  WebhookPage,
  WebhookPatch,
  WebhookSecretAnswer,
} from './webhooks.dto.js';
import { WebhooksService } from './webhooks.service.js';

const ApiId = ApiParam({ name: 'id', format: 'uuid', description: 'Id of the webhook.' });

@ApiTags('webhooks')
@Controller('webhooks')
@Requires('webhooks.manage')
export class WebhooksController {
  constructor(private readonly webhooks: WebhooksService) {}

  @Get()
  @ApiOperation({
    summary: 'List the webhooks, newest first',
    description: 'Those whose scopes all lie in the caller’s own, without secrets.',
  })
  @ApiOkResponse({ type: WebhookPage })
  @ApiProblems(400)
  list(@Query() query: CursorQuery, @CurrentActor() actor: Actor): Promise<WebhookPage> {
    return this.webhooks.list(query, actor);
  }

  @Post()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    summary: 'Make a webhook',
    description:
      'From now on, the URL gets the events that it asks for, each as a signed POST. The answer shows the secret of the signatures this once.',
  })
  @ApiCreatedResponse({ type: WebhookSecretAnswer })
  @ApiProblems('GRANT_BEYOND_OWN', 'WEBHOOKS_NOT_CONFIGURED', 'WEBHOOK_LIMIT_REACHED')
  async create(
    @Body() body: NewWebhook,
    @CurrentActor() actor: Actor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<WebhookSecretAnswer> {
    const made = await this.webhooks.create(body, actor);
    answerCreated(response, 'webhooks', made.id);
    return made;
  }

  @Get(':id')
  @ApiOperation({
    summary: 'Get a webhook',
    description: 'Without its secret and the values of its headers.',
  })
  @ApiId
  @ApiOkResponse({ type: WebhookAnswer })
  @ApiProblems('WEBHOOK_NOT_FOUND')
  get(@Param('id') id: string, @CurrentActor() actor: Actor): Promise<WebhookAnswer> {
    return this.webhooks.get(id, actor);
  }

  @Patch(':id')
  @ApiOperation({
    summary: 'Change a webhook',
    description:
      'Only what is sent changes; of the headers, only those that are named. Disable and enable it by enabled.',
  })
  @ApiId
  @ApiOkResponse({ type: WebhookAnswer })
  @ApiProblems(
    'GRANT_BEYOND_OWN',
    'WEBHOOK_NOT_FOUND',
    'WEBHOOKS_NOT_CONFIGURED',
    'WEBHOOK_UNREADABLE',
  )
  change(
    @Param('id') id: string,
    @Body() body: WebhookPatch,
    @CurrentActor() actor: Actor,
  ): Promise<WebhookAnswer> {
    return this.webhooks.change(id, body, actor);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Delete a webhook',
    description:
      'With its deliveries: what it has not got yet is not sent. They are removed in the background.',
  })
  @ApiId
  @ApiNoContentResponse({ description: 'Deleted.' })
  @ApiProblems('WEBHOOK_NOT_FOUND')
  delete(@Param('id') id: string, @CurrentActor() actor: Actor): Promise<void> {
    return this.webhooks.delete(id, actor);
  }

  @Post(':id/rotate-secret')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'rotateWebhookSecret',
    summary: 'Give a webhook a new secret',
    description:
      'The answer shows it this once. For 24 hours, requests are signed with the new and with the last secret; an older one ends at once.',
  })
  @ApiId
  @ApiOkResponse({ type: WebhookSecretAnswer })
  @ApiProblems('WEBHOOK_NOT_FOUND', 'WEBHOOKS_NOT_CONFIGURED')
  rotateSecret(
    @Param('id') id: string,
    @CurrentActor() actor: Actor,
  ): Promise<WebhookSecretAnswer> {
    return this.webhooks.rotateSecret(id, actor);
  }
}
