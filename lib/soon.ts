/**
 * A value, or a promise of it: the application may answer either way, and most requests wait for nothing but the store. To be
 * awaited, or handed to {@link whenThere}.
 */
export type Soon<T> = T | PromiseLike<T>;

/** Goes on with a value at once where it is there. What throws, throws or rejects. */
export function whenThere<T, Next>(value: Soon<T>, next: (value: T) => Soon<Next>): Soon<Next> {
  return isLater(value) ? value.then(next) : next(value);
}

/** Whether a value is still to come. */
export function isLater<T>(value: Soon<T>): value is PromiseLike<T> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  );
}
