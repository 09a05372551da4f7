import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  HttpCode,
  Inject,
  Post,
  Req,
  Res,
} from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Request, type Response } from 'express';
import { ENV, type Env } from '../config/env.js';
import { CurrentActor, CurrentPrincipal } from '../http/access/current-actor.js';
import { type Principal } from '../http/access/principal.js';
import { Public } from '../http/access/public.js';
import { Requires } from '../http/access/requires.js';
import { ApiProblems } from '../http/problems/api-problems.js';
import { clientAddress } from '../http/request/client-address.js';
import { type Actor } from '../kernel/actor.js';
import { requestIdOf } from '../logging/request-context.js';
import { RateLimited } from '../rate-limit/rate-limits.js';
import { enforceRateLimit } from '../rate-limit/rate-limit-headers.js';
import { LoginAnswer, LoginBody, MeAnswer, PasswordBody } from './auth.dto.js';
import { AuthService, type Origin } from './auth.service.js';
import { assertOwnOrigin, isSecure } from './own-origin.js';
import { clearSessionCookie, setSessionCookie } from './session-cookie.js';

@ApiTags('auth')
@Controller('auth')
export class AuthController {
  constructor(
    private readonly auth: AuthService,
    @Inject(ENV) private readonly env: Env,
  ) {}

  @Post('login')
  @HttpCode(200)
  @Public()
  @RateLimited('login')
  @Header('Cache-Control', 'no-store')
  @ApiOperation({
    operationId: 'signIn',
    summary: 'Sign in',
    description:
      'Five attempts a minute per address, whatever token is sent. After five wrong passwords for one e-mail within 15 minutes, from any address, each further attempt is delayed a little longer, up to 2 s; it is never refused for that reason. An unknown e-mail and a wrong password get the same answer.',
  })
  @ApiOkResponse({ type: LoginAnswer })
  @ApiProblems('LOGIN_FAILED', 429)
  async login(
    @Body() body: LoginBody,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<LoginAnswer> {
    const from = fromOf(request);
    enforceRateLimit(response, await this.auth.countAttempt(body.email, from), 'sign_in');
    return this.auth.login(body, from);
  }

  @Post('session')
  @HttpCode(204)
  @Public()
  @RateLimited('login')
  @ApiOperation({
    operationId: 'createSession',
    summary: 'Sign in with a cookie',
    description:
      'For a page of this server: the cookie nba_session is HttpOnly, SameSite=Strict, and Secure under TLS. It ends after 12 hours without use. This and every later change by the cookie needs the Origin of this server (PUBLIC_URL, else the one that the request names). The same limits as for a sign-in.',
  })
  @ApiNoContentResponse({
    description: 'Signed in.',
    headers: { 'Set-Cookie': { description: 'The session.', schema: { type: 'string' } } },
  })
  @ApiProblems('LOGIN_FAILED', 'ORIGIN_REFUSED', 429)
  async openSession(
    @Body() body: LoginBody,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    const from = fromOf(request);
    assertOwnOrigin(request, this.env.publicUrl);
    enforceRateLimit(response, await this.auth.countAttempt(body.email, from), 'sign_in');
    const cookie = await this.auth.openCookieSession(body, from);
    setSessionCookie(response, cookie, isSecure(request, this.env.publicUrl));
  }

  @Delete('session')
  @HttpCode(204)
  @Requires('account.read')
  @ApiOperation({
    operationId: 'deleteSession',
    summary: 'Sign out',
    description: 'Ends the session of the cookie or the bearer token, on the server too.',
  })
  @ApiNoContentResponse({ description: 'Signed out.' })
  @ApiProblems('ORIGIN_REFUSED')
  async endSession(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    await this.auth.signOut(principal, actor);
    clearSessionCookie(response, isSecure(request, this.env.publicUrl));
  }

  @Get('me')
  @Requires('account.read')
  @ApiOperation({
    operationId: 'getCurrentUser',
    summary: 'Get who is signed in',
    description: 'The user or the service token, with role, scopes and permissions.',
  })
  @ApiOkResponse({ type: MeAnswer })
  me(@CurrentPrincipal() principal: Principal): MeAnswer {
    const { kind, id, name, email, role, scopes, permissions } = principal;
    return { kind, id, name, email, role, scopes: scopes.texts, permissions: [...permissions] };
  }

  @Post('password')
  @HttpCode(204)
  @Requires('account.change')
  @RateLimited('login')
  @ApiOperation({
    operationId: 'changePassword',
    summary: 'Change one’s own password',
    description:
      'All other sessions of the user end, and bearer tokens that were issued before. Limited and delayed like a sign-in.',
  })
  @ApiNoContentResponse({ description: 'Changed.' })
  @ApiProblems('PASSWORD_WRONG', 429)
  async changePassword(
    @Body() body: PasswordBody,
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    const from = fromOf(request);
    enforceRateLimit(
      response,
      await this.auth.countAttempt(principal.email ?? '', from),
      'sign_in',
    );
    await this.auth.changePassword(principal, body, actor, from);
  }
}

function fromOf(request: Request): Origin {
  return { ip: clientAddress(request), requestId: requestIdOf(request) };
}
