/**
 * A port whose functions must be called with a signal. Work in the background uses it, so that no long step of it
 * can be started that cannot be stopped.
 */
export type Abortable<Port> = {
  readonly [Name in keyof Port]: Port[Name] extends (...args: infer Args) => infer Result
    ? (...args: Required<Args>) => Result
    : Port[Name]
}
