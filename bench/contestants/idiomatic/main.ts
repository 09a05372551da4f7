/**
 * The contestant "idiomatic": a press written as the documentation of NestJS and TypeORM shows, on the same
 * tables, with the same rows. See docs/performance.md.
 */
import 'reflect-metadata';
import { ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { IdiomaticModule } from './idiomatic.module.js';

const app = await NestFactory.create(IdiomaticModule, { logger: ['log', 'warn', 'error'] });
app.useGlobalPipes(new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true }));
app.enableShutdownHooks();
await app.listen(Number(process.env.PORT), '127.0.0.1');
