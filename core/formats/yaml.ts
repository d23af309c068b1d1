// YAML as people write it: read against a schema, with every mistake at its line and column; written anew in few lines.
import { isNode, LineCounter, parseDocument, stringify, type Document } from 'yaml';
import { scenarioSchema, type Scenario } from '../contract/scenario.ts';
import type { z } from '../contract/schema.ts';
import { type Settings, settingsSchema } from '../contract/settings/settings.ts';
import type { FileProblem } from './problem.ts';
import { minimal, withoutEmpty } from './settingsTree.ts';
import { schemaProblems } from './yamlProblems.ts';

/** What a text of YAML says: a value its schema accepts, or every problem in the order of the text. */
export type Read<T> = { readonly value: T } | { readonly errors: readonly FileProblem[] };

/** The name `gatehouse schema` gives the schema of settings; a configuration's first line points to it. */
export const SETTINGS_SCHEMA_FILE = 'gatehouse.settings.schema.json';

/** The line that gives editors completion and checks, for a schema beside the file or at an address. */
export const schemaLine = (schema: string): string => `# yaml-language-server: $schema=${schema}`;

const OPTIONS = { prettyErrors: false, uniqueKeys: true, version: '1.2' } as const;

const REMEDIES: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'Indent with spaces',
  DUPLICATE_KEY: 'Remove one of the two',
  BAD_INDENT: 'Give keys of one mapping the same indentation',
  MULTIPLE_DOCS: 'Keep one document; remove the line ---',
  MISSING_CHAR: 'Close what is open, or put the value in quotes',
  BAD_ALIAS: 'Put the value in quotes if it is meant as text',
  UNRESOLVED_ALIAS: 'Put the value in quotes if it is meant as text',
};

const syntaxMessage = (message: string): string => {
  const plain = message.replace(/\.$/, '');
  return plain.charAt(0).toLowerCase() + plain.slice(1);
};

/** Parses YAML 1.2 without judging it; aliases that would grow the document a hundredfold are a problem too. */
export const parseYaml = (
  text: string,
  file: string,
):
  | { readonly document: Document; readonly lines: LineCounter; readonly value: unknown }
  | { readonly errors: readonly FileProblem[] } => {
  const lines = new LineCounter();
  const document: Document = parseDocument(text, { ...OPTIONS, lineCounter: lines });
  const problem = (offset: number, message: string, remedy: string): FileProblem => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1), path: '', message, remedy };
  };
  if (document.errors.length > 0) {
    const remedy = (code: string): string => REMEDIES[code] ?? 'Correct the YAML here; text with : or # needs quotes';
    return {
      errors: document.errors.map((each) => problem(each.pos[0], syntaxMessage(each.message), remedy(each.code))),
    };
  }
  try {
    return { document, lines, value: document.toJS({ maxAliasCount: 100 }) ?? {} };
  } catch (thrown) {
    // toJS throws for an alias without its anchor, and for too many aliases.
    const message = thrown instanceof Error ? syntaxMessage(thrown.message) : 'cannot be read';
    const offset = isNode(document.contents) ? (document.contents.range?.[0] ?? 0) : 0;
    return { errors: [problem(offset, message, 'Write the values out instead of using aliases')] };
  }
};

/**
 * Reads a text against a schema. A key of a mapping or list with nothing behind it counts as not written.
 *
 * @returns the value with all defaults, or the problems: YAML's own, else everything the schema refuses.
 */
export const readYaml = <S extends z.ZodType>(
  text: string,
  given: { readonly file: string; readonly schema: S },
): Read<z.output<S>> => {
  const parsed = parseYaml(text, given.file);
  if ('errors' in parsed) return parsed;
  const value = withoutEmpty(parsed.value, given.schema);
  const result = given.schema.safeParse(value);
  if (result.success) return { value: result.data };
  const { document, lines } = parsed;
  return { errors: schemaProblems({ file: given.file, document, lines, schema: given.schema, value }, result.error) };
};

/** Reads a configuration; an empty text is the configuration of a fresh workspace. */
export const readSettings = (text: string, file: string): Read<Settings> =>
  readYaml(text, { file, schema: settingsSchema });

/** Reads a scenario. */
export const readScenario = (text: string, file: string): Read<Scenario> =>
  readYaml(text, { file, schema: scenarioSchema });

/**
 * Writes a configuration anew: the line for editors, then only what differs from the defaults.
 *
 * @param schema where editors find the schema; a file name beside the configuration, or an address.
 */
export const freshYaml = (settings: Settings, schema: string = `./${SETTINGS_SCHEMA_FILE}`): string => {
  const least = minimal(settings, settingsSchema) as Readonly<Record<string, unknown>>;
  const head = `${schemaLine(schema)}\n# Everything that is not written here has its default.\n`;
  return Object.keys(least).length === 0 ? head : `${head}${stringify(least, { lineWidth: 0 })}`;
};
