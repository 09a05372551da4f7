import { Body, Controller, Get, Param, Patch, Post, Query, Res } from '@nestjs/common';
import {
  ApiCreatedResponse,
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
import { ListedUser, NewUser, UserPage, UserPatch } from './users.dto.js';
import { UsersService } from './users.service.js';

const ApiId = ApiParam({ name: 'id', format: 'uuid', description: 'Id of the user.' });

@ApiTags('users')
@Controller('users')
export class UsersController {
  constructor(private readonly users: UsersService) {}

  @Get()
  @Requires('users.manage')
  @ApiOperation({
    summary: 'List the users, by e-mail',
    description:
      'Those whose scopes all lie in the caller’s own: an administrator of all scopes sees everybody.',
  })
  @ApiOkResponse({ type: UserPage })
  @ApiProblems(400)
  list(@Query() query: CursorQuery, @CurrentActor() actor: Actor): Promise<UserPage> {
    return this.users.list(query, actor);
  }

  @Post()
  @Requires('users.manage')
  @ApiOperation({
    summary: 'Add a user',
    description:
      'With one role for all scopes. Nobody gives a role or scopes beyond their own. The e-mail address is unique, whatever its case.',
  })
  @ApiCreatedResponse({ type: ListedUser })
  @ApiProblems('GRANT_BEYOND_OWN', 'EMAIL_TAKEN')
  async create(
    @Body() body: NewUser,
    @CurrentActor() actor: Actor,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ListedUser> {
    const user = await this.users.create(body, actor);
    answerCreated(response, 'users', user.id);
    return user;
  }

  @Get(':id')
  @Requires('users.manage')
  @ApiOperation({ summary: 'Get a user', description: 'With role, scopes and the last sign-in.' })
  @ApiId
  @ApiOkResponse({ type: ListedUser })
  @ApiProblems('USER_NOT_FOUND')
  get(@Param('id') id: string, @CurrentActor() actor: Actor): Promise<ListedUser> {
    return this.users.get(id, actor);
  }

  @Patch(':id')
  @Requires('users.manage')
  @ApiOperation({
    summary: 'Change a user',
    description:
      'Name, e-mail, role, scopes, a new password, or whether the user is disabled. A new password and disabling end all sessions of the user. One enabled administrator of all scopes always remains.',
  })
  @ApiId
  @ApiOkResponse({ type: ListedUser })
  @ApiProblems('GRANT_BEYOND_OWN', 'USER_NOT_FOUND', 'EMAIL_TAKEN', 'LAST_ADMIN')
  change(
    @Param('id') id: string,
    @Body() body: UserPatch,
    @CurrentActor() actor: Actor,
  ): Promise<ListedUser> {
    return this.users.change(id, body, actor);
  }
}
