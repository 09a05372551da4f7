import { resolve } from 'node:path';
import ts from 'typescript';
import { type Manifest, objectOf } from './manifests.js';

/** Where kubernetes-models has the types of an API version. */
function modelsOf(apiVersion: string): string {
  return apiVersion.includes('cnpg.io')
    ? `@kubernetes-models/cloudnative-pg/${apiVersion}`
    : `kubernetes-models/${apiVersion}`;
}

/**
 * Compiles the objects as literals of their types. The JSON schemas allow fields that they do not know, as Kubernetes
 * does when it stores them; the compiler does not, so that a field with a typing error is found. Returns one line for
 * each error.
 */
export function typeErrorsOf(manifests: readonly Manifest[]): string[] {
  const name = resolve('deploy/k8s/all-manifests.ts');
  const lines = manifests.map((manifest, index) => {
    const type = `import('${modelsOf(manifest.apiVersion)}').I${manifest.kind}`;
    return `export const m${index}: ${type} = ${JSON.stringify(objectOf(manifest))};`;
  });
  const options: ts.CompilerOptions = {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
  };
  const host = ts.createCompilerHost(options);
  const readSource = host.getSourceFile.bind(host);
  host.getSourceFile = (file, target, ...more) =>
    file === name
      ? ts.createSourceFile(file, lines.join('\n'), target)
      : readSource(file, target, ...more);
  const program = ts.createProgram([name], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const line = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line : 0;
    const { file: source, kind } = manifests[line] ?? { file: 'unknown', kind: '' };
    return `${source} ${kind}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
}
