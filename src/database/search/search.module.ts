import { type DynamicModule, Module } from '@nestjs/common';
import { SEARCHED_TABLES, SearchIndex } from './search-index.js';
import { type SearchedTable } from './searched-table.js';

/** Prepares the search of some tables after a start. */
@Module({})
export class SearchModule {
  static register(tables: readonly SearchedTable[]): DynamicModule {
    return {
      module: SearchModule,
      providers: [{ provide: SEARCHED_TABLES, useValue: tables }, SearchIndex],
    };
  }
}
