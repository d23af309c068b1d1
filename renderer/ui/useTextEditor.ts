// An editor for text inside a component: loaded late, following the text, its problems and its lock.
import { type RefObject, useEffect, useRef, useState } from 'react';
import type { Problem } from '../../core/contract/calls.ts';
import type { EditorMaker, TextEditor } from './textEditor.ts';

interface Edited {
  /** Loads the editor; the first one counts. */
  readonly load: () => Promise<EditorMaker>;
  /** The name for screen readers. */
  readonly label: string;
  readonly text: string;
  readonly problems: readonly Problem[];
  readonly isLocked?: boolean;
  /** Hears what is typed; the first one counts. Absent: the text can be read only. */
  readonly onType?: (text: string) => void;
}

interface Editing {
  readonly place: RefObject<HTMLDivElement | null>;
  readonly isReady: boolean;
  /** Why the editor could not be loaded. */
  readonly failure: string | undefined;
  readonly goTo: (line: number, column?: number) => void;
}

/** Puts an editor into `place`. */
export function useTextEditor(edited: Edited): Editing {
  const { text, problems, isLocked = false } = edited;
  const place = useRef<HTMLDivElement>(null);
  const editor = useRef<TextEditor>(undefined);
  const now = useRef(edited);
  now.current = edited;
  const [isReady, setReady] = useState(false);
  const [failure, setFailure] = useState<string>();
  useEffect(() => {
    const parent = place.current;
    if (!parent) return undefined;
    let isGone = false;
    now.current.load().then(
      (create) => {
        if (isGone) return;
        const { label, text: first, onType } = now.current;
        editor.current = create({ parent, label, text: first, onType });
        setReady(true);
      },
      (error: unknown) => setFailure(error instanceof Error ? error.message : String(error)),
    );
    return () => {
      isGone = true;
      editor.current?.destroy();
      editor.current = undefined;
    };
  }, []);
  useEffect(() => editor.current?.show(text), [text, isReady]);
  useEffect(() => editor.current?.lock(isLocked || now.current.onType === undefined), [isLocked, isReady]);
  useEffect(() => editor.current?.mark(problems), [problems, isReady]);
  return { place, isReady, failure, goTo: (line, column = 1) => editor.current?.goTo(line, column) };
}
