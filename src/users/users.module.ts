import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { HttpModule } from '../http/http.module.js';
import { ServiceTokensController } from './api/service-tokens.controller.js';
import { ServiceTokensService } from './api/service-tokens.service.js';
import { UsersController } from './api/users.controller.js';
import { UsersService } from './api/users.service.js';
import { AssigneesService } from './model/assignees.service.js';
import { CredentialsService } from './model/credentials.service.js';
import { PrincipalCache } from './model/principal-cache.js';
import { PrincipalsService } from './model/principals.service.js';
import { SessionsService } from './model/sessions.service.js';
import { User } from './model/user.entity.js';
import { PasswordHasher } from './passwords/password-hasher.js';

/** Users with role and grants, their passwords and sessions, and service tokens. */
@Module({
  imports: [TypeOrmModule.forFeature([User]), HttpModule],
  controllers: [UsersController, ServiceTokensController],
  providers: [
    PasswordHasher,
    AssigneesService,
    CredentialsService,
    UsersService,
    ServiceTokensService,
    SessionsService,
    PrincipalsService,
    PrincipalCache,
  ],
  exports: [
    PasswordHasher,
    AssigneesService,
    CredentialsService,
    UsersService,
    SessionsService,
    PrincipalsService,
    PrincipalCache,
  ],
})
export class UsersModule {}
