/**
 * CommonJS, because a bundler makes an object with a property for every byte out of a module whose export is a
 * buffer, when it is imported from anywhere else: 50 MB for 50 kB.
 */
exports.llhttpBytes = () => require('undici/lib/llhttp/llhttp-wasm.js');
