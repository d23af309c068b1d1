// Reads a configuration whole: what the schema says of it, and what the zone's own grammar says beyond the schema.
import type { Settings } from '../contract/settings/settings.ts';
import { zoneOf } from '../dns/zone.ts';
import type { FileProblem } from '../formats/problem.ts';
import { parseYaml, type Read, readSettings } from '../formats/yaml.ts';

/** The settings of a text, or everything that is wrong with it, each at its line. */
export function readConfiguration(text: string, file: string): Read<Settings> {
  const read = readSettings(text, file);
  if ('errors' in read) return read;
  const { errors } = zoneOf(read.value.dns);
  if (errors.length === 0) return read;
  return { errors: errors.map(({ line, message }) => zoneProblem({ text, file, line, message })) };
}

function zoneProblem(of: { text: string; file: string; line: number; message: string }): FileProblem {
  const { text, file, line, message } = of;
  const remedy = 'Correct this line of the zone, or begin it with # to leave it out';
  return {
    file,
    ...placeOf(text, file, line),
    path: 'dns.zone',
    message: `line ${line} of the zone: ${message}`,
    remedy,
  };
}

/** Where a line of the zone stands in the file: below the | of a block, else where the text begins. */
function placeOf(text: string, file: string, line: number): { readonly line: number; readonly column: number } {
  const parsed = parseYaml(text, file);
  const start = { line: 1, column: 1 };
  if ('errors' in parsed) return start;
  const node = parsed.document.getIn(['dns', 'zone'], true) as { range?: readonly number[]; type?: string } | undefined;
  if (node?.range === undefined) return start;
  const at = parsed.lines.linePos(node.range[0] ?? 0);
  return node.type === 'BLOCK_LITERAL' ? { line: at.line + line, column: 1 } : { line: at.line, column: at.col };
}
