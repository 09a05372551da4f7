import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { isLost } from '../../../api/is-lost.js';
import { useChange } from '../../../ui/change.js';
import { workItemKeys } from '../../../work-item/work-item-queries.js';
import { FileFault, type ImportAnswer, type ImportOptions, sendFile } from './send-file.js';

type Options = Omit<ImportOptions, 'dryRun'>;

/** A file on its way in: it is checked first, and imported when somebody says so. */
export interface FileImport {
  readonly file: File | undefined;
  readonly options: Options;
  readonly setOptions: (change: Partial<Options>) => void;
  readonly choose: (file: File) => void;
  /** Checks the file again. */
  readonly recheck: () => void;
  /** What an import of the file would do: a dry run, made anew for other options. */
  readonly check: UseQueryResult<ImportAnswer>;
  readonly start: () => void;
  readonly stop: () => void;
  readonly isImporting: boolean;
  readonly done: ImportAnswer | undefined;
  readonly error: Error | null;
  /** Nobody knows what of the file is stored: it was stopped, or there was no answer. */
  readonly isCutOff: boolean;
}

/** The import of one file after another. `scope`: the one of the rows that name none. */
export function useImport(scope: string): FileImport {
  const [chosen, setChosen] = useState<{ readonly file: File; readonly at: number }>();
  const [options, setOptions] = useState<Options>({ kind: '', mode: 'all', scope });
  const controller = useRef<AbortController>(undefined);
  const change = useChange(
    (file: File) => {
      controller.current = new AbortController();
      return sendFile(file, { ...options, dryRun: false }, controller.current.signal);
    },
    { renews: [workItemKeys.lists, workItemKeys.items], showsProblem: true },
  );
  const check = useQuery({
    queryKey: ['import-check', chosen?.at, options],
    queryFn: ({ signal }) => {
      if (!chosen) throw new Error('No file was chosen.');
      return sendFile(chosen.file, { ...options, dryRun: true }, signal);
    },
    // What is imported is not checked again, as when events were missed and everything is read anew.
    enabled: chosen !== undefined && !change.isPending && !change.isSuccess,
    retry: false,
    staleTime: Infinity,
    gcTime: 0,
  });
  const isCutOff = isLost(change.error) && !(change.error instanceof FileFault);
  const choose = (file: File): void => {
    change.reset();
    setChosen({ file, at: Date.now() });
  };
  return {
    file: chosen?.file,
    options,
    setOptions: (changed) => {
      change.reset();
      setOptions({ ...options, ...changed });
    },
    choose,
    recheck: () => chosen && choose(chosen.file),
    check,
    start: () => chosen && change.mutate(chosen.file),
    stop: () => controller.current?.abort(),
    isImporting: change.isPending,
    done: change.data,
    error: change.error,
    isCutOff,
  };
}
