import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path/posix';
import { copyIncluded } from './build-context.js';
import { type ImageStage, type ImageStep, lastOf, pairsOf } from './dockerfile.js';
import { type RootFolder, runIn } from './isolation.js';

/** An image as a folder: what its last stage left. */
export interface BuiltImage extends RootFolder {
  readonly user: readonly [number, number];
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  readonly healthcheck: readonly string[];
}

/** Instructions that change nothing in a folder. */
const NOTES = new Set(['ARG', 'EXPOSE', 'LABEL', 'HEALTHCHECK', 'ENTRYPOINT', 'CMD', 'USER']);

/**
 * Runs the instructions of a Dockerfile, each stage in a folder of its own, and returns the last one. Throws on an
 * instruction that it does not know, so that the Dockerfile and this can't drift apart.
 */
export function buildStages(
  stages: readonly ImageStage[],
  folder: string,
  { isolated, report }: { readonly isolated: boolean; readonly report: (line: string) => void },
): BuiltImage {
  const built = new Map<string, RootFolder>();
  for (const stage of stages) {
    const base = built.get(stage.base);
    if (base) throw new Error(`Stage ${stage.name}: a stage on top of a stage is not supported.`);
    const state = {
      root: join(folder, stage.name),
      workdir: '/',
      env: {} as Record<string, string>,
    };
    mkdirSync(state.root, { recursive: true });
    const began = performance.now();
    for (const step of stage.steps) {
      if (step.keyword === 'WORKDIR') {
        state.workdir = resolve(state.workdir, step.text);
        mkdirSync(join(state.root, state.workdir), { recursive: true });
      } else if (step.keyword === 'ENV')
        Object.assign(state.env, Object.fromEntries(pairsOf(step)));
      else if (step.keyword === 'COPY') copy(step, state, built);
      else if (step.keyword === 'RUN') run(step, state, isolated);
      else if (!NOTES.has(step.keyword)) {
        throw new Error(`Line ${step.line}: ${step.keyword} is not supported.`);
      }
    }
    built.set(stage.name, state);
    const took = ((performance.now() - began) / 1000).toFixed(0);
    report(`stage ${stage.name}: ${stage.steps.length} instructions on ${stage.base}, ${took} s`);
  }
  const last = stages.at(-1)!;
  const [uid = NaN, gid = NaN] = (lastOf(last, 'USER')?.text ?? '').split(':').map(Number);
  return {
    ...built.get(last.name)!,
    user: [uid, gid],
    entrypoint: lastOf(last, 'ENTRYPOINT')?.exec ?? [],
    command: lastOf(last, 'CMD')?.exec ?? [],
    healthcheck: lastOf(last, 'HEALTHCHECK')?.exec ?? [],
  };
}

function copy(
  { args, from, line }: ImageStep,
  to: RootFolder,
  built: Map<string, RootFolder>,
): void {
  const sources = args.slice(0, -1);
  const target = args.at(-1)!;
  const stage = from === undefined ? undefined : built.get(from);
  if (from !== undefined && !stage) throw new Error(`Line ${line}: there is no stage ${from}.`);
  const absolute = join(to.root, resolve(to.workdir, target));
  for (const source of sources) {
    const path = stage ? join(stage.root, source) : source;
    if (!existsSync(path)) throw new Error(`Line ${line}: there is no ${source}.`);
    // Of a folder, COPY takes what is in it; a file keeps its name in a folder.
    const isInto = target.endsWith('/') && !statSync(path).isDirectory();
    const place = isInto ? join(absolute, basename(source)) : absolute;
    if (stage) cpSync(path, place, { recursive: true, verbatimSymlinks: true });
    else copyIncluded(path, place);
    if (!existsSync(place)) throw new Error(`Line ${line}: .dockerignore leaves out ${source}.`);
  }
}

function run({ text }: ImageStep, folder: RootFolder, isolated: boolean): void {
  if (isolated) runIn(folder, text);
  else {
    execFileSync('/bin/sh', ['-c', text], {
      cwd: join(folder.root, folder.workdir),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
  }
}
