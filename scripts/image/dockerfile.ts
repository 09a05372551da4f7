import { type Copy, DockerfileParser, From, type JSONInstruction } from 'dockerfile-ast';

/** An instruction of a stage, with its variables resolved. */
export interface ImageStep {
  /** Such as COPY, in capitals. */
  readonly keyword: string;
  /** As it is written, on one line, without the keyword. */
  readonly text: string;
  /** The arguments; for COPY without the flags. */
  readonly args: readonly string[];
  /** The arguments of the exec form (`["node"]`); undefined for the shell form. */
  readonly exec: readonly string[] | undefined;
  /** The stage that a COPY reads; undefined for the files of the project. */
  readonly from: string | undefined;
  /** Counted from 1. */
  readonly line: number;
}

/** A stage of a Dockerfile. */
export interface ImageStage {
  readonly name: string;
  /** The image or the stage that it begins with, with its variables resolved. */
  readonly base: string;
  readonly steps: readonly ImageStep[];
}

/** The stages of a Dockerfile, in their order. Throws on a variable without a value. */
export function readDockerfile(text: string): ImageStage[] {
  const dockerfile = DockerfileParser.parse(text);
  const stages: { name: string; base: string; steps: ImageStep[] }[] = [];
  for (const instruction of dockerfile.getInstructions()) {
    const line = instruction.getRange().start.line;
    const resolve = (value: string): string =>
      value.replaceAll(/\$\{?(\w+)\}?/g, (written, name: string) => {
        const found = dockerfile.resolveVariable(name, line);
        if (found == null) throw new Error(`Line ${line + 1}: ${written} has no value.`);
        return found;
      });
    if (instruction instanceof From) {
      const name = instruction.getBuildStage() ?? String(stages.length);
      stages.push({ name, base: resolve(instruction.getImage() ?? ''), steps: [] });
      continue;
    }
    const keyword = instruction.getKeyword();
    const written = instruction.getArguments().map((argument) => resolve(argument.getValue()));
    stages.at(-1)?.steps.push({
      keyword,
      text: resolve(instruction.getArgumentsContent() ?? '').replaceAll(/\\\n\s*/g, ''),
      args: written.filter((argument) => keyword !== 'COPY' || !argument.startsWith('--')),
      exec: execForm(instruction as JSONInstruction),
      from:
        keyword === 'COPY'
          ? ((instruction as Copy).getFromFlag()?.getValue() ?? undefined)
          : undefined,
      line: line + 1,
    });
  }
  return stages;
}

function execForm(instruction: JSONInstruction): string[] | undefined {
  const text = instruction.getArgumentsContent()?.replace(/^.*?CMD(?=\s*\[)/s, '') ?? '';
  if (!text.trim().startsWith('[')) return undefined;
  return JSON.parse(text) as string[];
}

/** The last step of a kind in a stage. */
export function lastOf(stage: ImageStage, keyword: string): ImageStep | undefined {
  return stage.steps.filter((step) => step.keyword === keyword).at(-1);
}

/** `NAME=value` pairs of ENV and LABEL. */
export function pairsOf(step: ImageStep): [string, string][] {
  return [...step.text.matchAll(/([\w.]+)=(?:"([^"]*)"|(\S+))/g)].map(
    ([, name = '', quoted, plain]) => [name, quoted ?? plain ?? ''],
  );
}
