/** Reports whether this process is shutting down; readiness checks then fail. */
export type Lifecycle = { readonly isStopping: () => boolean }
