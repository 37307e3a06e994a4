/**
 * Returns whether a value of JSON has at most `max` levels of objects and lists inside each other. Does not descend
 * further, so that a deeper value cannot exhaust the stack.
 */
export const isNestedAtMost = (value: unknown, max: number): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (max > 0 && Object.values(value).every((member) => isNestedAtMost(member, max - 1)))
