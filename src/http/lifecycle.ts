/** Whether this process is about to end: it says so to those who ask it whether it is ready. */
export type Lifecycle = { readonly isStopping: () => boolean }
