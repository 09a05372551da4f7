import { Body, Controller, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { type Request, type Response } from 'express';
import { ApiProblems } from '../common/http/api-problems.js';
import { requestIdOf } from '../common/http/request-context.js';
import { RateLimited } from '../rate-limit/rate-limits.js';
import { type AuthUser, CurrentUser, Public } from './auth-user.js';
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
    summary: 'Sign in',
    description:
      'Five tries a minute per IP and per e-mail. An unknown e-mail and a wrong password get the same answer.',
  })
  @ApiOkResponse({ type: LoginAnswer })
  @ApiProblems(400, 401, 429)
  login(
    @Body() body: LoginBody,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<LoginAnswer> {
    return this.auth.login(body, response, {
      ip: request.ip ?? 'unknown',
      requestId: requestIdOf(request),
    });
  }

  @Get('me')
  @ApiOperation({ summary: 'Who am I' })
  @ApiOkResponse({ type: MeAnswer })
  me(@CurrentUser() user: AuthUser): MeAnswer {
    return { id: user.id, email: user.email, role: user.role };
  }
}
