// YAML in an editor: its syntax, and completion from the schema.
import { autocompletion, type CompletionContext } from '@codemirror/autocomplete';
import { yaml } from '@codemirror/lang-yaml';
import { createTextEditor, type EditorMaker } from '../../ui/textEditor.ts';
import { offersAt, placeAt } from './yamlPlace.ts';

function complete(context: CompletionContext) {
  const { doc } = context.state;
  const line = doc.lineAt(context.pos);
  const place = placeAt(
    Array.from({ length: line.number - 1 }, (_, n) => doc.line(n + 1).text),
    line.text.slice(0, context.pos - line.from),
  );
  if (!place || (place.typed === '' && !context.explicit && !place.isValue)) return null;
  return {
    from: context.pos - place.typed.length,
    options: offersAt(place).map(({ label, insert, detail, info }) => ({
      label,
      apply: insert,
      detail,
      info: info === '' ? undefined : info,
    })),
    validFor: /^[\w.-]*$/,
  };
}

/** Makes an editor for YAML; what can be typed into also completes. */
export const createYamlEditor: EditorMaker = (options) =>
  createTextEditor(options, [
    yaml(),
    ...(options.onType ? [autocompletion({ override: [complete], icons: false })] : []),
  ]);
