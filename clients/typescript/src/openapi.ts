// The build replaces the declarations of this file by those of the API document, so that the package has them.
export type { components, operations } from '../../../docs/openapi.d.ts'
