// The part of React's types that the example uses, so that the examples need no React.
declare module 'react' {
  export const useRef: <A>(initial: A | null) => { current: A | null }
  export const useState: <A>(initial: A) => readonly [A, (next: A) => void]
  export const useEffect: (effect: () => undefined | (() => void), inputs: ReadonlyArray<unknown>) => void
}
declare module 'react/jsx-runtime' {
  export namespace JSX {
    type Element = unknown
    type IntrinsicElements = Readonly<Record<string, Readonly<Record<string, unknown>>>>
  }
  export const Fragment: unknown
  export const jsx: unknown
  export const jsxs: unknown
}
