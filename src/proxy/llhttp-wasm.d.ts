declare module 'undici/lib/llhttp/llhttp-wasm.js' {
  const bytes: Buffer;
  export default bytes;
}

/** The little of WebAssembly that `llhttp.ts` uses: Node's types leave it to the browser's library. */
declare namespace WebAssembly {
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
