// An editor for text, loaded when it is first needed: CodeMirror with problems in the margin, in the colours of the window.
import { completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import {
  bracketMatching,
  defaultHighlightStyle,
  HighlightStyle,
  indentOnInput,
  indentUnit,
  syntaxHighlighting,
} from '@codemirror/language';
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { Annotation, Compartment, EditorState, type Extension } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import type { Problem } from '../../core/contract/calls.ts';

export interface TextEditor {
  /** Shows a text that did not come from the keyboard; the cursor stays where it can. */
  show(text: string): void;
  mark(problems: readonly Problem[]): void;
  lock(isLocked: boolean): void;
  goTo(line: number, column: number): void;
  focus(): void;
  destroy(): void;
}

export interface EditorOptions {
  readonly parent: HTMLElement;
  /** The name for screen readers. */
  readonly label: string;
  readonly text: string;
  /** Hears what was typed; absent: the text can be read only. */
  readonly onType?: ((text: string) => void) | undefined;
}

/** Makes an editor for one language. */
export type EditorMaker = (options: EditorOptions) => TextEditor;

/** Marks a change that came from outside. */
const outside = Annotation.define<true>();

/** The colours of the default style, as the tokens of ours: both themes follow. */
const colours: Readonly<Record<string, string>> = {
  '#00c': 'var(--accent)',
  '#a11': 'var(--ok)',
  '#940': 'var(--faint)',
  '#219': 'var(--drop)',
  '#164': 'var(--drop)',
  '#e40': 'var(--defer)',
  '#708': 'var(--drop)',
};

const style = HighlightStyle.define(
  defaultHighlightStyle.specs.map(({ tag, color }) => ({
    tag,
    color: colours[String(color)] ?? 'inherit',
  })),
);

const look = EditorView.theme({
  '&': { height: '100%', fontSize: 'var(--size-mono)', color: 'var(--text)', backgroundColor: 'var(--panel)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.6', overflow: 'auto', fontVariantLigatures: 'none' },
  '.cm-content': { caretColor: 'var(--text)', padding: '6px 0' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-gutters': { backgroundColor: 'var(--panel)', color: 'var(--faint)', border: 'none' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--hover)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--accent-soft)',
  },
  '.cm-tooltip': {
    backgroundColor: 'var(--panel)',
    color: 'var(--text)',
    border: '1px solid var(--line-strong)',
    borderRadius: 'var(--radius)',
    boxShadow: 'var(--shadow)',
    fontSize: 'var(--size)',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--select)',
    color: 'var(--text)',
  },
  '.cm-completionDetail': { color: 'var(--muted)', fontStyle: 'normal', fontFamily: 'var(--font)' },
  '.cm-completionInfo': { maxWidth: '320px', fontFamily: 'var(--font)', padding: '6px 8px' },
  '.cm-diagnostic': { borderLeftColor: 'var(--refuse)' },
  '.cm-lintRange-error': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--refuse)',
    textUnderlineOffset: '3px',
  },
});

/** Makes an editor inside an element; the language comes as extensions. */
export function createTextEditor(options: EditorOptions, language: Extension): TextEditor {
  const { parent, label, text, onType } = options;
  const lockable = new Compartment();
  // Still editable to the browser, so that it can be focused, walked through and copied from.
  const locked = (isLocked: boolean): Extension => EditorState.readOnly.of(isLocked);
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        lintGutter(),
        history(),
        drawSelection(),
        highlightActiveLine(),
        highlightActiveLineGutter(),
        indentOnInput(),
        bracketMatching(),
        indentUnit.of('  '),
        EditorState.tabSize.of(2),
        language,
        syntaxHighlighting(style),
        look,
        lockable.of(locked(onType === undefined)),
        EditorView.contentAttributes.of({ 'aria-label': label, 'data-pane-focus': '', tabindex: '0' }),
        keymap.of([...defaultKeymap, ...historyKeymap, ...completionKeymap, ...lintKeymap]),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged || update.transactions.some((one) => one.annotation(outside) === true)) return;
          onType?.(update.state.doc.toString());
        }),
      ],
    }),
  });
  return {
    show: (next) => {
      const now = view.state.doc.toString();
      if (now === next) return;
      view.dispatch({ changes: difference(now, next), annotations: outside.of(true) });
    },
    mark: (problems) => view.dispatch(setDiagnostics(view.state, diagnostics(view.state, problems))),
    lock: (isLocked) => view.dispatch({ effects: lockable.reconfigure(locked(isLocked)) }),
    goTo: (number, column) => {
      const line = view.state.doc.line(Math.min(Math.max(number, 1), view.state.doc.lines));
      const at = Math.min(line.from + column - 1, line.to);
      view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: 'center' }) });
      view.focus();
    },
    focus: () => view.focus(),
    destroy: () => view.destroy(),
  };
}

/** What changes between two texts: all between what they begin and what they end with. */
function difference(now: string, next: string) {
  let from = 0;
  while (from < now.length && from < next.length && now[from] === next[from]) from += 1;
  let tail = 0;
  while (tail < now.length - from && tail < next.length - from && now.at(-1 - tail) === next.at(-1 - tail)) tail += 1;
  return { from, to: now.length - tail, insert: next.slice(from, next.length - tail) };
}

function diagnostics({ doc }: EditorState, problems: readonly Problem[]): readonly Diagnostic[] {
  return problems.flatMap(({ line: number, column = 1, path, message }) => {
    if (number === undefined || number > doc.lines) return [];
    const line = doc.line(number);
    const from = Math.min(line.from + column - 1, line.to);
    const end = /^[^\s#]+(?: [^\s#]+)*/.exec(line.text.slice(from - line.from))?.[0].length ?? 0;
    return [
      { from, to: from + end, severity: 'error' as const, message: path === '' ? message : `${path}: ${message}` },
    ];
  });
}
