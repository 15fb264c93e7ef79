/**
 * What is used of Nest's `ExecutionContext` and `ArgumentsHost`. Declarations in CommonJS cannot name types of a
 * package that is ESM only, as Nest 12 is.
 */
export interface NestContext {
  /** `http`, `graphql`, `ws`, `rpc`. */
  getType(): string;
  switchToHttp(): { getRequest(): unknown; getResponse(): unknown };
}
