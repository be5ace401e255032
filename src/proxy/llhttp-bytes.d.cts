/** The WebAssembly of llhttp, as undici carries it. */
export declare function llhttpBytes(): Buffer<ArrayBuffer>;

declare global {
  /** The little of WebAssembly that `llhttp.ts` uses: Node's types leave it to the browser's library. */
  namespace WebAssembly {
    class Module {
      constructor(bytes: Uint8Array);
    }
    class Instance {
      constructor(module: Module, imports: { readonly env: { readonly [name: string]: unknown } });
      readonly exports: { readonly [name: string]: unknown };
    }
    interface Memory {
      readonly buffer: ArrayBuffer;
    }
  }
}
