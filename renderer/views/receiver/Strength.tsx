// How strong a login mechanism is, as a word and a shape; a password in the open is worse before TLS than inside it.
import { mechanismFacts, type Strength } from '../../../core/contract/mechanisms.ts';
import { Chip, type Tone } from '../../ui/Chip.tsx';

export interface Look {
  readonly tone: Tone;
  readonly shape: string;
  readonly word: string;
}

/** `inClear`: before TLS, where who listens hears the password. */
export function strengthLook(strength: Strength, inClear: boolean): Look {
  if (strength === 'strong') return { tone: 'ok', shape: '◆', word: 'strong' };
  if (strength === 'weak') return { tone: 'defer', shape: '▲', word: 'weak' };
  return inClear ? { tone: 'refuse', shape: '■', word: 'plaintext' } : { tone: 'quiet', shape: '○', word: 'plaintext' };
}

interface StrengthMarkProps {
  readonly mechanism: string;
  readonly inClear: boolean;
}

/** Nothing for what is no mechanism. */
export function StrengthMark({ mechanism, inClear }: StrengthMarkProps) {
  const facts = mechanismFacts(mechanism);
  if (!facts) return null;
  const { tone, shape, word } = strengthLook(facts.strength, inClear);
  return (
    <Chip tone={tone} shape={shape}>
      {word}
    </Chip>
  );
}
