/**
 * Node's `http`, for processes that should stay small: importing it as a module reads everything that it offers, and
 * its WebSocket alone loads a second HTTP client, 14 MB of memory that nobody uses.
 */
export const { Agent, createServer, request, STATUS_CODES } = process.getBuiltinModule('node:http');
