/** What is used of Nest's `HttpArgumentsHost`. */
export interface NestHttp {
  /** The request of Express. */
  getRequest(): unknown;
  /** The answer to it. */
  getResponse(): unknown;
}

/**
 * What is used of Nest's `ExecutionContext` and `ArgumentsHost`. Declarations in CommonJS cannot name types of a
 * package that is ESM only, as Nest 12 is.
 */
export interface NestContext {
  /** `http`, `graphql`, `ws`, `rpc`. */
  getType(): string;
  /** The two sides of an HTTP request. */
  switchToHttp(): NestHttp;
}
