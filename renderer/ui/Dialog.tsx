// Dialogs: a frame for a form, and a question that must be answered before something is gone.
import { AlertDialog } from '@base-ui/react/alert-dialog';
import { Dialog as Base } from '@base-ui/react/dialog';
import type { ReactNode } from 'react';
import { create } from 'zustand';
import { Button } from './Button.tsx';

interface DialogProps {
  readonly title: string;
  readonly about?: ReactNode;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** Buttons, the one that does it last. */
  readonly actions?: ReactNode;
  /** Pixels. */
  readonly width?: number;
}

/** A dialog; Escape and a click beside it close it, and what was typed is the caller's to keep. */
export function Dialog({ title, about, isOpen, onClose, children, actions, width = 460 }: DialogProps) {
  return (
    <Base.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="veil" />
        <Base.Popup className="dialog" style={{ '--wide': `${width}px` } as React.CSSProperties}>
          <div className="dialog-body">
            <div>
              <Base.Title render={<h2 />}>{title}</Base.Title>
              {about !== undefined && <Base.Description className="muted">{about}</Base.Description>}
            </div>
            {children}
          </div>
          <div className="dialog-actions">{actions ?? <Button onClick={onClose}>Close</Button>}</div>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

interface Question {
  readonly title: string;
  readonly about: string;
  /** The word on the button that does it, e.g. `Clear 12 sessions`. */
  readonly act: string;
  readonly isDangerous?: boolean;
}

const useQuestion = create<{ question?: Question | undefined; answer: (isYes: boolean) => void }>(() => ({
  answer: () => undefined,
}));

/** Asks before something that cannot be undone; resolves to the answer. */
export function confirm(question: Question): Promise<boolean> {
  return new Promise((resolve) => {
    useQuestion.setState({
      question,
      answer: (isYes) => {
        useQuestion.setState({ question: undefined });
        resolve(isYes);
      },
    });
  });
}

/** Where the questions of {@link confirm} appear; once in the frame. */
export function Confirmations() {
  const { question, answer } = useQuestion();
  return (
    <AlertDialog.Root open={question !== undefined} onOpenChange={(open) => !open && answer(false)}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className="veil" />
        <AlertDialog.Popup className="dialog" style={{ '--wide': '400px' } as React.CSSProperties}>
          <div className="dialog-body">
            <div>
              <AlertDialog.Title render={<h2 />}>{question?.title}</AlertDialog.Title>
              <AlertDialog.Description className="muted">{question?.about}</AlertDialog.Description>
            </div>
          </div>
          <div className="dialog-actions">
            <Button onClick={() => answer(false)}>Cancel</Button>
            <Button kind={question?.isDangerous === true ? 'danger' : 'primary'} onClick={() => answer(true)}>
              {question?.act}
            </Button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
