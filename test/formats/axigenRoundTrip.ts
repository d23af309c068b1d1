// Both ways through AXIGEN's files, for tests that expect no problems.
import type { Settings } from '../../core/contract/settings/settings.ts';
import { type AxigenExport, importAxigen, type Note } from '../../core/formats/axigen.ts';
import { problemText } from '../../core/formats/problem.ts';

/** What an import gives; throws its problems. */
export const imported = (
  cfg?: string,
  script?: string,
): { readonly settings: Settings; readonly notes: readonly Note[] } => {
  const result = importAxigen({ cfg, script });
  if ('errors' in result) throw new Error(result.errors.map(problemText).join('\n'));
  return result;
};

/** Imports what was exported. */
export const again = ({ files }: AxigenExport) => imported(files['axigen.cfg'], files['smtpFilters.script']);
