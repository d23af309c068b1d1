// Holds the heap to its order, against sorting.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Heap } from '../../core/world/heap.ts';

test('gives what was put in, the first first, whatever is put in between', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer({ min: -50, max: 50 }), { nil: 'take' as const })), (steps) => {
      const heap = new Heap<number>((a, b) => a < b);
      const sorted: number[] = [];
      for (const step of steps) {
        if (step === 'take') expect(heap.pop()).toBe(sorted.shift());
        else {
          heap.push(step);
          sorted.push(step);
          sorted.sort((a, b) => a - b);
        }
        expect([heap.first, heap.size]).toEqual([sorted[0], sorted.length]);
      }
    }),
  );
});

test('of many takes each in its place', () => {
  const heap = new Heap<number>((a, b) => a < b);
  const numbers = Array.from({ length: 50_000 }, (_, index) => (index * 7919) % 50_000);
  for (const one of numbers) heap.push(one);
  expect(numbers.map(() => heap.pop())).toEqual(numbers.toSorted((a, b) => a - b));
  expect([heap.pop(), heap.first, heap.size]).toEqual([undefined, undefined, 0]);
});

test('lets go of what is not to stay, and keeps its order', () => {
  const heap = new Heap<number>((a, b) => a < b);
  for (let index = 0; index < 1000; index += 1) heap.push((index * 7919) % 1000);
  heap.retain((one) => one % 3 === 0);
  expect(heap.size).toBe(334);
  expect(Array.from({ length: 334 }, () => heap.pop())).toEqual(Array.from({ length: 334 }, (_, index) => index * 3));
});
