import { readdirSync, readFileSync } from 'node:fs';
import { parse, parseAllDocuments } from 'yaml';

const FOLDER = 'deploy/k8s';

/** An object for Kubernetes, with the file that it is from. */
export interface Manifest {
  readonly file: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name?: string; readonly labels?: Labels };
  // Whatever its kind has: the specs read it by the paths that they check.
  readonly spec: any;
  readonly data?: Readonly<Record<string, string>>;
  readonly stringData?: Readonly<Record<string, string>>;
}

/** Labels of an object. */
export type Labels = Readonly<Record<string, string>>;

/** Every object in the files of deploy/k8s but those of Kustomize and Helm. */
export const MANIFESTS: readonly Manifest[] = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.yaml') && !/^kustomization|values/.test(name))
  .flatMap((file) =>
    parseAllDocuments(readFileSync(`${FOLDER}/${file}`, 'utf8')).map((document): Manifest => ({
      ...(document.toJS() as Manifest),
      file,
    })),
  );

/** A file of Kustomize or Helm. */
export function readYaml(name: string): any {
  return parse(readFileSync(`${FOLDER}/${name}`, 'utf8'));
}

/** The objects of a kind. */
export function ofKind(kind: string): Manifest[] {
  return MANIFESTS.filter((manifest) => manifest.kind === kind);
}

/** What Kubernetes gets of it. */
export function objectOf(manifest: Manifest): object {
  return Object.fromEntries(Object.entries(manifest).filter(([key]) => key !== 'file'));
}
