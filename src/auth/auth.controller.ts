import { Body, Controller, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Request, type Response } from 'express';
import { ApiProblems } from '../http/problems/api-problems.js';
import { clientAddress } from '../http/request/client-address.js';
import { requestIdOf } from '../logging/request-context.js';
import { RateLimited } from '../rate-limit/rate-limits.js';
import { enforceRateLimit } from '../rate-limit/rate-limit-headers.js';
import { CurrentUser, Public } from './current-user.js';
import { type AuthUser } from '../users/auth-user.js';
import { LoginAnswer, LoginBody, MeAnswer } from './auth.dto.js';
import { AuthService } from './auth.service.js';

@ApiTags('auth')
@Controller('auth')
export class AuthController {
  constructor(private readonly auth: AuthService) {}

  @Post('login')
  @HttpCode(200)
  @Public()
  @RateLimited('login')
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
    const from = { ip: clientAddress(request), requestId: requestIdOf(request) };
    enforceRateLimit(response, await this.auth.countAttempt(body.email, from));
    return this.auth.login(body, from);
  }

  @Get('me')
  @ApiOperation({
    operationId: 'getCurrentUser',
    summary: 'Get the signed-in user',
    description: 'The user of the token that is sent.',
  })
  @ApiOkResponse({ type: MeAnswer })
  me(@CurrentUser() user: AuthUser): MeAnswer {
    return { id: user.id, email: user.email, role: user.role };
  }
}
