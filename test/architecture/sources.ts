// Reads a tree of sources and parses what they import, with the TypeScript parser.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

export type Source = { readonly path: string; readonly text: string };
export type Import = {
  /** What is written between the quotes; undefined where it is computed. */
  readonly specifier: string | undefined;
  readonly typeOnly: boolean;
  /** The names taken, as they are called at their source; `*` for everything. */
  readonly names: readonly string[];
  readonly line: number;
};

const roots = ['core', 'electron', 'renderer', 'test', '.ci'];
const read = /\.(ts|tsx|mjs|css|html)$|^\.ci\//;

/** Every source file under `root`, paths with slashes, relative to it; and the names at the top level. */
export function readTree(root: string): { readonly sources: readonly Source[]; readonly top: readonly string[] } {
  const sources: Source[] = [];
  for (const folder of roots) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name)
        .slice(root.length + 1)
        .replaceAll('\\', '/');
      if (entry.isFile() && read.test(path) && !/(^|\/)(node_modules|dist)\//.test(path)) {
        sources.push(sourceOf(path, readFileSync(join(root, path), 'utf8')));
      }
    }
  }
  return { sources, top: readdirSync(root) };
}

const known = new Map<string, Source>();

/** The same path and text give the same object, so that a copy of the tree is not parsed again. */
function sourceOf(path: string, text: string): Source {
  const seen = known.get(path);
  if (seen?.text === text) return seen;
  const source = { path, text };
  if (seen === undefined) known.set(path, source);
  return source;
}

export const isCode = ({ path }: Source): boolean => /\.(ts|tsx|mjs)$/.test(path);

const parsed = new WeakMap<Source, ts.SourceFile>();

export function parse(source: Source): ts.SourceFile {
  let file = parsed.get(source);
  if (file === undefined) {
    const kind = source.path.endsWith('x') ? ts.ScriptKind.TSX : undefined;
    file = ts.createSourceFile(source.path, source.text, ts.ScriptTarget.Latest, true, kind);
    parsed.set(source, file);
  }
  return file;
}

/** Calls `visit` for every node of the file, with its line. */
export function walk(source: Source, visit: (node: ts.Node, line: number) => void): void {
  const file = parse(source);
  const step = (node: ts.Node) => {
    visit(node, file.getLineAndCharacterOfPosition(node.getStart(file)).line + 1);
    ts.forEachChild(node, step);
  };
  step(file);
}

/** Every way one file reaches another: import, export from, import(), require(), import types, new URL(_, import.meta.url). */
export function importsOf(source: Source): readonly Import[] {
  const found: Import[] = parse(source).referencedFiles.map(({ fileName }) => ({
    specifier: fileName,
    typeOnly: true,
    names: ['*'],
    line: 1,
  }));
  walk(source, (node, line) => {
    const add = (specifier: ts.Node | undefined, typeOnly: boolean, names: readonly string[]) =>
      found.push({ specifier: textOf(specifier), typeOnly, names, line });
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeOnly(node.importClause), importedNames(node));
    else if (ts.isExportDeclaration(node)) {
      if (node.moduleSpecifier) add(node.moduleSpecifier, node.isTypeOnly, ['*']);
    } else if (ts.isImportTypeNode(node)) {
      add(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, true, ['*']);
    } else if (ts.isExternalModuleReference(node)) add(node.expression, false, ['*']);
    else if (ts.isCallExpression(node)) {
      const { expression } = node;
      const isImport = expression.kind === ts.SyntaxKind.ImportKeyword;
      const isRequire = ts.isIdentifier(expression) && expression.text === 'require';
      const isResolve = expression.getText().startsWith('import.meta.resolve');
      const isBuiltin = expression.getText() === 'process.getBuiltinModule';
      if (isImport || isRequire || isResolve || isBuiltin) add(node.arguments[0], false, ['*']);
    } else if (ts.isNewExpression(node) && node.expression.getText() === 'URL') {
      const [path, base] = node.arguments ?? [];
      const isCodePath = path !== undefined && /\.(ts|tsx|mjs|js)$/.test(textOf(path) ?? '');
      if (isCodePath && base?.getText() === 'import.meta.url') add(path, false, ['*']);
    }
  });
  return found;
}

function textOf(node: ts.Node | undefined): string | undefined {
  return node !== undefined && ts.isStringLiteralLike(node) ? node.text : undefined;
}

function isTypeOnly(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const named = clause.namedBindings;
  if (clause.name !== undefined || named === undefined || !ts.isNamedImports(named)) return false;
  return named.elements.length > 0 && named.elements.every((element) => element.isTypeOnly);
}

function importedNames(node: ts.ImportDeclaration): readonly string[] {
  const named = node.importClause?.namedBindings;
  if (named === undefined || !ts.isNamedImports(named) || node.importClause?.name !== undefined) return ['*'];
  return named.elements.filter((element) => !element.isTypeOnly).map((e) => (e.propertyName ?? e.name).text);
}
