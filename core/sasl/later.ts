// A value that is there now or comes later: what is there at once costs no turn of the event loop.

export type Later<T> = T | Promise<T>;

/** Goes on with the value, at once where it is there. */
export function whenThere<T, R>(value: Later<T>, then: (value: T) => Later<R>): Later<R> {
  return value instanceof Promise ? value.then(then) : then(value);
}
