// WireParser against the reference on random conversations in random segments: same lines, same messages, same chunks, same facts.
import { describe, expect, it } from 'vitest';
import { type Case, firstFailure, ours, play, randomCase, seeded, shrink } from './wireCase.ts';
import { mutant, mutations } from './wireMutants.ts';
import { reference } from './wireReference.ts';

/** A batch each, so that none runs long; 100,000 cases in all. */
const batches = Array.from({ length: 10 }, (_, n) => 0x5321 + n);
const patience = { timeout: 120_000 };

function heardBy(one: Case): unknown {
  try {
    return play(ours, one);
  } catch (error) {
    return error;
  }
}

describe('WireParser', () => {
  it.each(batches)(
    'hears in 10,000 random conversations what the reference hears, however they are cut (%#)',
    patience,
    (seed) => {
      const found = firstFailure(ours, seed, 10_000);
      if (found === null) return;
      const failure = shrink(ours, found);
      expect({ case: failure, heard: heardBy(failure) }).toEqual({
        case: failure,
        heard: reference(failure.input, failure.rules),
      });
      expect(found).toBeNull();
    },
  );
});

describe('the random conversations', () => {
  it('reach every ending of a message, every kind of line and chunk, and every exception', () => {
    const random = seeded(0x5321);
    const seen = new Set<string>();
    for (let n = 0; n < 4000; n++) {
      const { input, rules } = randomCase(random);
      for (const heard of reference(input, rules)) {
        if ('cut' in heard) seen.add('cut');
        else if ('chunk' in heard)
          seen.add(heard.chunk < heard.announced ? 'half a chunk' : heard.chunk === 0 ? 'no octets' : 'a chunk');
        else if ('line' in heard)
          seen.add(heard.facts.tooLong ? 'too long' : heard.facts.cut ? 'cut off' : heard.facts.terminator);
        else {
          seen.add(heard.facts.ended ?? 'in chunks').add(heard.facts.overLimit ? 'over limit' : 'within limit');
          for (const { kind } of heard.facts.exceptions) seen.add(kind);
          if (heard.facts.exceptions.length === 100) seen.add('100 exceptions');
          if (heard.facts.dotsRemoved > 16) seen.add('17 dots');
          if (/\r\n x{20}/.test(heard.message)) seen.add('a folded field');
          if (heard.facts.eightBit > 0 && !/[\x80-\xff]/.test(heard.message)) seen.add('highest bits cleared');
        }
      }
    }
    const ends = ['crlf', 'lf', 'cr'];
    const kinds = ['bare-lf', 'bare-cr', 'nul', 'long-line', '100 exceptions', '17 dots'];
    const others = ['none', 'too long', 'cut off', 'cut', 'over limit', 'within limit', ...ends, ...kinds];
    const chunks = ['a chunk', 'half a chunk', 'no octets', 'in chunks'];
    const changes = ['a folded field', 'highest bits cleared'];
    expect([...seen].sort()).toEqual(
      [...others, ...chunks, ...changes, ...ends.flatMap((a) => ends.map((b) => `${a}.${b}`))].sort(),
    );
  });
});

describe('the comparison catches a parser in which', () => {
  it.each(mutations)('$mistake', patience, async (mutation) => {
    expect(firstFailure(await mutant(mutation), 0x5321, 50_000)).not.toBeNull();
  });
});
