import { Module } from '@nestjs/common';
import { NextActionsModule } from '../next-actions/next-actions.module.js';
import { DemoLoader } from './demo.loader.js';

/** The desk that a first start shows. */
@Module({ imports: [NextActionsModule], providers: [DemoLoader], exports: [DemoLoader] })
export class DemoModule {}
